/**
 * What is still to be told of a followed run: the latest word on each execution and each output, in the order of their
 * first one. Where the engine is away for long, outputs are dropped before executions, and counted. Pure.
 */
import type { NotebookRecord } from './followOutputs';

/** Messages stay below 1 MB, whatever JSON makes of the text in them. */
const MAX_BATCH_BYTES = 400_000;
const MAX_BATCH_RECORDS = 200;
const MAX_WAITING_BYTES = 16_000_000;

interface Waiting {
  readonly record: NotebookRecord;
  readonly bytes: number;
}

export interface FollowBatch {
  readonly records: readonly NotebookRecord[];
  /** Takes out what was told, unless there is a later word on it by now. */
  readonly isTold: () => void;
}

export class FollowQueue {
  private readonly waiting = new Map<string, Waiting>();
  private bytes = 0;
  private droppedCount = 0;

  constructor(private readonly maxBytes = MAX_WAITING_BYTES) {}

  get isEmpty(): boolean {
    return this.waiting.size === 0;
  }

  /** Records that were given up because there was no room for them. */
  get dropped(): number {
    return this.droppedCount;
  }

  add(record: NotebookRecord): void {
    const key = keyOf(record);
    const earlier = this.waiting.get(key);
    const merged = earlier ? merge(earlier.record, record) : record;
    const bytes = Buffer.byteLength(JSON.stringify(merged));
    this.bytes += bytes - (earlier?.bytes ?? 0);
    this.waiting.set(key, { record: merged, bytes });
    if (this.bytes > this.maxBytes) this.drop();
  }

  /** The next that fit into one message; null where nothing waits. */
  take(): FollowBatch | null {
    const taken = new Map<string, Waiting>();
    let bytes = 0;
    for (const [key, one] of this.waiting) {
      if (taken.size > 0 && (bytes + one.bytes > MAX_BATCH_BYTES || taken.size >= MAX_BATCH_RECORDS)) break;
      taken.set(key, one);
      bytes += one.bytes;
    }
    if (taken.size === 0) return null;
    return {
      records: [...taken.values()].map(({ record }) => record),
      isTold: () => {
        for (const [key, one] of taken) if (this.waiting.get(key) === one) this.remove(key, one);
      },
    };
  }

  /** The oldest outputs go first: what was executed is worth more than what it showed. */
  private drop(): void {
    for (const isOutput of [true, false]) {
      for (const [key, one] of this.waiting) {
        if (this.bytes <= this.maxBytes) return;
        if ((one.record[0] === 'output') !== isOutput) continue;
        this.remove(key, one);
        this.droppedCount++;
      }
    }
  }

  private remove(key: string, { bytes }: Waiting): void {
    this.waiting.delete(key);
    this.bytes -= bytes;
  }
}

function keyOf([kind, , body]: NotebookRecord): string {
  return kind === 'output' ? `o${String(body.n)}-${String(body.i)}` : `e${String(body.n)}`;
}

/** A later record of an execution leaves out its text where that has been told. */
function merge(earlier: NotebookRecord, later: NotebookRecord): NotebookRecord {
  if (earlier[0] !== 'execution' || later[0] !== 'execution') return later;
  return ['execution', later[1], { ...earlier[2], ...later[2] }];
}
