/**
 * The files of an export: written beside under names of ours, synced, and renamed when all of them are whole. What a
 * killed export leaves of them is written over by the next to the same place.
 */
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, extname, isAbsolute, join, relative, resolve } from 'node:path';
import { LoopwrightError } from '../../protocol/errors';
import { type ExportFormat, formatByEnding } from '../../protocol/exports';

/** In a folder that was named without a file. */
const NAMES: Readonly<Record<ExportFormat, string>> = {
  mlflow: 'mlflow.db',
  csv: 'runs.csv',
  parquet: 'runs.parquet',
  json: 'runs.json',
};

export interface Target {
  readonly format: ExportFormat;
  /** The file to open first. */
  readonly main: string;
}

/** @throws LoopwrightError `bad_request` for a path that can't be meant */
export function targetOf(path: string, wished: ExportFormat | undefined, store: string): Target {
  if (!isAbsolute(path)) throw new LoopwrightError('bad_request', `An export takes a whole path; "${path}" is none.`);
  const isFolder = existsSync(path) && statSync(path).isDirectory();
  const byEnding = isFolder ? null : formatByEnding(path);
  const format = wished ?? byEnding ?? (isFolder || extname(path) === '' ? 'mlflow' : null);
  if (format === null)
    throw new LoopwrightError(
      'bad_request',
      `What ${basename(path)} shall be can't be told from its ending. End it with .db, .csv, .parquet or .json, or name a format.`,
    );
  // A name with an ending is a file's, also where the format was chosen apart from it.
  const main = resolve(isFolder || (byEnding === null && extname(path) === '') ? join(path, NAMES[format]) : path);
  const within = relative(resolve(store), main);
  if (!within.startsWith('..') && !isAbsolute(within))
    throw new LoopwrightError('bad_request', `${main} lies in the store itself. Choose a place outside of it.`);
  return { format, main };
}

export class ExportFiles {
  private readonly drafts = new Map<string, string>();
  private readonly scratches = new Set<string>();

  /** @throws LoopwrightError `bad_request` where there is something already that shall not be written over */
  constructor(
    readonly main: string,
    private readonly overwrite: boolean,
  ) {
    mkdirSync(dirname(main), { recursive: true });
  }

  /** Beside the main file: `mlflow-artifacts` beside `mlflow.db`. */
  beside(suffix: string): string {
    const ending = extname(this.main);
    return join(dirname(this.main), `${basename(this.main, ending)}${suffix}`);
  }

  /** Where to write what shall be this file. */
  draftOf(file: string): string {
    if (existsSync(file) && !this.overwrite)
      throw new LoopwrightError(
        'bad_request',
        `${file} is there already. Choose another name, or say that it may be written over.`,
      );
    if (existsSync(file) && statSync(file).isDirectory())
      throw new LoopwrightError('bad_request', `${file} is a folder. Choose another name.`);
    const draft = join(dirname(file), `.${basename(file)}.loopwright-part`);
    removeDraft(draft);
    this.drafts.set(file, draft);
    return draft;
  }

  /** Where something may be put that is needed for the work alone. */
  scratch(suffix: string): string {
    const path = join(dirname(this.main), `.${basename(this.main)}.loopwright-part${suffix}`);
    rmSync(path, { recursive: true, force: true });
    this.scratches.add(path);
    return path;
  }

  /** The main file comes last: where it is, the others are. */
  publish(): string[] {
    const files = [...this.drafts].sort(([left], [right]) => Number(left === this.main) - Number(right === this.main));
    this.clear();
    for (const [, draft] of files) sync(draft);
    for (const [file, draft] of files) renameSync(draft, file);
    sync(dirname(this.main));
    this.drafts.clear();
    return files.map(([file]) => file).reverse();
  }

  /** Takes away what is not whole. */
  discard(): void {
    for (const draft of this.drafts.values()) removeDraft(draft);
    this.clear();
  }

  private clear(): void {
    for (const path of this.scratches)
      for (const suffix of ['', '.wal']) rmSync(`${path}${suffix}`, { recursive: true, force: true });
  }
}

/** With what SQLite and DuckDB put beside a file while they write it. */
function removeDraft(draft: string): void {
  for (const suffix of ['', '-journal']) rmSync(`${draft}${suffix}`, { force: true });
}

function sync(path: string): void {
  const isFolder = statSync(path).isDirectory();
  if (isFolder && process.platform === 'win32') return; // folders can't be opened there
  const descriptor = openSync(path, isFolder ? 'r' : 'r+');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
