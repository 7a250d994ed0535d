/** The files that a table is in, and what they are. */
import { createReadStream, existsSync, readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { LoopwrightError } from '../protocol/errors';
import type { InputFile, TextForm } from '../protocol/score';

export type FileKind = 'csv' | 'tsv' | 'lines' | 'parquet';

const KINDS: readonly (readonly [RegExp, FileKind])[] = [
  [/\.csv(\.gz|\.zst)?$/i, 'csv'],
  [/\.(tsv|tab)(\.gz|\.zst)?$/i, 'tsv'],
  [/\.(jsonl|ndjson)(\.gz|\.zst)?$/i, 'lines'],
  [/\.(parquet|pq)$/i, 'parquet'],
];
const WORDS = 'CSV, TSV, JSON lines (each also as .gz or .zst) and Parquet';

export const kindOf = (path: string): FileKind | null => KINDS.find(([pattern]) => pattern.test(path))?.[1] ?? null;

/** @throws LoopwrightError `not_found`, `bad_request` for what is no table, or a folder of several kinds */
export function filesIn(input: string): { readonly files: InputFile[]; readonly kind: FileKind } {
  if (!existsSync(input)) throw new LoopwrightError('not_found', `There is no file ${input}.`);
  const isFolder = statSync(input).isDirectory();
  const names = isFolder ? readdirSync(input).sort() : [];
  // What begins with a point or an underscore is a marker by the custom of such folders.
  const paths = isFolder
    ? names.filter((name) => !/^[._]/.test(name) && kindOf(name) !== null).map((name) => join(input, name))
    : [input];
  const kinds = new Set(paths.map(kindOf));
  const [kind] = kinds;
  if (kind === undefined || kind === null)
    throw new LoopwrightError(
      'bad_request',
      isFolder
        ? `${input} has no tables. Read are ${WORDS}.`
        : `${basename(input)} is no table that can be read. Read are ${WORDS}.`,
    );
  if (kinds.size > 1)
    throw new LoopwrightError(
      'bad_request',
      `${input} has tables of several kinds: ${[...kinds].join(', ')}. Take one kind at a time.`,
    );
  return { files: paths.map(statOf), kind };
}

export function statOf(path: string): InputFile {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false });
  if (!found?.isFile()) throw new LoopwrightError('not_found', `There is no file ${path} any more.`);
  return { path, size: Number(found.size), mtimeNs: String(found.mtimeNs) };
}

export function compressionOf(path: string): TextForm['compression'] {
  if (/\.gz$/i.test(path)) return 'gzip';
  return /\.zst$/i.test(path) ? 'zstd' : 'none';
}

/** @param asked `utf-8` where nothing was said: a mark at the beginning says more */
export async function encodingOf(path: string, compression: TextForm['compression'], asked: string): Promise<string> {
  if (compression !== 'none' || asked !== 'utf-8') return asked;
  for await (const block of createReadStream(path, { end: 1 })) {
    const mark = (block as Buffer).toString('hex');
    if (mark === 'fffe') return 'utf-16le';
    if (mark === 'feff') return 'utf-16be';
  }
  return asked;
}
