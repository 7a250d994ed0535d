/** From a draft to the place of a version's files: whole or not at all. */
import { mkdir, open, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { StorePaths } from '../../protocol/node/storeFolder';
import { versionFolder } from '../artifacts';
import { type Manifest, MANIFEST } from './manifest';

export async function putInPlace(paths: StorePaths, files: string, draft: string, manifest: Manifest): Promise<void> {
  const list = join(draft, MANIFEST);
  await writeFile(list, `${JSON.stringify(manifest, null, 1)}\n`, { mode: 0o444, flush: true });
  const folder = versionFolder(paths, files);
  await mkdir(join(folder, '..'), { recursive: true });
  for (const path of [join(draft, 'artifacts'), draft]) await syncFolder(path);
  await rename(draft, folder);
  await syncFolder(join(folder, '..'));
}

async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return; // a folder can't be opened there
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
