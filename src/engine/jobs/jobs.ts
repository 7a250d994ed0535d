/**
 * Starts jobs in processes of their own, with a limit on their memory and little claim to the CPU. Jobs of one lane run
 * one after the other, in one process for as long as the next is waiting already.
 */
import { LoopwrightError } from '../../protocol/errors';
import { JobProcess } from './jobProcess';
import type { TaskName, TaskParams, TaskResult } from './tasks';

/** Lanes don't wait for each other. */
export type Lane = 'code' | 'data' | 'house';

export interface JobOptions {
  readonly lane: Lane;
  readonly signal?: AbortSignal;
}

interface Waiting {
  readonly name: string;
  readonly params: unknown;
  readonly signal: AbortSignal | undefined;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: LoopwrightError) => void;
}

export class Jobs {
  private readonly waiting = new Map<Lane, Waiting[]>();
  private readonly running = new Map<Lane, JobProcess>();
  private isEnded = false;

  constructor(private readonly log: (message: string) => void) {}

  /** @throws LoopwrightError what the job says, `internal` if it died, `cancelled` */
  run<Name extends TaskName>(name: Name, params: TaskParams<Name>, options: JobOptions): Promise<TaskResult<Name>> {
    const { lane, signal } = options;
    return new Promise((resolve, reject) => {
      const waiting = this.waiting.get(lane) ?? [];
      this.waiting.set(lane, waiting);
      // The task's own type says what its process answers with.
      waiting.push({ name, params, signal, resolve: resolve as (value: unknown) => void, reject });
      if (!this.running.has(lane)) void this.work(lane, waiting);
    });
  }

  /** Kills what runs. What it had written to journals stays. */
  end(): void {
    this.isEnded = true;
    for (const process of this.running.values()) process.kill();
  }

  private async work(lane: Lane, waiting: Waiting[]): Promise<void> {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const { name, params, signal, resolve, reject } = next;
      if (this.isCancelled(signal)) {
        reject(cancelled());
        continue;
      }
      const process = this.processOf(lane);
      try {
        resolve(await process.perform(name, params, signal));
      } catch (thrown) {
        reject(this.isCancelled(signal) ? cancelled() : LoopwrightError.from(thrown));
      }
    }
    this.running.get(lane)?.end();
    this.running.delete(lane);
  }

  private isCancelled(signal: AbortSignal | undefined): boolean {
    return this.isEnded || signal?.aborted === true;
  }

  private processOf(lane: Lane): JobProcess {
    const known = this.running.get(lane);
    if (known?.isAlive) return known;
    const process = new JobProcess(this.log);
    this.running.set(lane, process);
    return process;
  }
}

const cancelled = () => new LoopwrightError('cancelled', 'The job was cancelled.');
