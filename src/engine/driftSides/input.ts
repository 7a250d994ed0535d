/**
 * The job that finds a table which a run has read, as it was then: what lies at its path if that is still the same, else what the
 * store has kept of it. Never anything else in its place.
 */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import type { Database } from 'better-sqlite3';
import type { DriftSide } from '../../protocol/drift';
import { LoopwrightError } from '../../protocol/errors';
import { pathsOf } from '../../protocol/node/storeFolder';
import { TABLE } from '../../protocol/tables';
import { contentNow } from '../data';
import { openForReading } from '../store';

export interface WantedInput {
  readonly store: string;
  readonly of: { readonly runId: string; readonly file: string | null } | { readonly md5: string };
  /** Whether one that is named as that of the training is meant where there are several. */
  readonly isTraining: boolean;
  /** How one of several is named, with `FILE` in place of it. */
  readonly how: string;
}

export type FoundInput = Omit<DriftSide, 'label'>;

interface InputRow {
  readonly path: string;
  readonly kind: 'file' | 'folder' | 'remote';
  readonly sizeBytes: number | null;
  readonly md5: string | null;
  readonly problem: string | null;
  readonly run: string;
}

const COLUMNS = 'f.path, f.kind, f.size_bytes AS sizeBytes, f.md5, f.problem, r.name AS run';
const MAX_FILES = 10_000;
const MAX_NAMED = 10;
/** What is kept of a file, by `DEFAULT_CAPTURE`. */
const KEPT = 'inputs of up to 10 MB are, where that is not switched off';

/** @throws LoopwrightError `not_found`, `bad_request` with what there is to choose from, or why it can't be compared */
export function findInput({ store, of, ...wanted }: WantedInput): Promise<FoundInput> {
  const db = openForReading(pathsOf(store).database);
  let row: InputRow;
  const notes: string[] = [];
  try {
    row = 'md5' in of ? byDigest(db, of.md5) : ofRun(db, { ...of, ...wanted }, notes);
  } finally {
    db.close();
  }
  return Promise.resolve(asItWas(store, row, notes));
}

function byDigest(db: Database, md5: string): InputRow {
  const rows = db
    .prepare<[string, number], InputRow>(
      `SELECT ${COLUMNS} FROM files f JOIN runs r USING (run_seq) WHERE f.md5 = ? ORDER BY f.first_ms DESC LIMIT ?`,
    )
    .all(md5, MAX_FILES);
  const found = rows.find(({ path, kind }) => existsSync(path) && (kind === 'folder' || TABLE.test(path)));
  const row = found ?? rows.find(({ path, kind }) => kind === 'folder' || TABLE.test(path));
  if (row) return row;
  throw new LoopwrightError('not_found', `No run of this store has read or written a table with the digest ${md5}.`);
}

interface OfRun extends Pick<WantedInput, 'isTraining' | 'how'> {
  readonly runId: string;
  readonly file: string | null;
}

function ofRun(db: Database, { runId, file, isTraining, how }: OfRun, notes: string[]): InputRow {
  const rows = db
    .prepare<[string, number], InputRow>(
      `SELECT ${COLUMNS} FROM files f JOIN runs r USING (run_seq)
       WHERE r.run_id = ? AND f.direction = 'in' ORDER BY f.path LIMIT ?`,
    )
    .all(runId, MAX_FILES);
  const tables = rows.filter(isTable);
  const [first] = tables;
  if (!first)
    throw new LoopwrightError(
      'not_found',
      'It is not known which table the run has read: it read none, or that was not captured. Name a table in its place.',
    );
  const named = file === null ? tables : tables.filter(({ path }) => isNamed(path, file));
  const [only, ...others] = named;
  if (only && others.length === 0) return only;
  if (!only)
    throw new LoopwrightError(
      'not_found',
      `${first.run} has read no table ${file ?? ''}. It has read ${list(tables)}.`,
    );
  const training = isTraining ? named.filter(({ path }) => /train/i.test(basename(path))) : [];
  if (training.length === 1 && training[0]) {
    notes.push(`Of ${String(named.length)} tables that its run has read, ${basename(training[0].path)} is taken.`);
    return training[0];
  }
  throw new LoopwrightError(
    'bad_request',
    `${only.run} has read ${String(named.length)} tables: ${list(named)}. Say which one: ${how.replace('FILE', nameAmong(only.path, named))}`,
  );
}

/** Tables in it, for a folder that is there; of one that is gone nobody knows but the listing. */
function isTable({ path, kind }: InputRow): boolean {
  if (kind === 'file') return TABLE.test(path);
  if (kind === 'remote') return false;
  try {
    return readdirSync(path).some((name) => TABLE.test(name));
  } catch {
    return true; // it has to be looked at in the cache
  }
}

const isNamed = (path: string, file: string): boolean =>
  path === file || path.replaceAll('\\', '/').endsWith(`/${file.replaceAll('\\', '/')}`);

/** Its name, where no other is called so. */
const nameAmong = (path: string, rows: readonly InputRow[]): string =>
  rows.filter((row) => basename(row.path) === basename(path)).length > 1 ? path : basename(path);

function list(rows: readonly InputRow[]): string {
  const names = rows.slice(0, MAX_NAMED).map(({ path }) => nameAmong(path, rows));
  return `${names.join(', ')}${rows.length > MAX_NAMED ? ' and others' : ''}`;
}

function asItWas(store: string, { path, kind, md5, sizeBytes, problem, run }: InputRow, notes: string[]): FoundInput {
  const name = basename(path);
  if (kind === 'remote') throw new LoopwrightError('bad_request', `${path} is not on this machine: name a copy of it.`);
  if (md5 === null) {
    const found = statSync(path, { throwIfNoEntry: false });
    if (!found) throw new LoopwrightError('not_found', `${path}, which ${run} has read, is not there any more.`);
    if (found.isFile() && sizeBytes !== null && found.size !== sizeBytes) throw changed(path, run);
    notes.push(
      `Whether ${name} is still what ${run} has read is not known: it has no digest${problem === null ? ' yet' : ` (${problem})`}.`,
    );
    return { path, notes };
  }
  const now = contentNow(store, { path, kind, md5 });
  if (now.state === 'same') return { path, notes };
  if (!now.isKept) throw now.state === 'changed' ? changed(path, run) : gone(path, run, now.why);
  const what = now.state === 'changed' ? 'has changed since' : `is gone (${now.why})`;
  notes.push(`${name} ${what}: what the store has kept of what ${run} has read is compared.`);
  return { path, kept: { folder: now.objects, md5 }, notes };
}

const changed = (path: string, run: string): LoopwrightError =>
  new LoopwrightError(
    'bad_request',
    `${path} has changed since ${run} has read it, and what it was is not kept (${KEPT}). To compare it as it is now, name its path.`,
  );

const gone = (path: string, run: string, why: string): LoopwrightError =>
  new LoopwrightError(
    'not_found',
    `${path}, which ${run} has read, can't be compared: ${why}. What it was is not kept (${KEPT}). Name a copy of it.`,
  );
