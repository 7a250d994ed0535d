/** A thread that answers reads, beside the writer. */
import { parentPort, workerData } from 'node:worker_threads';
import { LoopwrightError } from '../../protocol/errors';
import { pathsOf } from '../../protocol/node/storeFolder';
import { asStoreError, openForReading } from '../store';
import { trackingQueries } from '../tracking';
import { serveCalls } from './calls';

if (!parentPort) throw new LoopwrightError('internal', 'The reader runs as a worker only.');
const paths = pathsOf((workerData as { root: string }).root);
const { db, queries } = open();
const handlers = {
  ...queries,
  /** Before the writer closes, so that the writer is the last and leaves no write-ahead log behind. */
  close: () => {
    db.close();
    return {};
  },
};
export type ReaderHandlers = typeof handlers;

serveCalls(parentPort, guardAll(handlers));

/** SQLite's errors become errors that say what to do. */
function guardAll(all: ReaderHandlers): ReaderHandlers {
  const guarded = Object.entries(all).map(([name, handler]) => [
    name,
    (params: never) => {
      try {
        return handler(params);
      } catch (error) {
        throw asStoreError(paths.database, error);
      }
    },
  ]);
  // The same names with handlers of the same types.
  return Object.fromEntries(guarded) as ReaderHandlers;
}

function open() {
  try {
    const opened = openForReading(paths.database);
    return { db: opened, queries: trackingQueries(opened, paths) };
  } catch (error) {
    throw asStoreError(paths.database, error);
  }
}
