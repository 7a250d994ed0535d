/**
 * What was executed of one notebook in the kernel that lives, made from VS Code's events about its cells. Pure: whoever
 * watches the notebook passes each cell on whose summary changed, and is told what that means.
 */

/** Older ones are forgotten: who executes more than that in one kernel is asked about the last of them. */
const MAX_EXECUTIONS = 2_000;

/** The summary of a cell as `vscode.NotebookCellExecutionSummary` has it. */
export interface CellSummary {
  /** The number in brackets. */
  readonly executionOrder?: number | undefined;
  readonly success?: boolean | undefined;
  readonly timing?: { readonly startTime: number; readonly endTime: number } | undefined;
}

export interface CellState {
  /** Tells this cell from the others as long as the notebook is open: the URI of its document. */
  readonly key: string;
  /** As it stands now. */
  readonly source: string;
  readonly summary: CellSummary | undefined;
}

export interface Executed {
  readonly key: string;
  /** As it stood when it was started, as far as VS Code told in time. */
  readonly source: string;
  readonly order: number | null;
  readonly startMs: number;
  /** Null as long as it is being executed. */
  readonly endMs: number | null;
  /** Null as long as it is being executed, and where it was given up. */
  readonly success: boolean | null;
}

export type HistoryChange =
  /** The kernel is another one: whatever was executed before is not in its memory. Comes before what it executes. */
  | { readonly kind: 'restarted' }
  | { readonly kind: 'started'; readonly execution: Executed }
  | { readonly kind: 'ended'; readonly execution: Executed };

export class ExecutionHistory {
  private readonly known: Executed[] = [];
  /** Of each cell, where its last execution stands in `known`. */
  private readonly last = new Map<string, Executed>();
  private lastOrder = 0;

  /** In the order in which they were started. */
  get executions(): readonly Executed[] {
    return this.known;
  }

  /** The last execution of a cell in this kernel. */
  lastOf(key: string): Executed | undefined {
    return this.last.get(key);
  }

  /**
   * Takes in a cell whose summary has changed. VS Code empties the summary when a cell is queued or its outputs are
   * cleared, sets the order when the kernel begins with it, and the timing and success when it is over.
   */
  observe({ key, source, summary }: CellState, nowMs: number): readonly HistoryChange[] {
    const order = summary?.executionOrder ?? null;
    const isOver = summary?.timing !== undefined || summary?.success !== undefined;
    // A kernel does not number what is empty, and might number what comes next the same.
    if ((order === null && !isOver) || source.trim() === '') return [];
    const before = this.last.get(key);
    const isSame = before?.order === order;
    if (isSame && (before.endMs === null || !isNewer(before, summary))) {
      if (!isOver || before.endMs !== null) return [];
      return [this.end(before, summary, nowMs)];
    }
    const changes: HistoryChange[] = [];
    if (order !== null && order <= this.lastOrder) {
      this.forget();
      changes.push({ kind: 'restarted' });
    }
    const startMs = summary?.timing?.startTime ?? nowMs;
    const started: Executed = { key, source, order, startMs, endMs: null, success: null };
    this.add(started);
    changes.push({ kind: 'started', execution: started });
    if (isOver) changes.push(this.end(started, summary, nowMs));
    return changes;
  }

  /** For when the kernel was restarted or changed and nothing was executed since. */
  forget(): void {
    this.known.length = 0;
    this.last.clear();
    this.lastOrder = 0;
  }

  private add(execution: Executed): void {
    this.known.push(execution);
    this.last.set(execution.key, execution);
    this.lastOrder = execution.order ?? this.lastOrder;
    if (this.known.length <= MAX_EXECUTIONS) return;
    const oldest = this.known.shift();
    if (oldest && this.last.get(oldest.key) === oldest) this.last.delete(oldest.key);
  }

  private end(started: Executed, summary: CellSummary | undefined, nowMs: number): HistoryChange {
    const { startTime = started.startMs, endTime = nowMs } = summary?.timing ?? {};
    const ended: Executed = { ...started, startMs: startTime, endMs: endTime, success: summary?.success ?? null };
    const at = this.known.lastIndexOf(started);
    if (at >= 0) this.known[at] = ended;
    this.last.set(started.key, ended);
    return { kind: 'ended', execution: ended };
  }
}

/** The same number again, by another kernel: the time tells it from news about the display of the old one. */
function isNewer(before: Executed, summary: CellSummary | undefined): boolean {
  return summary?.timing === undefined
    ? summary?.success === undefined
    : before.endMs !== null && summary.timing.startTime >= before.endMs;
}
