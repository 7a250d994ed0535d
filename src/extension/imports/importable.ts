/** What in a folder can be imported, told from names alone. Knows nothing of VS Code. */
import { closeSync, existsSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';

const SQLITE_MAGIC = 'SQLite format 3\0';
/** A folder with more experiments than this that have no run has none, as far as this cares. */
const LOOKED_AT = 200;

/** Databases and folders of MLflow's that lie in a folder and have something in them. */
export function importableIn(folder: string): string[] {
  const database = join(folder, 'mlflow.db');
  const files = join(folder, 'mlruns');
  return [...(isDatabase(database) ? [database] : []), ...(hasRuns(files) ? [files] : [])];
}

function isDatabase(path: string): boolean {
  try {
    const descriptor = openSync(path, 'r');
    try {
      const head = Buffer.alloc(SQLITE_MAGIC.length);
      return readSync(descriptor, head) === head.length && head.toString('latin1') === SQLITE_MAGIC;
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return false; // not there, or not ours to read
  }
}

/** MLflow makes the folder and its first experiment before there is a run; a database has its artifacts in one like it. */
const hasRuns = (path: string): boolean =>
  namesIn(path)
    .filter((experiment) => existsSync(join(path, experiment, 'meta.yaml')))
    .slice(0, LOOKED_AT)
    .some((experiment) =>
      namesIn(join(path, experiment)).some((run) => existsSync(join(path, experiment, run, 'meta.yaml'))),
    );

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // not there, or a file
  }
}
