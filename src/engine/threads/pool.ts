/** The threads of an open store: one writer, some readers. */
import { cpus } from 'node:os';
import { join } from 'node:path';
import { LoopwrightError } from '../../protocol/errors';
import { Thread } from './calls';
import type { ReaderHandlers } from './reader';
import type { WriterEvent, WriterHandlers } from './writer';

const READERS = Math.max(1, Math.min(2, cpus().length));

export class StoreThreads {
  readonly writer: Thread<WriterHandlers> | null;
  private readonly readers: Thread<ReaderHandlers>[];

  constructor(
    root: string,
    options: { writable: boolean; onEvent: (event: WriterEvent) => void; onDeath: (error: Error) => void },
  ) {
    const file = (name: string) => join(__dirname, name);
    const { onDeath } = options;
    this.writer = options.writable
      ? new Thread<WriterHandlers>(
          file('writer.js'),
          { root },
          {
            onDeath,
            onEvent: (event) => {
              options.onEvent(event as WriterEvent);
            },
          },
        )
      : null;
    this.readers = Array.from(
      { length: READERS },
      () => new Thread<ReaderHandlers>(file('reader.js'), { root }, { onDeath }),
    );
  }

  /** The reader with the least to do: a long query must not hold up a page of the tree. */
  get reader(): Thread<ReaderHandlers> {
    const [first, ...rest] = this.readers;
    if (!first) throw new LoopwrightError('internal', 'There is no reader.');
    return rest.reduce((least, reader) => (reader.pending < least.pending ? reader : least), first);
  }

  async end(): Promise<void> {
    await Promise.all(this.readers.map((reader) => reader.call('close').catch(() => undefined)));
    if (this.writer) await this.writer.call('close').catch(() => undefined);
    await Promise.all([...this.readers, ...(this.writer ? [this.writer] : [])].map((thread) => thread.end()));
  }
}
