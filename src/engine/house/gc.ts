/**
 * Removing what a plan has shown, in an order in which nothing is lost that is still shown: runs are hidden for good,
 * their folders go, then their rows, then what only they referred to. Where it is cut off, the next plan has the rest.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { LoopwrightError } from '../../protocol/errors';
import type { GcPart, GcPlan, GcResult, GcState, Removal, Retention } from '../../protocol/house';
import type { Jobs } from '../jobs';
import type { RemovedRows } from '../tracking';
import type { FullPlan } from './plan';
import type { Removed } from './remove';
import type { GoingVersions } from './versions';

/** So many runs are hidden and removed before the next: what a cancelled removal has not begun with stays as it was. */
const BATCH = 100;

/** What the database's writer does for it. */
export interface Remover {
  begin(runIds: readonly string[]): Promise<string[]>;
  removeRows(runIds: readonly string[]): Promise<RemovedRows>;
  /** Says that these can't be restored any more. */
  removeVersions(going: Pick<GoingVersions, 'models' | 'versions'>): Promise<unknown>;
  reclaim(): Promise<{ isDone: boolean; freedBytes: number }>;
}

export interface GcParts {
  /** The store's folder. */
  readonly store: string;
  readonly jobs: Jobs;
  readonly remover: () => Remover;
  readonly onBusy: (isBusy: boolean) => void;
  /** Told of every removal, also of one that was cut off. */
  readonly onRemoved: (rules: Retention, removal: Omit<Removal, 'atMs'>) => void;
}

const IDLE: GcState = { isRunning: false, step: null, doneRuns: 0, totalRuns: 0 };

export class Gc {
  state: GcState = IDLE;
  private abort: AbortController | null = null;
  /** Of those that only look. */
  private readonly looking = new Set<AbortController>();

  constructor(private readonly parts: GcParts) {}

  /** @throws LoopwrightError `cancelled` */
  async plan(rules: Retention): Promise<GcPlan> {
    const abort = new AbortController();
    this.looking.add(abort);
    try {
      return (await this.makePlan(rules, abort.signal)).plan;
    } finally {
      this.looking.delete(abort);
    }
  }

  /** @throws LoopwrightError `bad_request` if something else than was shown would be removed; `cancelled` */
  collect(rules: Retention, planId: string): Promise<GcResult> {
    return this.alone(async (signal) => {
      const plan = await this.makePlan(rules, signal);
      if (plan.plan.planId !== planId)
        throw new LoopwrightError(
          'bad_request',
          'What would be removed is no longer what was shown: the store has changed meanwhile. Nothing was removed; look at the plan again.',
        );
      return this.perform(plan, rules, 'user', signal);
    });
  }

  /** Removes what the rules take now. @returns null where that is nothing; throws LoopwrightError `cancelled` */
  apply(rules: Retention): Promise<GcResult | null> {
    return this.alone(async (signal) => {
      const plan = await this.makePlan(rules, signal);
      return plan.plan.parts.every(({ count }) => count === 0) ? null : this.perform(plan, rules, 'retention', signal);
    });
  }

  get isRunning(): boolean {
    return this.abort !== null;
  }

  private async alone<Answer>(work: (signal: AbortSignal) => Promise<Answer>): Promise<Answer> {
    if (this.abort) throw new LoopwrightError('bad_request', 'Space is being freed already. Wait for its end.');
    const abort = new AbortController();
    this.abort = abort;
    this.parts.onBusy(true);
    this.state = { ...IDLE, isRunning: true, step: 'plan' };
    try {
      return await work(abort.signal);
    } finally {
      this.abort = null;
      this.state = IDLE;
      this.parts.onBusy(false);
    }
  }

  /** Ends what is being removed, and what is being looked at. */
  cancel(): void {
    this.abort?.abort();
    for (const abort of this.looking) abort.abort();
  }

  private makePlan(rules: Retention, signal: AbortSignal): Promise<FullPlan> {
    const { store, jobs } = this.parts;
    return jobs.run('house/plan', { store, rules }, { lane: 'house', signal });
  }

  private async perform(plan: FullPlan, rules: Retention, by: Removal['by'], signal: AbortSignal): Promise<GcResult> {
    const removed = { count: 0, sizeBytes: 0 };
    const problems: string[] = [];
    try {
      const result = await this.remove(plan, removed, problems, signal);
      this.parts.onRemoved(rules, {
        by,
        runs: removed.count,
        sizeBytes: result.totalBytes,
        problems: result.problems.length,
      });
      return result;
    } catch (thrown) {
      this.parts.onRemoved(rules, {
        by,
        runs: removed.count,
        sizeBytes: removed.sizeBytes,
        problems: problems.length + 1,
      });
      throw thrown;
    }
  }

  private async remove(
    { runIds, versions: going, plannedMs }: FullPlan,
    removed: { count: number; sizeBytes: number },
    problems: string[],
    signal: AbortSignal,
  ): Promise<GcResult> {
    const { store, jobs } = this.parts;
    let points = 0;
    this.state = { isRunning: true, step: 'runs', doneRuns: 0, totalRuns: runIds.length };
    for (let at = 0; at < runIds.length; at += BATCH) {
      stopIf(signal);
      const begun = await this.parts.remover().begin(runIds.slice(at, at + BATCH));
      const folders = await jobs.run('house/removeFolders', { store, runIds: begun }, { lane: 'house', signal });
      removed.count += begun.length;
      removed.sizeBytes += folders.sizeBytes;
      problems.push(...folders.problems);
      points += await this.removeRows(begun, signal);
      this.state = { ...this.state, doneRuns: Math.min(runIds.length, at + BATCH) };
    }
    this.state = { ...this.state, step: 'models' };
    const { models, versions } = going;
    if (models.length + versions.length > 0) await this.parts.remover().removeVersions({ models, versions });
    const kept = await jobs.run('house/sweepVersions', { store }, { lane: 'house', signal });
    stopIf(signal);
    this.state = { ...this.state, step: 'data' };
    // In the lane of those who add to the cache, so that nothing is taken away that one of them has just found there.
    const data = await jobs.run('house/sweepData', { store, plannedMs }, { lane: 'data', signal });
    stopIf(signal);
    this.state = { ...this.state, step: 'code' };
    const code = await jobs.run('house/sweepCode', { store }, { lane: 'code', signal });
    this.state = { ...this.state, step: 'database' };
    const database: Removed = { count: points, sizeBytes: await this.reclaim(signal), problems: [] };
    problems.push(...kept.problems, ...data.problems, ...code.problems);
    const parts: GcPart[] = [
      { part: 'runs', ...removed },
      { part: 'models', count: kept.count, sizeBytes: kept.sizeBytes },
      { part: 'data', count: data.count, sizeBytes: data.sizeBytes },
      { part: 'code', count: code.count, sizeBytes: code.sizeBytes },
      { part: 'database', count: database.count, sizeBytes: database.sizeBytes },
    ];
    return {
      parts,
      totalBytes: parts.reduce((sum, { sizeBytes }) => sum + (sizeBytes ?? 0), 0),
      problems: problems.slice(0, 100),
    };
  }

  private async removeRows(runIds: readonly string[], signal: AbortSignal): Promise<number> {
    let points = 0;
    for (;;) {
      const slice = await this.parts.remover().removeRows(runIds);
      points += slice.points;
      if (slice.isDone) return points;
      stopIf(signal);
      await nextTurn(); // what others ask of the writer comes in between
    }
  }

  private async reclaim(signal: AbortSignal): Promise<number> {
    let freedBytes = 0;
    for (;;) {
      const slice = await this.parts.remover().reclaim();
      freedBytes += slice.freedBytes;
      if (slice.isDone || signal.aborted) return freedBytes;
      await nextTurn();
    }
  }
}

function stopIf(signal: AbortSignal): void {
  if (signal.aborted)
    throw new LoopwrightError(
      'cancelled',
      'Freeing space was cancelled. What had been removed is gone; runs that were not begun with are still there.',
    );
}
