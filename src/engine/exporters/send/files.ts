/** Files of a folder, to be sent to where a server keeps its artifacts. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isMissing } from '../../../protocol/node/addresses';

/** Names of ours in the making. */
const DRAFT = '.loopwright-';

export interface SentFile {
  /** Below the folder, with `/` between the parts. */
  readonly path: string;
  readonly file: string;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
}

/** In order. A link could lead to anything on this machine: it is no file. */
export async function filesBelow(folder: string, above = ''): Promise<SentFile[]> {
  const files: SentFile[] = [];
  for (const entry of await entriesOf(folder)) {
    if (entry.name.startsWith(DRAFT)) continue;
    const file = join(folder, entry.name);
    const path = `${above}${entry.name}`;
    if (entry.isDirectory()) files.push(...(await filesBelow(file, `${path}/`)));
    else if (entry.isFile()) {
      const { size, mtimeMs } = await stat(file);
      files.push({ path, file, sizeBytes: size, modifiedMs: Math.trunc(mtimeMs) });
    }
  }
  return files.toSorted((left, right) => (left.path < right.path ? -1 : 1));
}

async function entriesOf(folder: string) {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    if (isMissing(error)) return []; // a run without artifacts
    throw error;
  }
}

/** The place below a server's address for what lies at `uri`; null where the server does not hand files on. */
export function placeOf(uri: string, path: string): string | null {
  const [, root] = /^mlflow-artifacts:(?:\/\/[^/]*)?\/(.*)$/.exec(uri) ?? [];
  if (root === undefined) return null;
  const parts = [...root.split('/').filter((part) => part !== ''), ...path.split('/')];
  return `/api/2.0/mlflow-artifacts/artifacts/${parts.map(encodeURIComponent).join('/')}`;
}
