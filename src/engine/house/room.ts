/** How the room that a store takes shrinks as runs are taken out: their folders, and contents that only they refer to. */
import type { Database } from 'better-sqlite3';
import type { StorePaths } from '../../protocol/node/storeFolder';
import { ObjectStore } from '../data';
import type { Room } from './choose';
import { References } from './objects';
import type { Unit } from './units';
import { sizeOf } from './usage';

export const folderBytes = (paths: StorePaths, unit: Unit): number =>
  unit.runs.reduce((sum, { runId }) => sum + sizeOf(paths.runFolder(runId)).sizeBytes, 0);

/** @param storeBytes what the store takes with all of them */
export function roomOf(db: Database, paths: StorePaths, units: readonly Unit[], storeBytes: number): Room {
  const objects = new ObjectStore(paths.root);
  const sizes = new Map<string, number>();
  for (const { md5, sizeBytes } of objects.objects()) sizes.set(md5, sizeBytes);
  const references = new References(db, objects);
  const digestsOf = (unit: Unit): Set<string> =>
    new Set(unit.runs.flatMap(({ seq }) => references.of(seq)).filter((md5) => sizes.has(md5)));
  const users = new Map<string, number>();
  for (const unit of units) for (const md5 of digestsOf(unit)) users.set(md5, (users.get(md5) ?? 0) + 1);
  let bytes = storeBytes;
  return {
    get bytes() {
      return bytes;
    },
    take: (unit) => {
      bytes -= folderBytes(paths, unit);
      for (const md5 of digestsOf(unit)) {
        const left = (users.get(md5) ?? 1) - 1;
        users.set(md5, left);
        if (left === 0) bytes -= sizes.get(md5) ?? 0;
      }
    },
  };
}
