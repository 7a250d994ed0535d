/** Starts jobs, a few at a time, each in a process of its own with a limit on its memory and little claim to the CPU. */
import { type ChildProcess, fork } from 'node:child_process';
import { setPriority } from 'node:os';
import { join } from 'node:path';
import { LoopwrightError } from '../../protocol/errors';
import type { FromJob, ToJob } from './messages';
import type { TaskName, TaskParams, TaskResult } from './tasks';

/** Jobs of one lane run one after the other; lanes don't wait for each other. */
export type Lane = 'code' | 'data' | 'house';

const HEAP_MB = 512;
const PRIORITY = 10;
/** How long a job may take to end by itself once it is asked to. */
const PATIENCE_MS = 2000;

export interface JobOptions {
  readonly lane: Lane;
  readonly signal?: AbortSignal;
}

export class Jobs {
  private readonly lanes = new Map<Lane, Promise<unknown>>();
  private readonly running = new Set<ChildProcess>();
  private isEnded = false;

  constructor(private readonly log: (message: string) => void) {}

  get count(): number {
    return this.running.size;
  }

  /** @throws LoopwrightError what the job says, `internal` if it died */
  run<Name extends TaskName>(name: Name, params: TaskParams<Name>, options: JobOptions): Promise<TaskResult<Name>> {
    const before = this.lanes.get(options.lane) ?? Promise.resolve();
    // The task's own type says what its process answers with.
    const result = before.then(() => this.start(name, params, options)) as Promise<TaskResult<Name>>;
    this.lanes.set(
      options.lane,
      result.catch(() => undefined), // told to whoever asked; those behind it go on
    );
    return result;
  }

  /** Kills what runs. What it had written to journals stays. */
  end(): void {
    this.isEnded = true;
    for (const child of this.running) killGroup(child);
  }

  private start(name: string, params: unknown, { signal }: JobOptions): Promise<unknown> {
    if (this.isEnded || signal?.aborted) return Promise.reject(cancelled());
    return new Promise((resolve, reject) => {
      const child = fork(join(__dirname, 'job.js'), {
        execArgv: [`--max-old-space-size=${String(HEAP_MB)}`],
        // A group of its own: what it starts ends with it.
        detached: process.platform !== 'win32',
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      });
      this.running.add(child);
      lowerPriority(child);
      const onAbort = () => {
        tell(child, { kind: 'abort' });
        setTimeout(() => killGroup(child), PATIENCE_MS).unref();
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      child.on('message', (message: FromJob) => {
        switch (message.kind) {
          case 'log':
            this.log(`${name}: ${message.text}`);
            return;
          case 'done':
            resolve(message.value);
            return;
          case 'failed':
            reject(new LoopwrightError(message.code, message.message));
        }
      });
      const over = (why: string) => {
        signal?.removeEventListener('abort', onAbort);
        this.running.delete(child);
        killGroup(child);
        reject(signal?.aborted || this.isEnded ? cancelled() : new LoopwrightError('internal', why));
      };
      child.on('error', (error) => over(`The job ${name} could not be started: ${error.message}`));
      child.on('exit', (code, killedBy) => over(`The job ${name} ended with ${killedBy ?? `code ${String(code)}`}.`));
      tell(child, { kind: 'task', name, params });
    });
  }
}

const cancelled = () => new LoopwrightError('cancelled', 'The job was cancelled.');

function tell(child: ChildProcess, message: ToJob): void {
  if (child.connected) child.send(message, () => undefined); // one that has ended is seen by its exit
}

function lowerPriority({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) setPriority(pid, PRIORITY);
  } catch {
    // it has ended already
  }
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL');
  } catch {
    // nothing of it is left
  }
}
