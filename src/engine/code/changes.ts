/** What a snapshot has otherwise than the user's commit, and how two snapshots differ. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ChangedFile } from '../../protocol/capture';
import { codePlace, temporaryIndex } from './codeStore';
import { git } from './git';
import { type ByteName, splitNul, textOf } from './names';
import { reallyTouched, type Repository, type Standing, workIn } from './repository';
import type { CodeTree } from './tree';

export interface TreeDifference {
  readonly name: ByteName;
  readonly status: 'added' | 'modified' | 'deleted';
}

/** Git's own name for the tree with nothing in it; it needs no object. */
const EMPTY_TREE = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';
const SUBMODULE = '160000';

/** From one tree to the other, by name; submodules are no files. */
export async function differencesOf(
  store: string,
  from: string | null,
  to: string,
  alternates: readonly string[] = [],
): Promise<TreeDifference[]> {
  const place = codePlace(store, alternates);
  const trees = [from ?? EMPTY_TREE, to];
  const lines = splitNul(await git(place, ['diff-tree', '-r', '-z', '--raw', '--no-renames', ...trees]));
  const found: TreeDifference[] = [];
  for (let at = 0; at + 1 < lines.length; at += 2) {
    const [modeFrom, modeTo, , , letter] = (lines[at] ?? '').slice(1).split(' ');
    const name = lines[at + 1] ?? '';
    if (modeFrom === SUBMODULE || modeTo === SUBMODULE) continue;
    found.push({ name, status: letter === 'A' ? 'added' : letter === 'D' ? 'deleted' : 'modified' });
  }
  return found;
}

/** Without attributes there is no filter between a file and its commit. Those above the root are in no snapshot. */
const mayHaveFilters = ({ entries }: CodeTree, { prefix, gitFolder }: Repository): boolean =>
  prefix !== '' ||
  existsSync(join(gitFolder, 'info', 'attributes')) ||
  entries.some(({ name }) => name === '.gitattributes' || name.endsWith('/.gitattributes'));

/**
 * What of a snapshot differs from the user's commit. The snapshot has files byte by byte, the commit may have them
 * through a filter (LFS, line endings): a file counts as modified only if the repository sees that, too.
 */
export async function changesSince(store: string, code: CodeTree, standing: Standing): Promise<ChangedFile[]> {
  const { repository, isRepositorys, leftOut, nested } = code;
  if (!repository || !isRepositorys) return [];
  const differences = (await differencesOf(store, standing.tree, code.tree, [repository.objects])).filter(
    ({ name }) => !leftOut.has(name) && !nested.some((folder) => name.startsWith(`${folder}/`)),
  );
  const names = differences.map(({ name }) => repository.prefix + name);
  const { staged, touched } = await workIn(repository, standing.commit, names);
  const doubtful = differences
    .map(({ name, status }) => (status === 'modified' ? repository.prefix + name : ''))
    .filter((name) => touched.has(name) && !staged.has(name));
  const young =
    doubtful.length === 0 || !mayHaveFilters(code, repository)
      ? null
      : await reallyTouched(repository, doubtful, temporaryIndex(store));
  for (const name of doubtful) if (young?.has(name) === false) touched.delete(name);
  const changed: ChangedFile[] = [];
  for (const { name, status } of differences) {
    const inRepository = repository.prefix + name;
    const isSeen = staged.has(inRepository) || touched.has(inRepository);
    if (status === 'added')
      changed.push({ path: textOf(name), status: staged.has(inRepository) ? 'added' : 'untracked' });
    else if (isSeen) changed.push({ path: textOf(name), status });
  }
  return changed;
}
