/** Threads that compute while the main one reads: each has a few tasks at a time, whose numbers are handed over, not copied. */
import { Worker } from 'node:worker_threads';
import type { WholeTest } from '../protocol/drift';
import { LoopwrightError } from '../protocol/errors';
import type { EmbeddingsAsked } from './features/embeddings';
import type { NumbersAsked } from './features/numbers';
import type { BinsAsked, CountsAsked } from './features/bins';
import type { TextsAsked } from './features/texts';
import type { FeatureFigures } from './figures';
import type { BinCounts } from './large/bins';
import type { WholeAsked } from './whole';

/** What may be asked for, and what is answered. */
interface Tasks {
  readonly numbers: { readonly asked: NumbersAsked; readonly answer: FeatureFigures };
  readonly counts: { readonly asked: CountsAsked; readonly answer: BinCounts };
  readonly bins: { readonly asked: BinsAsked; readonly answer: FeatureFigures };
  readonly texts: { readonly asked: TextsAsked; readonly answer: FeatureFigures };
  readonly embeddings: { readonly asked: EmbeddingsAsked; readonly answer: FeatureFigures };
  readonly whole: { readonly asked: WholeAsked; readonly answer: WholeTest[] };
}
type Kind = keyof Tasks;

export type Asked = { [K in Kind]: { readonly id: number; readonly kind: K; readonly asked: Tasks[K]['asked'] } }[Kind];
export type Answered =
  { readonly id: number; readonly answer: Tasks[Kind]['answer'] } | { readonly id: number; readonly error: string };

interface Waiting {
  readonly resolve: (answer: never) => void;
  readonly reject: (why: Error) => void;
}

/** Tasks that a thread has: one, and one that waits for it. With more of them the memory would fill. */
const PER_THREAD = 2;

export class Workers {
  private readonly threads: { readonly worker: Worker; load: number }[];
  private readonly waiting = new Map<number, Waiting>();
  private readonly queue: (() => void)[] = [];
  private lastId = 0;
  /** Why one of them has ended: nobody waits for its answers. */
  private over: Error | null = null;

  /** @param file the program that computes */
  constructor(file: string, count: number) {
    this.threads = Array.from({ length: count }, () => {
      const thread = { worker: new Worker(file), load: 0 };
      thread.worker.on('message', (answered: Answered) => {
        thread.load--;
        this.take(answered);
      });
      thread.worker.on('error', (error: Error) => this.fail(error));
      return thread;
    });
  }

  /** Until there is room for another task. @throws Error where a thread has ended */
  async room(): Promise<void> {
    while (this.over === null && this.threads.every(({ load }) => load >= PER_THREAD))
      await new Promise<void>((resolve) => this.queue.push(resolve));
    if (this.over) throw this.over;
  }

  /** @param handed arrays that are gone here then */
  compute<K extends Kind>(
    kind: K,
    asked: Tasks[K]['asked'],
    handed: readonly Float64Array[],
  ): Promise<Tasks[K]['answer']> {
    if (this.over) return Promise.reject(this.over);
    const thread = this.threads.reduce((least, one) => (one.load < least.load ? one : least));
    const id = ++this.lastId;
    thread.load++;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      thread.worker.postMessage(
        { id, kind, asked },
        handed.map(({ buffer }) => buffer as ArrayBuffer),
      );
    });
  }

  async close(): Promise<void> {
    await Promise.all(this.threads.map(({ worker }) => worker.terminate()));
  }

  private take(answered: Answered): void {
    const waiting = this.waiting.get(answered.id);
    this.waiting.delete(answered.id);
    // It is what was asked for by this id.
    if ('answer' in answered) waiting?.resolve(answered.answer as never);
    else waiting?.reject(new LoopwrightError('internal', answered.error));
    this.queue.shift()?.();
  }

  private fail(error: Error): void {
    this.over ??= error;
    for (const { reject } of this.waiting.values()) reject(error);
    this.waiting.clear();
    for (const go of this.queue.splice(0)) go();
  }
}
