/**
 * The first reader loads its code while the engine still loads its own: `main.ts` imports this before anything else. A
 * reader opens nothing before it is told where.
 */
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';

const newReader = (): Worker => new Worker(join(__dirname, 'reader.js'));

let early: Worker | null = newReader();
early.unref(); // it must not keep an engine alive that leaves its store to another

export interface ReaderData {
  readonly root: string;
}

export function openReader(data: ReaderData): Worker {
  const reader = early ?? newReader();
  early = null;
  reader.ref();
  reader.postMessage(data);
  return reader;
}
