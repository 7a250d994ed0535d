/** A thread that answers reads, beside the writer. */
import { parentPort } from 'node:worker_threads';
import { LoopwrightError } from '../../protocol/errors';
import { pathsOf, type StorePaths } from '../../protocol/node/storeFolder';
import { Refusal, type Refused, WebhookReads, type WebhookRow } from '../clients';
import { mlflowReads, type ReadMethod } from '../mlflow';
import { gateQueries, registryQueries } from '../registry';
import { configNames } from '../config/names';
import { asStoreError, openForReading } from '../store';
import { versionQueries } from '../versions';
import { trackingQueries } from '../tracking';
import { type Handlers, type Moved, serveCalls } from './calls';
import type { ReaderData } from './early';

if (!parentPort) throw new LoopwrightError('internal', 'The reader runs as a worker only.');
const port = parentPort;
const encoder = new TextEncoder();
port.once('message', ({ root }: ReaderData) => {
  serveCalls(port, handlersOf(pathsOf(root)));
});

function handlersOf(paths: StorePaths) {
  const { db, queries, mlflow, webhooks } = open(paths);
  const handlers = {
    ...queries,
    /** An answer of MLflow's protocol, as it is sent. A refusal is one, too: its code would be lost on the way. */
    mlflow: ({ method, params }: { method: ReadMethod; params: unknown }): Moved | { refused: Refused } => {
      try {
        return { bytes: encoder.encode(JSON.stringify(mlflow[method](params as never))) };
      } catch (error) {
        if (error instanceof Refusal) return { refused: { code: error.code, message: error.message } };
        throw error;
      }
    },
    webhooks: (): WebhookRow[] => webhooks.all(),
    'config/names': () => {
      const { keys } = queries['runs/keys']({ kinds: ['metric'], search: '', limit: 500 });
      return configNames(
        db,
        keys.map(({ key }) => key),
      );
    },
    /** Before the writer closes, so that the writer is the last and leaves no write-ahead log behind. */
    close: () => {
      db.close();
      return {};
    },
  };
  return guardAll(handlers, paths);
}
export type ReaderHandlers = ReturnType<typeof handlersOf>;

/** SQLite's errors become errors that say what to do. */
function guardAll<H extends Handlers>(all: H, paths: StorePaths): H {
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
  return Object.fromEntries(guarded) as H;
}

function open(paths: StorePaths) {
  try {
    const opened = openForReading(paths.database);
    return {
      db: opened,
      queries: {
        ...trackingQueries(opened, paths),
        ...registryQueries(opened, paths.root),
        ...gateQueries(opened),
        ...versionQueries(opened, paths),
      },
      mlflow: mlflowReads(opened),
      webhooks: new WebhookReads(opened),
    };
  } catch (error) {
    throw asStoreError(paths.database, error);
  }
}
