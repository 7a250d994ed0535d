/** One notebook that is followed: its executions, run by run. Without VS Code. */
import type { LoopwrightError } from '../../protocol/errors';
import type { NotebookFacts } from '../../protocol/notebooks';
import type { Localizer } from '../l10n';
import type { Log } from '../log';
import { CellWatch, type ExecutionSink, type FollowedExecution, type SeenCell, type SeenChange } from './followCells';
import { FollowedRun, type RunDoor } from './followRun';

export interface FollowedNotebookParts {
  readonly prepare: () => RunDoor;
  readonly facts: () => NotebookFacts;
  readonly pid: number;
  readonly log: Log;
  readonly l10n: Localizer;
  readonly onChanged: () => void;
  readonly onGone: (error: LoopwrightError | null) => void;
}

export class FollowedNotebook implements ExecutionSink {
  private readonly watch: CellWatch;
  private readonly ends = new Set<Promise<void>>();
  private run: FollowedRun | null = null;
  private overCount = 0;

  constructor(
    private readonly parts: FollowedNotebookParts,
    cells: readonly SeenCell[],
    sinceMs: number,
  ) {
    this.watch = new CellWatch(this, sinceMs);
    this.watch.start(cells);
  }

  /** Of the run that goes on; null where nothing has been executed yet. */
  get runId(): string | null {
    return this.run?.runId ?? null;
  }

  /** The folder of that run, once the engine knows it. */
  get folder(): string | null {
    return this.run?.folder ?? null;
  }

  get count(): number {
    return this.run?.count ?? 0;
  }

  /** The highest number in brackets of the executions of this run that are over. */
  get highestOver(): number {
    return this.overCount;
  }

  see(cell: SeenCell, change: SeenChange, nowMs: number): void {
    this.watch.see(cell, change, nowMs);
  }

  removed(cell: SeenCell, nowMs: number): void {
    this.watch.removed(cell, nowMs);
    this.run?.factsChanged();
  }

  added(): void {
    this.run?.factsChanged();
  }

  /** The same notebook is another document now: it was renamed, or saved under another name. */
  moved(from: readonly SeenCell[], to: readonly SeenCell[], nowMs: number): void {
    this.watch.moved(from, to, nowMs);
    this.run?.factsChanged();
  }

  /** Resolves when the engine knows. @param note null where the user has asked for it */
  async stop(note: string | null): Promise<void> {
    const { l10n } = this.parts;
    const running = this.watch.stop(Date.now());
    const left = running === 0 ? null : l10n.t('Tracking was stopped while a cell was running.');
    this.endRun([note, left].filter((text) => text !== null).join(' ') || null);
    await Promise.all(this.ends);
  }

  restarted(): void {
    this.endRun(this.parts.l10n.t('The kernel was restarted: what was executed then is the next run.'));
  }

  began(execution: FollowedExecution): void {
    const { prepare, facts, pid, log, onChanged } = this.parts;
    if (!this.run) {
      const run: FollowedRun = new FollowedRun({
        prepare,
        facts,
        pid,
        log,
        onChanged,
        onGone: (error) => {
          if (this.run !== run) return;
          this.run = null;
          this.parts.onGone(error);
        },
      });
      this.run = run;
    }
    this.run.began(execution);
    onChanged();
  }

  changed(execution: FollowedExecution): void {
    if (execution.endMs !== null) this.overCount = Math.max(this.overCount, execution.count ?? 0);
    this.run?.changed(execution);
  }

  private endRun(note: string | null): void {
    const { run } = this;
    if (!run) return;
    this.run = null;
    this.overCount = 0;
    const end = run.end(note).finally(() => this.ends.delete(end));
    this.ends.add(end);
    this.parts.onChanged();
  }
}
