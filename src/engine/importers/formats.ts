/** The formats that can be imported, and which of them a path means. */
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { LoopwrightError } from '../../protocol/errors';
import type { ImportSource } from '../../protocol/imports';
import type { ForeignStore, OpenForeign, Report } from './foreignStore';
import { openMlflowDatabase } from './mlflowDatabase';
import { MlflowServer } from './mlflowServer';
import { isMlruns, openMlruns } from './mlruns';

interface Format {
  /** What it is called inside a folder, where a folder is named. */
  readonly usualName: string;
  isOne(path: string): boolean;
  readonly open: OpenForeign;
}

const SQLITE_MAGIC = 'SQLite format 3\0';

const formats: readonly Format[] = [
  { usualName: 'mlflow.db', isOne: (path) => beginsWith(path, SQLITE_MAGIC), open: openMlflowDatabase },
  { usualName: 'mlruns', isOne: isMlruns, open: openMlruns },
];

/** @throws LoopwrightError `not_found`, `bad_request` if it is nothing that can be imported */
export function openForeign(source: ImportSource, report: Report, signal: AbortSignal): Promise<ForeignStore> {
  return 'url' in source ? Promise.resolve(new MlflowServer(source, report, signal)) : openAt(source.path, report);
}

function openAt(path: string, report: Report): Promise<ForeignStore> {
  if (!statSync(path, { throwIfNoEntry: false }))
    throw new LoopwrightError('not_found', `There is nothing at ${path}. Name a mlflow.db or a mlruns folder.`);
  const named = formats.find((format) => format.isOne(path));
  if (named) return named.open(path, report);
  const inside = formats
    .map((format) => ({ format, path: join(path, format.usualName) }))
    .filter((one) => one.format.isOne(one.path));
  const [found, other] = inside;
  if (found && other)
    throw new LoopwrightError('bad_request', `${path} holds ${found.path} and ${other.path}. Name one of them.`);
  if (found) return found.format.open(found.path, report);
  throw new LoopwrightError(
    'bad_request',
    `${path} is nothing that can be imported: neither a database of MLflow's (mlflow.db) nor its folder mlruns.`,
  );
}

function beginsWith(path: string, magic: string): boolean {
  try {
    if (!statSync(path).isFile()) return false;
    const descriptor = openSync(path, 'r');
    try {
      const head = Buffer.alloc(magic.length);
      return readSync(descriptor, head, 0, head.length, 0) === head.length && head.toString('latin1') === magic;
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return false; // not there, or not ours to read: whoever opens it says why
  }
}
