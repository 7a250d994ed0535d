/** One process that does one task after the other, as the engine sees it. */
import { type ChildProcess, fork } from 'node:child_process';
import { setPriority } from 'node:os';
import { join } from 'node:path';
import { LoopwrightError } from '../../protocol/errors';
import type { JobOptions } from './jobs';
import type { FromJob, ToJob } from './messages';

const HEAP_MB = 512;
const PRIORITY = 10;
/** How long a task may take to end by itself once it is asked to. */
const PATIENCE_MS = 2000;

interface Task {
  readonly name: string;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: LoopwrightError) => void;
  readonly onProgress: ((value: unknown) => void) | undefined;
}

export class JobProcess {
  private readonly child: ChildProcess;
  private task: Task | null = null;
  private hasEnded = false;

  constructor(private readonly log: (message: string) => void) {
    this.child = fork(join(__dirname, 'job.js'), {
      execArgv: [`--max-old-space-size=${String(HEAP_MB)}`],
      // A group of its own: what it starts ends with it.
      detached: process.platform !== 'win32',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    lowerPriority(this.child);
    this.child.on('message', (message: FromJob) => this.take(message));
    this.child.on('error', (error) => this.over(`could not be started: ${error.message}`));
    this.child.on('exit', (code, killedBy) => this.over(`ended with ${killedBy ?? `code ${String(code)}`}.`));
  }

  get isAlive(): boolean {
    return !this.hasEnded;
  }

  /** One at a time. @throws LoopwrightError what the task says, `internal` if the process died */
  async perform(
    name: string,
    params: unknown,
    { signal, onProgress }: Pick<JobOptions, 'signal' | 'onProgress'>,
  ): Promise<unknown> {
    let patience: NodeJS.Timeout | undefined;
    const onAbort = () => {
      this.tell({ kind: 'abort' });
      patience = setTimeout(() => this.kill(), PATIENCE_MS).unref();
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      return await new Promise<unknown>((resolve, reject) => {
        this.task = { name, resolve, reject, onProgress };
        this.tell({ kind: 'task', name, params });
      });
    } finally {
      this.task = null;
      clearTimeout(patience);
      signal?.removeEventListener('abort', onAbort);
    }
  }

  /** It has nothing more to do. */
  end(): void {
    if (this.child.connected) this.child.disconnect();
  }

  kill(): void {
    const { pid } = this.child;
    if (pid === undefined) return;
    try {
      process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL');
    } catch {
      // nothing of it is left
    }
  }

  private take(message: FromJob): void {
    switch (message.kind) {
      case 'log':
        this.log(`${this.task?.name ?? 'job'}: ${message.text}`);
        return;
      case 'progress':
        this.task?.onProgress?.(message.value);
        return;
      case 'done':
        this.task?.resolve(message.value);
        return;
      case 'failed':
        this.task?.reject(new LoopwrightError(message.code, message.message));
    }
  }

  private over(why: string): void {
    this.hasEnded = true;
    this.kill();
    this.task?.reject(new LoopwrightError('internal', `The job ${this.task.name} ${why}`));
  }

  private tell(message: ToJob): void {
    if (this.child.connected) this.child.send(message, () => undefined); // one that has ended is seen by its exit
  }
}

function lowerPriority({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) setPriority(pid, PRIORITY);
  } catch {
    // it has ended already
  }
}
