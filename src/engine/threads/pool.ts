/** The threads of an open store: one writer, some readers. */
import { cpus } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { LoopwrightError } from '../../protocol/errors';
import { Queue, Thread } from './calls';
import { openReader } from './early';
import type { ReaderHandlers } from './reader';
import type { WriterData, WriterEvent, WriterHandlers } from './writer';

const READERS = Math.max(1, Math.min(2, cpus().length));

export class StoreThreads {
  readonly writer: Thread<WriterHandlers> | null;
  private readonly readers: Thread<ReaderHandlers>[] = [];

  constructor(
    private readonly root: string,
    private readonly options: {
      writable: boolean;
      onEvent: (event: WriterEvent) => void;
      onDeath: (error: Error) => void;
    },
  ) {
    // One after the other: on two cores, threads that load at once hold up the first answer.
    const first = this.addReader();
    const queue = new Queue();
    const workerData: WriterData = { root, queue: queue.memory };
    this.writer = options.writable
      ? new Thread<WriterHandlers>(() => new Worker(join(__dirname, 'writer.js'), { workerData }), {
          onDeath: options.onDeath,
          onEvent: (event) => {
            options.onEvent(event as WriterEvent);
          },
          after: first.ready,
          queue,
        })
      : null;
  }

  /** The reader with the least to do: a long query must not hold up a page of the tree. */
  get reader(): Thread<ReaderHandlers> {
    const [first, ...rest] = this.readers;
    if (!first) throw new LoopwrightError('internal', 'There is no reader.');
    const free = rest.reduce((least, reader) => (reader.pending < least.pending ? reader : least), first);
    // Most stores are read by one client with one question at a time.
    if (free.pending > 0 && this.readers.length < READERS) this.addReader();
    return free;
  }

  async end(): Promise<void> {
    await Promise.all(this.readers.map((reader) => reader.call('close').catch(() => undefined)));
    if (this.writer) await this.writer.call('close').catch(() => undefined);
    await Promise.all([...this.readers, ...(this.writer ? [this.writer] : [])].map((thread) => thread.end()));
  }

  private addReader(): Thread<ReaderHandlers> {
    const { onDeath } = this.options;
    const reader = new Thread<ReaderHandlers>(() => openReader({ root: this.root }), { onDeath });
    this.readers.push(reader);
    return reader;
  }
}
