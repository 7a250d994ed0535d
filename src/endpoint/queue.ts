/**
 * Who waits for the model. While it runs, requests gather; what has gathered is run together where the model answers that
 * as it answers each alone. Nobody waits for others to come.
 */
import { join, kindOf, rowsOf, split } from '../inference/batch';
import type { NamedTensor } from '../inference/datatype';
import { Refused } from '../inference/refused';
import { Failure } from './failure';
import type { Metrics } from './metrics';
import type { Loaded, Ran } from './modelProcess';

export interface QueueLimits {
  /** How many may wait. */
  readonly waiting: number;
  /** From when a request was read to when it is answered. */
  readonly deadlineMs: number;
}

export interface Runner {
  readonly loaded: Loaded | null;
  run(feeds: readonly NamedTensor[]): Promise<Ran>;
  unavailable(): Failure;
  kill(why: string): void;
}

interface Job {
  readonly feeds: readonly NamedTensor[];
  readonly kind: string;
  readonly rows: number | null;
  readonly sinceMs: number;
  readonly resolve: (outputs: readonly NamedTensor[]) => void;
  readonly reject: (why: Error) => void;
  isOver: boolean;
}

/** How often it is looked who has waited too long. */
const LOOK_MS = 100;

export class Queue {
  private readonly waiting: Job[] = [];
  private running: readonly Job[] = [];
  private runningSinceMs = 0;
  private isDue = false;
  private timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly runner: Runner,
    private readonly limits: QueueLimits,
    private readonly metrics: Metrics,
  ) {}

  get length(): number {
    return this.waiting.length + this.running.length;
  }

  /** @throws Failure `overloaded`, `unavailable`, `timeout`; Refused */
  infer(feeds: readonly NamedTensor[]): Promise<readonly NamedTensor[]> {
    if (this.runner.loaded === null) return Promise.reject(this.runner.unavailable());
    if (this.waiting.length >= this.limits.waiting)
      return Promise.reject(
        new Failure('overloaded', `${String(this.waiting.length)} requests wait already. Try again in a moment.`, 1),
      );
    const { promise, resolve, reject } = Promise.withResolvers<readonly NamedTensor[]>();
    const sinceMs = performance.now();
    this.waiting.push({ feeds, kind: kindOf(feeds), rows: rowsOf(feeds), sinceMs, resolve, reject, isOver: false });
    this.timer ??= setInterval(() => this.look(), LOOK_MS);
    this.soon();
    return promise;
  }

  /** Resolves when all that has come is answered. */
  async idle(): Promise<void> {
    while (this.length > 0) await new Promise((resolve) => setTimeout(resolve, LOOK_MS / 5));
  }

  /** What has come in within one turn is seen together. */
  private soon(): void {
    if (this.isDue || this.running.length > 0) return;
    this.isDue = true;
    setImmediate(() => {
      this.isDue = false;
      void this.next();
    });
  }

  private async next(): Promise<void> {
    if (this.running.length > 0) return;
    const jobs = this.take();
    if (jobs.length === 0) return;
    this.running = jobs;
    this.runningSinceMs = performance.now();
    for (const { sinceMs } of jobs) this.metrics.queued(this.runningSinceMs - sinceMs);
    try {
      await this.run(jobs);
    } finally {
      this.running = [];
      this.soon();
    }
  }

  private async run(jobs: readonly Job[]): Promise<void> {
    const [first] = jobs;
    if (first === undefined) return;
    try {
      const rows = jobs.map((job) => job.rows ?? 1);
      const { outputs, tookUs } = await this.runner.run(jobs.length === 1 ? first.feeds : join(jobs.map(feedsOf)));
      this.metrics.ran(
        rows.reduce((sum, count) => sum + count, 0),
        tookUs,
      );
      const parts = jobs.length === 1 ? [outputs] : split(outputs, rows);
      if (parts === null) {
        await this.oneByOne(jobs);
        return;
      }
      for (const [at, job] of jobs.entries()) settle(job, () => job.resolve(parts[at] ?? []));
    } catch (thrown) {
      // Of several, one may be to blame.
      if (jobs.length > 1 && thrown instanceof Refused) return this.oneByOne(jobs);
      const why = thrown instanceof Error ? thrown : new Error(String(thrown));
      for (const job of jobs) settle(job, () => job.reject(why));
    }
  }

  private async oneByOne(jobs: readonly Job[]): Promise<void> {
    for (const job of jobs) if (!job.isOver) await this.run([job]);
  }

  /** The one that has waited longest, with those that can be run along with it. */
  private take(): Job[] {
    const first = this.waiting.shift();
    if (first === undefined) return [];
    const taken = [first];
    if (first.rows === null || this.runner.loaded?.answersBatches !== true) return taken;
    const most = this.runner.loaded.tuning.batchRows;
    let { rows } = first;
    for (let at = 0; at < this.waiting.length && rows < most;) {
      const job = this.waiting[at];
      if (job?.kind === first.kind && job.rows !== null && rows + job.rows <= most) {
        this.waiting.splice(at, 1);
        taken.push(job);
        rows += job.rows;
      } else at++;
    }
    return taken;
  }

  private look(): void {
    const { deadlineMs } = this.limits;
    const seconds = String(deadlineMs / 1000);
    const isLate = ({ sinceMs }: Job): boolean => performance.now() - sinceMs > deadlineMs;
    const fail = (job: Job): void =>
      settle(job, () => job.reject(new Failure('timeout', `There was no answer within ${seconds} s.`)));
    for (let at = this.waiting.length - 1; at >= 0; at--) {
      const job = this.waiting[at];
      if (job === undefined || !isLate(job)) continue;
      this.waiting.splice(at, 1);
      fail(job);
    }
    for (const job of this.running) if (isLate(job)) fail(job);
    if (this.running.length > 0 && performance.now() - this.runningSinceMs > deadlineMs)
      this.runner.kill(`The model did not answer within ${seconds} s, and is started again.`);
    if (this.length === 0 && this.timer) {
      clearInterval(this.timer);
      this.timer = null;
    }
  }
}

const feedsOf = ({ feeds }: Job): readonly NamedTensor[] => feeds;

function settle(job: Job, how: () => void): void {
  if (job.isOver) return;
  job.isOver = true;
  how();
}
