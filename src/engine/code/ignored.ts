/**
 * Files that are tracked although a rule ignores them, by the user's repository and by our index. Asking git for them
 * costs as much as everything else about a folder that has hardly changed, so the answer is kept with our index for as
 * long as everything that it depends on is the same.
 */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { writeAtomically } from '../../protocol/node/storeFolder';
import type { IndexEntry } from './indexFile';
import { type ByteName, nameIn } from './names';
import type { Repository } from './repository';

const Kept = z.object({ basis: z.string(), inIndex: z.array(z.string()), inRepository: z.array(z.string()) });

export interface Ignored {
  readonly inIndex: readonly ByteName[];
  readonly inRepository: readonly ByteName[];
}

/** More than that is read as slowly as it is asked for. */
const KEPT_LIMIT = 5000;
const RULES_FILE = '.gitignore';

const isRules = (name: ByteName): boolean => name === RULES_FILE || name.endsWith(`/${RULES_FILE}`);

/** @returns null where rules are being changed just now: then nothing may be kept */
export function basisOf(
  repository: Repository | null,
  rules: readonly string[],
  known: readonly IndexEntry[],
  /** Names that differ from our index, and those that are ignored. */
  changed: readonly ByteName[],
  ignored: readonly ByteName[],
): string | null {
  if (changed.some(isRules)) return null;
  const own = known.filter(({ name }) => isRules(name)).map(({ name, blob }) => [name, blob]);
  const files = ignored.filter(isRules).map((name) => Buffer.from(name, 'latin1').toString('utf8'));
  const outside: string[] = [];
  if (repository) {
    const { top, prefix, gitFolder, excludeFile, settings } = repository;
    outside.push(join(gitFolder, 'index'), ...(excludeFile === null ? [] : [excludeFile]));
    for (const [key, value] of settings) if (key === 'core.excludesFile') outside.push(value);
    // Rules above the root hold there, too.
    const above = Buffer.from(prefix, 'latin1').toString('utf8').split('/').slice(0, -1);
    outside.push(...above.map((_, depth) => join(top, ...above.slice(0, depth), RULES_FILE)));
    outside.push(...files.map((file) => join(top, file)));
  }
  return JSON.stringify([
    rules,
    repository?.settings,
    own,
    outside.map((path) => [nameIn(Buffer.from(path)), stamp(path)]),
  ]);
}

function stamp(path: string): string | null {
  const stat = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stat ? [stat.ino, stat.size, stat.mtimeNs, stat.ctimeNs].join(':') : null;
}

export function readIgnored(path: string, basis: string): Ignored | null {
  try {
    const kept = Kept.parse(JSON.parse(readFileSync(path, 'utf8')));
    return kept.basis === basis ? kept : null;
  } catch {
    return null; // never written, or cut short
  }
}

export function keepIgnored(path: string, basis: string, { inIndex, inRepository }: Ignored): void {
  if (inIndex.length + inRepository.length <= KEPT_LIMIT)
    writeAtomically(path, JSON.stringify({ basis, inIndex, inRepository }));
}
