/** Files of `mlruns` in which the name is a key and the content a value; a key with `/` in it is a path. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMissing } from '../../protocol/node/addresses';
import type { Texts } from '../clients';

export function foldersIn(folder: string): string[] {
  return entriesIn(folder)
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
}

/** Keys below a folder, in the order of their names. */
export function keysBelow(folder: string, prefix = ''): string[] {
  return entriesIn(join(folder, prefix))
    .toSorted((left, right) => (left.name < right.name ? -1 : 1))
    .flatMap((entry) => {
      const key = prefix === '' ? entry.name : `${prefix}/${entry.name}`;
      if (entry.isDirectory()) return keysBelow(folder, key);
      return entry.isFile() ? [key] : [];
    });
}

export const textsBelow = (folder: string): Texts =>
  Object.fromEntries(keysBelow(folder).map((key) => [key, readFileSync(join(folder, key), 'utf8')]));

function entriesIn(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    // Made with the first of them; or a file that is not what it is named as.
    if (isMissing(error) || (error instanceof Error && 'code' in error && error.code === 'ENOTDIR')) return [];
    throw error;
  }
}
