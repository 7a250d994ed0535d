/**
 * Starts jobs in processes of their own, with a limit on their memory and little claim to the CPU. Jobs of one lane run
 * one after the other, in one process that stays for a little while when there is none left.
 */
import { LoopwrightError } from '../../protocol/errors';
import { JobProcess } from './jobProcess';
import type { TaskName, TaskParams, TaskResult } from './tasks';

const LINGER_MS = 30_000;

/** Lanes don't wait for each other. One for each server: one that does not answer holds up nobody else. */
export type Lane =
  | 'code'
  | 'data'
  | 'drift'
  | 'house'
  | 'export'
  | 'import'
  | 'models'
  | 'predictions'
  | 'requests'
  | 'versions'
  | 'large versions'
  | 'taking'
  | 'loading'
  | 'config'
  | `servers ${string}`;

export interface JobOptions {
  readonly lane: Lane;
  readonly signal?: AbortSignal;
  /** Told what the task says of how far it has come. */
  readonly onProgress?: (value: unknown) => void;
}

interface Waiting {
  readonly name: string;
  readonly params: unknown;
  readonly options: JobOptions;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: LoopwrightError) => void;
}

interface LaneState {
  readonly waiting: Waiting[];
  process: JobProcess | null;
  isBusy: boolean;
  leaving: NodeJS.Timeout | undefined;
}

export class Jobs {
  private readonly lanes = new Map<Lane, LaneState>();
  private isEnded = false;

  constructor(private readonly log: (message: string) => void) {}

  /** @throws LoopwrightError what the job says, `internal` if it died, `cancelled` */
  run<Name extends TaskName>(name: Name, params: TaskParams<Name>, options: JobOptions): Promise<TaskResult<Name>> {
    const { lane } = options;
    return new Promise((resolve, reject) => {
      const state = this.lanes.get(lane) ?? { waiting: [], process: null, isBusy: false, leaving: undefined };
      this.lanes.set(lane, state);
      // The task's own type says what its process answers with.
      state.waiting.push({ name, params, options, resolve: resolve as (value: unknown) => void, reject });
      if (!state.isBusy) void this.work(state);
    });
  }

  /** Kills what runs. What it had written to journals stays. */
  end(): void {
    this.isEnded = true;
    for (const { process } of this.lanes.values()) process?.kill();
  }

  private async work(lane: LaneState): Promise<void> {
    clearTimeout(lane.leaving);
    lane.isBusy = true;
    for (let next = lane.waiting.shift(); next; next = lane.waiting.shift()) {
      const { name, params, options, resolve, reject } = next;
      if (this.isCancelled(options.signal)) {
        reject(cancelled());
        continue;
      }
      if (!lane.process?.isAlive) lane.process = new JobProcess(this.log);
      try {
        resolve(await lane.process.perform(name, params, options));
      } catch (thrown) {
        reject(this.isCancelled(options.signal) ? cancelled() : LoopwrightError.from(thrown));
      }
    }
    lane.isBusy = false;
    // To start one takes longer than many a task: the next run finds it there.
    lane.leaving = setTimeout(() => {
      lane.process?.end();
      lane.process = null;
    }, LINGER_MS).unref();
  }

  private isCancelled(signal: AbortSignal | undefined): boolean {
    return this.isEnded || signal?.aborted === true;
  }
}

const cancelled = () => new LoopwrightError('cancelled', 'The job was cancelled.');
