/** How much room a store takes, by part. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Result } from '../../protocol/requests';

type Part = Result<'store/usage'>['parts'][number];

/** The parts of a store in the order in which they are told; whatever else lies there counts as `other`. */
const PART_OF: Readonly<Record<string, Part['part']>> = {
  runs: 'runs',
  models: 'models',
  cache: 'data',
  'code.git': 'code',
  'store.db': 'database',
  'store.db-wal': 'database',
  'store.db-shm': 'database',
};

/** @param store the store's folder */
export function storeUsage({ store }: { store: string }): Promise<Result<'store/usage'>> {
  const sizes = new Map<Part['part'], Part>();
  for (const name of readdirSync(store)) {
    const part = PART_OF[name] ?? 'other';
    const { sizeBytes, fileCount } = sizes.get(part) ?? { sizeBytes: 0, fileCount: 0 };
    const more = sizeOf(join(store, name));
    sizes.set(part, { part, sizeBytes: sizeBytes + more.sizeBytes, fileCount: fileCount + more.fileCount });
  }
  return Promise.resolve({ parts: [...sizes.values()].sort((left, right) => right.sizeBytes - left.sizeBytes) });
}

/** What is below a path, a path that is gone being nothing. */
export function sizeOf(path: string): { sizeBytes: number; fileCount: number } {
  try {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (!stat) return { sizeBytes: 0, fileCount: 0 };
    // What it occupies, not what it pretends to hold: a sparse file of a database counts with its blocks.
    if (!stat.isDirectory()) return { sizeBytes: stat.blocks > 0 ? stat.blocks * 512 : stat.size, fileCount: 1 };
    return readdirSync(path)
      .map((name) => sizeOf(join(path, name)))
      .reduce((sum, one) => ({ sizeBytes: sum.sizeBytes + one.sizeBytes, fileCount: sum.fileCount + one.fileCount }), {
        sizeBytes: 0,
        fileCount: 0,
      });
  } catch {
    return { sizeBytes: 0, fileCount: 0 }; // gone in between, or closed to us
  }
}
