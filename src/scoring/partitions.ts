/** An output in folders, one for each value of some columns, as Hive has them: `country=de/part-0000012-0.parquet` of chunk 12. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { LoopwrightError } from '../protocol/errors';
import type { ScoreCommit } from '../protocol/score';
import type { JobFolder } from './folder';
import { syncFile, syncFolder } from './sync';

const FOLDER = 'output.partial';
/** Of one chunk: nobody wants as many folders as there are rows. */
const MAX_FILES = 10_000;

export const partPattern = (chunk: number): string => `part-${String(chunk).padStart(7, '0')}-{i}`;
const chunkOf = (file: string): number => Number(/part-(\d+)-\d+\.[a-z]+$/.exec(file)?.[1] ?? -1);

export class Partitions {
  readonly path: string;

  constructor(folder: JobFolder) {
    this.path = folder.at(FOLDER);
  }

  /** Files of it, by their names below it, sorted. */
  files(): string[] {
    return existsSync(this.path) ? filesBelow(this.path) : [];
  }

  /** Takes what DuckDB wrote of a chunk; it is on the disk then. @param end bytes of all that is there before */
  take(draft: string, end: number): ScoreCommit['output'] {
    const files = filesBelow(draft);
    if (files.length > MAX_FILES)
      throw new LoopwrightError(
        'bad_request',
        `The columns of --partition-by have too many values: ${String(files.length)} folders in one chunk.`,
      );
    const folders = new Set<string>([this.path]);
    mkdirSync(this.path, { recursive: true });
    const told = listing(draft, files);
    for (const file of files) {
      const to = join(this.path, file);
      for (let at = dirname(to); at !== this.path; at = dirname(at)) folders.add(at);
      mkdirSync(dirname(to), { recursive: true });
      syncFile(join(draft, file));
      renameSync(join(draft, file), to);
    }
    for (const at of folders) syncFolder(at);
    rmSync(draft, { recursive: true, force: true });
    return { end: end + told.bytes, length: told.bytes, sha256: told.sha256 };
  }

  /** Whether the files of a chunk are there. */
  has({ chunk, output }: ScoreCommit): boolean {
    const files = this.files().filter((file) => chunkOf(file) === chunk);
    return listing(this.path, files).sha256 === output.sha256;
  }

  /** Removes what is of chunks behind this one. */
  cut(chunk: number): void {
    for (const file of this.files()) if (chunkOf(file) > chunk) rmSync(join(this.path, file));
  }
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

/** By names and sizes: what was synced stays as it was. */
function listing(folder: string, files: readonly string[]): { readonly bytes: number; readonly sha256: string } {
  const hash = createHash('sha256');
  let bytes = 0;
  for (const file of files) {
    const { size } = statSync(join(folder, file));
    bytes += size;
    hash.update(`${file.replaceAll('\\', '/')}\0${String(size)}\n`);
  }
  return { bytes, sha256: hash.digest('hex') };
}
