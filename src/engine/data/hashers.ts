/** Two threads that hash, each file by one of them, the largest first. */
import { cpus } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { LoopwrightError } from '../../protocol/errors';
import type { FileDigest, FileTask } from './fileDigest';

const THREADS = Math.min(2, cpus().length);

export interface HashCall {
  readonly id: number;
  readonly task: FileTask;
  readonly known: string | null;
}

export interface HashReply {
  readonly id: number;
  readonly digest: FileDigest;
}

export interface Wanted {
  readonly task: FileTask;
  readonly known: string | null;
  readonly sizeBytes: number;
  readonly done: (digest: FileDigest) => void;
}

export class Hashers {
  private readonly workers: Worker[] = [];

  constructor(private readonly store: string) {}

  /** Hashes all of them. @throws what `done` throws, and what ends a thread */
  async all(wanted: readonly Wanted[]): Promise<void> {
    const queue = [...wanted].sort((left, right) => right.sizeBytes - left.sizeBytes);
    let next = 0;
    const take = () => queue[next++];
    const count = Math.min(THREADS, queue.length);
    while (this.workers.length < count)
      this.workers.push(new Worker(join(__dirname, 'hasher.js'), { workerData: { store: this.store } }));
    await Promise.all(this.workers.slice(0, count).map((worker) => drain(worker, take)));
  }

  async end(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.terminate()));
  }
}

function drain(worker: Worker, take: () => Wanted | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    let current: Wanted | undefined;
    let id = 0;
    const settle = (error?: Error) => {
      worker.off('message', onMessage).off('error', onError).off('exit', onExit);
      if (error === undefined) resolve();
      else reject(error);
    };
    const onError = (thrown: unknown) => settle(LoopwrightError.from(thrown));
    const onExit = () => settle(new LoopwrightError('internal', 'A thread that hashes has ended.'));
    const ask = () => {
      current = take();
      if (!current) {
        settle();
        return;
      }
      const { task, known } = current;
      worker.postMessage({ id: ++id, task, known } satisfies HashCall);
    };
    const onMessage = (reply: HashReply) => {
      try {
        if (reply.id === id) current?.done(reply.digest);
      } catch (error) {
        settle(LoopwrightError.from(error));
        return;
      }
      ask();
    };
    worker.on('message', onMessage).on('error', onError).on('exit', onExit);
    ask();
  });
}
