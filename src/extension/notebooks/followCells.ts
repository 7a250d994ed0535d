/**
 * From the events of a notebook to its executions: which cell was executed, with which text, when, and how it ended.
 * Everything here runs inside VS Code's event, so it looks and remembers, and reads no output. Without VS Code itself.
 */
import { type CellError, type ExecutionState, MAX_CELL_TEXT } from '../../protocol/notebooks';
import { ERROR_MIME, errorOf, type SeenOutput } from './followOutputs';

export interface SeenSummary {
  readonly executionOrder?: number | undefined;
  readonly success?: boolean | undefined;
  readonly timing?: { readonly startTime: number; readonly endTime: number } | undefined;
}

/** What is asked of a cell; `vscode.NotebookCell` is one. */
export interface SeenCell {
  readonly index: number;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly executionSummary?: SeenSummary | undefined;
  readonly document: { getText(): string };
}

export interface SeenChange {
  readonly executionSummary?: SeenSummary | undefined;
  readonly outputs?: readonly SeenOutput[] | undefined;
}

/** One cell executed once, as far as it is known. */
export interface FollowedExecution {
  readonly cell: string;
  readonly index: number;
  readonly source: string;
  readonly isSourceCut: boolean;
  readonly tags: readonly string[];
  state: ExecutionState;
  startMs: number;
  endMs: number | null;
  count: number | null;
  error: CellError | null;
  outputs: readonly SeenOutput[];
}

export interface ExecutionSink {
  /** The kernel counts from the beginning again: what comes now belongs to another run. */
  restarted(): void;
  began(execution: FollowedExecution): void;
  /** It ended, or its outputs changed. */
  changed(execution: FollowedExecution): void;
}

/** Outputs that come so long after the end of an execution are not its own: somebody edits, or takes back an edit. */
const LATE_OUTPUT_MS = 5_000;

type Draft = Pick<FollowedExecution, 'cell' | 'index' | 'source' | 'isSourceCut' | 'tags'> & {
  readonly sinceMs: number;
};

interface Known {
  readonly id: string;
  /** It waits for its kernel, or its outputs were cleared: VS Code tells both in the same way. */
  waiting: Draft | null;
  /** The last execution, also after its end. */
  last: FollowedExecution | null;
  /** How its last execution ended; told again when an edit is taken back. */
  ended: string;
}

const SUMMARY_OF_NONE = '';

export class CellWatch {
  private readonly known = new Map<SeenCell, Known>();
  private readonly ids = new Set<string>();
  private readonly begun = new WeakSet<FollowedExecution>();
  private highest = 0;

  /** @param sinceMs what was started before is not looked at */
  constructor(
    private readonly sink: ExecutionSink,
    private readonly sinceMs: number,
  ) {}

  /** Looks at cells as they are when the watch begins. */
  start(cells: readonly SeenCell[]): void {
    for (const cell of cells) this.knownOf(cell).ended = stampOf(cell.executionSummary);
  }

  see(cell: SeenCell, { executionSummary, outputs }: SeenChange, nowMs: number): void {
    const known = this.knownOf(cell);
    if (executionSummary !== undefined) this.seeSummary(cell, known, executionSummary, nowMs);
    if (outputs !== undefined) this.seeOutputs(known, outputs, nowMs);
  }

  removed(cell: SeenCell, nowMs: number): void {
    const known = this.known.get(cell);
    this.known.delete(cell);
    if (known?.last?.state === 'running') this.close(known.last, 'interrupted', nowMs);
  }

  /** The cells are other objects now, in the same places. */
  moved(from: readonly SeenCell[], to: readonly SeenCell[], nowMs: number): void {
    from.forEach((cell, at) => {
      const known = this.known.get(cell);
      const next = to[at];
      this.known.delete(cell);
      if (!known) return;
      // Nobody will tell of its end: that would be told of the document that is gone.
      if (known.last?.state === 'running') this.close(known.last, 'interrupted', nowMs);
      if (next) this.known.set(next, { ...known, waiting: null, ended: stampOf(next.executionSummary) });
    });
    for (const cell of to) this.knownOf(cell);
  }

  /** Nobody looks on any more: what runs is left in the middle. @returns how many there are */
  stop(nowMs: number): number {
    const running = [...this.known.values()].map(({ last }) => last).filter((last) => last?.state === 'running');
    for (const execution of running) if (execution) this.close(execution, 'interrupted', nowMs);
    return running.length;
  }

  private seeSummary(cell: SeenCell, known: Known, summary: SeenSummary, nowMs: number): void {
    const { executionOrder: count, success, timing } = summary;
    const running = known.last?.state === 'running' ? known.last : null;
    if (success === undefined && timing === undefined) {
      if (count !== undefined) {
        if (running) this.count(running, count);
        else this.begin(known, draftOf(cell, known.id, nowMs), count);
        return;
      }
      // It is queued or started once more; the earlier execution never told its end.
      if (running) this.close(running, 'interrupted', nowMs);
      known.waiting = draftOf(cell, known.id, nowMs);
      return;
    }
    const stamp = stampOf(summary);
    if (stamp === known.ended) return;
    const isOurs = running !== null || known.waiting !== null || (timing?.startTime ?? 0) >= this.sinceMs;
    known.ended = stamp;
    if (!isOurs) return;
    const execution =
      running ?? this.begin(known, known.waiting ?? draftOf(cell, known.id, nowMs), count ?? null, timing?.startTime);
    if (count !== undefined) this.count(execution, count);
    if (timing) execution.startMs = timing.startTime;
    execution.error = errorIn(execution.outputs);
    this.close(execution, stateOf(success, execution.error), timing?.endTime ?? nowMs);
  }

  private seeOutputs(known: Known, outputs: readonly SeenOutput[], nowMs: number): void {
    if (known.waiting) {
      // The outputs of the time before are cleared while it waits; what comes is its own.
      if (outputs.length === 0) return;
      this.begin(known, known.waiting, null);
    }
    const { last } = known;
    if (!last) return;
    const isLate = last.endMs !== null && (outputs.length === 0 || nowMs - last.endMs > LATE_OUTPUT_MS);
    if (isLate) return;
    last.outputs = outputs;
    if (last.state !== 'running') {
      last.error = errorIn(outputs) ?? last.error;
      if (last.state === 'failed') last.state = stateOf(false, last.error);
    }
    this.sink.changed(last);
  }

  private begin(known: Known, draft: Draft, count: number | null, startMs?: number): FollowedExecution {
    const { sinceMs, ...rest } = draft;
    const base = { state: 'running', endMs: null, count: null, error: null, outputs: [] } as const;
    const execution: FollowedExecution = { ...rest, ...base, startMs: startMs ?? sinceMs };
    known.waiting = null;
    known.last = execution;
    if (count !== null) this.count(execution, count);
    this.begun.add(execution);
    this.sink.began(execution);
    return execution;
  }

  /** Its number in brackets has become known. */
  private count(execution: FollowedExecution, count: number): void {
    if (execution.count === count) return;
    execution.count = count;
    if (count <= this.highest) this.restart(execution);
    this.highest = count;
  }

  private restart(first: FollowedExecution): void {
    const others = [...this.known.values()].map(({ last }) => last);
    for (const last of others)
      if (last && last !== first && last.state === 'running') this.close(last, 'interrupted', first.startMs);
    this.sink.restarted();
    // Its number may come after its beginning was told.
    if (this.begun.has(first)) this.sink.began(first);
  }

  private close(execution: FollowedExecution, state: ExecutionState, endMs: number): void {
    execution.state = state;
    execution.endMs = Math.max(endMs, execution.startMs);
    this.sink.changed(execution);
  }

  private knownOf(cell: SeenCell): Known {
    const found = this.known.get(cell);
    if (found) return found;
    const made: Known = { id: this.idOf(cell), waiting: null, last: null, ended: SUMMARY_OF_NONE };
    this.known.set(cell, made);
    return made;
  }

  /** The notebook's own id of the cell; files before nbformat 4.5 have none, so the place where it was first seen. */
  private idOf({ metadata, index }: SeenCell): string {
    const own = metadata.id;
    if (typeof own === 'string' && own !== '') return own;
    let id = `cell-${String(index)}`;
    for (let again = 2; this.ids.has(id); again++) id = `cell-${String(index)}-${String(again)}`;
    this.ids.add(id);
    return id;
  }
}

function draftOf(cell: SeenCell, id: string, sinceMs: number): Draft {
  const text = cell.document.getText();
  return {
    cell: id,
    index: cell.index,
    source: text.slice(0, MAX_CELL_TEXT),
    isSourceCut: text.length > MAX_CELL_TEXT,
    tags: tagsOf(cell.metadata),
    sinceMs,
  };
}

function stampOf(summary: SeenSummary | undefined): string {
  if (summary?.success === undefined && summary?.timing === undefined) return SUMMARY_OF_NONE;
  const { executionOrder, success, timing } = summary;
  return JSON.stringify([executionOrder, success, timing?.startTime, timing?.endTime]);
}

function stateOf(success: boolean | undefined, error: CellError | null): ExecutionState {
  if (success === true) return 'ok';
  return success === undefined || error?.name === 'KeyboardInterrupt' ? 'interrupted' : 'failed';
}

/** VS Code keeps a cell's own metadata one level down, as the file has it. */
function tagsOf(metadata: Readonly<Record<string, unknown>>): string[] {
  const own = metadata.metadata;
  const tags: unknown = typeof own === 'object' && own !== null && 'tags' in own ? own.tags : null;
  return Array.isArray(tags) ? tags.filter((tag) => typeof tag === 'string').slice(0, 100) : [];
}

function errorIn(outputs: readonly SeenOutput[]): CellError | null {
  for (const { items } of outputs) {
    const item = items.find(({ mime }) => mime === ERROR_MIME);
    if (item) return errorOf(item.data);
  }
  return null;
}
