/**
 * Follows the runs of notebooks that go on, whoever started them, and tells when something about one changed and when it
 * came to its end. After a reload of the window they are found again, as any run is.
 */
import { NotebookFacts } from '../../protocol/notebooks';
import type { Changed } from '../../protocol/requests';
import { activeRuns, type RunRef } from '../commands/pickRun';
import { describeError, type Log } from '../log';
import { type Disposable, Disposables, Signal } from '../signal';
import { sourceFileOf } from '../sourceFile';
import type { Stores } from '../stores/stores';
import { Refresher } from '../views/runs/refresher';
import { executionsOf } from './runCellPlace';
import { RunProgress } from './runProgress';

export interface WatchedRun {
  run: RunRef;
  /** The user's own notebook. */
  readonly file: string;
  readonly progress: RunProgress;
}

type Change = Pick<Changed, 'structure' | 'runIds'>;

const EVERYTHING: Change = { structure: true, runIds: [] };

export class NotebookWatch implements Disposable {
  private readonly disposables = new Disposables();
  private readonly changed = this.disposables.track(new Signal<null>());
  private readonly ended = this.disposables.track(new Signal<WatchedRun>());
  readonly onDidChange = this.changed.on;
  readonly onDidEnd = this.ended.on;
  private readonly goingOn = new Map<string, WatchedRun>();
  /** The last run of each notebook that ended while this window looked on. */
  private readonly last = new Map<string, WatchedRun>();
  private readonly refresher: Refresher;
  private turn: Promise<void> = Promise.resolve();

  constructor(
    private readonly stores: Stores,
    private readonly log: Log,
  ) {
    this.refresher = this.disposables.track(new Refresher((change) => this.look(change), true));
    this.disposables.track(stores.onDidChangeList(() => this.refresher.add(EVERYTHING)));
    this.disposables.track(stores.onDidChangeState(() => this.refresher.add(EVERYTHING)));
    this.disposables.track(
      stores.onDidChange(({ changed }) => {
        if (changed.structure || changed.runIds.some((id) => this.goingOn.has(id))) this.refresher.add(changed);
      }),
    );
    this.refresher.add(EVERYTHING);
  }

  /** Those that go on, the newest first. */
  get active(): readonly WatchedRun[] {
    return [...this.goingOn.values()].sort((left, right) => right.progress.startMs - left.progress.startMs);
  }

  activeOf(file: string): readonly WatchedRun[] {
    return this.active.filter((watched) => watched.file === file);
  }

  /**
   * The run whose cells a notebook shows: the newest that goes on and has begun with one, else the last that ended here.
   */
  shownIn(file: string): WatchedRun | undefined {
    const active = this.activeOf(file).filter(({ progress }) => progress.sweep === null);
    return active.find(({ progress }) => progress.seen.length > 0) ?? active[0] ?? this.last.get(file);
  }

  /** The notebook is closed, or executed by its owner: what a run once made of its cells is of no interest any more. */
  forget(file: string): void {
    if (this.last.delete(file)) this.changed.fire(null);
  }

  dispose(): void {
    this.disposables.dispose();
  }

  private look(change: Change): void {
    // One after the other, so that an older answer never replaces a newer one.
    this.turn = this.turn.then(async () => {
      // Not known right now: what was true stays until the connection is back.
      if (this.stores.sessions.some(({ state }) => state.kind === 'lost')) return;
      try {
        await this.refresh(change);
      } catch (error) {
        this.log.debug(`runs of notebooks: ${describeError(error)}`); // the connection comes back, and this is asked again
      }
    });
  }

  private async refresh({ structure, runIds }: Change): Promise<void> {
    const begun = structure ? await this.findBegun() : [];
    for (const [runId, watched] of this.goingOn) {
      if (structure || runIds.includes(runId) || begun.includes(runId)) await this.update(watched);
    }
    this.changed.fire(null);
  }

  /** Takes up the runs that began since. */
  private async findBegun(): Promise<string[]> {
    const begun = (await activeRuns(this.stores.sessions)).filter(
      ({ row }) => row.kind === 'notebook' && !this.goingOn.has(row.runId),
    );
    for (const run of begun) {
      const { session, row } = run;
      const [{ provenance }, { spec }] = await Promise.all([
        session.request('runs/get', { runId: row.runId }),
        session.request('runs/spec', { runId: row.runId }),
      ]);
      const file = sourceFileOf(provenance);
      const { cells } = await session.request('notebooks/durations', { path: file });
      const progress = new RunProgress(row.timing.startMs, cells);
      if (spec.sweep) {
        const total = Object.values(spec.sweep.over).reduce((product, { length }) => product * length, 1);
        progress.sweep = { total, done: 0 };
      }
      this.last.delete(file);
      this.goingOn.set(row.runId, { run, file, progress });
    }
    return begun.map(({ row }) => row.runId);
  }

  private async update(watched: WatchedRun): Promise<void> {
    const { file, progress } = watched;
    const { session } = watched.run;
    const { runId } = watched.run.row;
    const { runs } = await session.request('runs/rows', { runIds: [runId] });
    const row = runs[0];
    if (row) watched.run = { session, row };
    if (progress.sweep) {
      const active = [...this.goingOn.values()].filter(({ run }) => run.row.parentRunId === runId);
      progress.sweep = { ...progress.sweep, done: (row?.childCount ?? 0) - active.length };
    } else {
      progress.take(await executionsOf(watched.run, progress.from));
      progress.total ??= await cellCountOf(watched.run);
    }
    if (row?.timing.endMs === null) return;
    // Over, or deleted.
    progress.endMs = row?.timing.endMs ?? Date.now();
    this.goingOn.delete(runId);
    if (!row || row.deleted) return;
    if (!progress.sweep) this.last.set(file, watched);
    this.ended.fire(watched);
  }
}

async function cellCountOf({ session, row }: RunRef): Promise<number | null> {
  const { facts } = await session.request('runs/facts', { runId: row.runId, section: 'notebook' });
  return NotebookFacts.safeParse(facts).data?.codeCells ?? null;
}
