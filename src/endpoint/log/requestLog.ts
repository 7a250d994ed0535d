/**
 * What an endpoint remembers of requests. They are gathered in memory and written in batches beside the serving: whoever asks
 * never waits for the disk. Where that is slower than requests come, or full, they are left out and counted. A label, though, is
 * answered once it is safe.
 */
import type { RequestLogSettings, ServedModel } from '../../protocol/endpoints';
import { blockOf, type Label } from '../../protocol/node/requestLog/form';
import { type Call, isMade, isOwn } from '../call';
import { Failure } from '../failure';
import { type Remembered, remembered } from './bounded';
import { encode, type Mask, maskOf } from './encode';
import { RecentIds } from './recentIds';
import { SegmentWriter } from './segmentWriter';

const GATHER_MS = 100;
/** That many, or so much, are written at once: encoding them must not take long. */
const BATCH = 1024;
const BATCH_BYTES = 1024 * 1024;
const MAX_WAITING_BYTES = 32 * 1024 * 1024;
const MAX_WAITING_LABELS = 10_000;
const TIDY_MS = 600_000;

interface WaitingLabel {
  readonly label: Label;
  readonly resolve: () => void;
  readonly reject: (why: Failure) => void;
}

export class RequestLog {
  readonly counted = { requests: 0, dropped: 0, labels: 0 };
  private requests: Remembered[] = [];
  private labels: WaitingLabel[] = [];
  private waitingBytes = 0;
  private timer: NodeJS.Timeout | null = null;
  private working: Promise<void> | null = null;
  private isTroubled = false;
  private readonly recent = new RecentIds();
  private readonly mask: Mask;
  private readonly writer: SegmentWriter;
  private readonly tidying: NodeJS.Timeout;

  constructor(
    folder: string,
    settings: RequestLogSettings,
    /** What is served now: of requests that never came to a model. */
    private readonly model: () => ServedModel,
    private readonly log: (line: string) => void,
  ) {
    this.mask = maskOf(settings.mask);
    this.writer = new SegmentWriter(folder, settings);
    this.writer.removeOld();
    this.tidying = setInterval(() => this.writer.removeOld(), TIDY_MS).unref();
  }

  /** @param failure why it was not answered as it wished */
  request(call: Call, status: number, failure: string | null): void {
    if (!isOwn(call.id)) this.recent.add(call.id);
    call.model ??= this.model();
    const one = remembered(call, status, failure);
    if (this.waitingBytes + one.bytes > MAX_WAITING_BYTES) {
      this.counted.dropped++;
      return;
    }
    this.waitingBytes += one.bytes;
    this.requests.push(one);
    if (this.requests.length >= BATCH || this.waitingBytes > BATCH_BYTES) this.work();
    else this.timer ??= setTimeout(() => this.work(), GATHER_MS);
  }

  /** Whether a request of that id was answered since this process was started, as far as is remembered. */
  isKnown(id: string): boolean {
    return isMade(id) || this.recent.has(id);
  }

  /** Resolves when they are safe. @throws Failure where they can't be kept */
  async label(labels: readonly Label[]): Promise<void> {
    if (this.labels.length + labels.length > MAX_WAITING_LABELS)
      throw new Failure(
        'overloaded',
        `${String(this.labels.length)} labels wait to be written. Try again in a moment.`,
        1,
      );
    const done = labels.map(
      (label) =>
        new Promise<void>((resolve, reject) => {
          this.labels.push({ label, resolve, reject });
        }),
    );
    this.work();
    await Promise.all(done);
  }

  async end(): Promise<void> {
    clearInterval(this.tidying);
    this.work();
    await this.working;
    await this.writer.close().catch((error: unknown) => this.trouble(error));
  }

  private work(): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    this.working ??= this.writeAll().finally(() => (this.working = null));
  }

  private async writeAll(): Promise<void> {
    // What comes in within this turn is written together.
    await new Promise(setImmediate);
    while (this.requests.length > 0 || this.labels.length > 0) {
      const requests = this.requests.splice(0, BATCH);
      await this.write(requests, this.labels.splice(0));
    }
  }

  private async write(requests: readonly Remembered[], labels: readonly WaitingLabel[]): Promise<void> {
    try {
      const parts = encode(requests, this.mask);
      if (labels.length > 0) parts.push(...blockOf({ kind: 'labels', labels: labels.map(({ label }) => label) }, []));
      await this.writer.append(parts, labels.length > 0);
      this.counted.requests += requests.length;
      this.counted.labels += labels.length;
      for (const { resolve } of labels) resolve();
      if (this.isTroubled) this.log('requests are logged again');
      this.isTroubled = false;
    } catch (error) {
      this.counted.dropped += requests.length;
      const why = this.trouble(error);
      for (const { reject } of labels) reject(new Failure('unavailable', `The label was not kept: ${why}`, 5));
    } finally {
      for (const { bytes } of requests) this.waitingBytes -= bytes;
    }
  }

  /** Said once, until it is over. */
  private trouble(error: unknown): string {
    const why = error instanceof Error ? error.message : String(error);
    if (!this.isTroubled) this.log(`requests are not logged: ${why}. Serving goes on.`);
    this.isTroubled = true;
    return why;
  }
}
