/** The job `code/snapshot`: the exact code of a run, as a commit in the store's own repository. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CodeFacts } from '../../protocol/capture';
import { LoopwrightError } from '../../protocol/errors';
import { pathsOf } from '../../protocol/node/storeFolder';
import { RunSpec } from '../../protocol/runFolder';
import { JournalWriter } from '../../protocol/node/journalWriter';
import { changesSince } from './changes';
import { codePlace } from './codeStore';
import { asCodeError, git, gitText } from './git';
import { bytesOf, textOf } from './names';
import { nestedState, type Standing, standingOf } from './repository';
import { writeSeen } from './seen';
import { type CodeTree, codeRootOf, writeTree } from './tree';

const CHANGED_LIMIT = 2000;
const LEFT_OUT_LIMIT = 200;

/** Where a run's snapshot is found in `code.git`; who deletes a run deletes this, and lets git collect what is left. */
export const refOf = (runId: string): string => `refs/runs/${runId}`;

export async function takeSnapshot({ store, runId }: { store: string; runId: string }): Promise<void> {
  const folder = pathsOf(store).runFolder(runId);
  const spec = specIn(folder);
  try {
    const root = await codeRootOf(spec.root ?? spec.cwd);
    const [code, standing] = await Promise.all([
      writeTree(store, root),
      root.repository && standingOf(root.repository),
    ]);
    const [snapshot, facts] = await Promise.all([
      commit(store, code.tree, runId),
      factsOf(store, code, standing),
      // Last, so that git is at work meanwhile.
      Promise.resolve().then(() => writeSeen(folder, code)),
    ]);
    const journal = new JournalWriter(folder);
    journal.append(['facts', Date.now(), 'code', { ...facts, snapshot }]);
    journal.append(['done', Date.now(), 'code', null]);
    journal.close();
  } catch (thrown) {
    throw asCodeError(thrown);
  }
}

/** For comparing with now: the tree alone, nothing is kept of it but the objects. */
export async function treeOfNow({ store, root }: { store: string; root: string }): Promise<{ tree: string }> {
  try {
    return { tree: (await writeTree(store, await codeRootOf(root))).tree };
  } catch (thrown) {
    throw asCodeError(thrown);
  }
}

function specIn(folder: string): RunSpec {
  const spec = RunSpec.safeParse(JSON.parse(readFileSync(join(folder, 'spec.json'), 'utf8')));
  if (spec.success) return spec.data;
  throw new LoopwrightError('internal', `${folder}/spec.json is not of its form.`);
}

async function commit(store: string, tree: string, runId: string): Promise<string> {
  const place = codePlace(store);
  const who = { NAME: 'loopwright', EMAIL: 'loopwright@localhost' };
  const people = Object.fromEntries(
    Object.entries(who).flatMap(([key, value]) => [
      [`GIT_AUTHOR_${key}`, value],
      [`GIT_COMMITTER_${key}`, value],
    ]),
  );
  const author = { ...place, env: { ...place.env, ...people } };
  const id = await gitText(author, ['commit-tree', tree, '-m', runId]);
  await git(place, ['update-ref', refOf(runId), id]);
  return id;
}

async function factsOf(store: string, code: CodeTree, standing: Standing | null): Promise<Omit<CodeFacts, 'snapshot'>> {
  const { root, repository, entries } = code;
  const [changed, submodules] = await Promise.all([
    standing ? changesOrNull(store, code, standing) : null,
    Promise.all(
      code.nested.map(async (name) => ({
        path: textOf(name),
        ...(await nestedState(Buffer.concat([Buffer.from(`${root}/`), bytesOf(name)]).toString('utf8'))),
      })),
    ),
  ]);
  const leftOut = [...code.leftOut].map(([name, reason]) => ({ path: textOf(name), reason }));
  return {
    root,
    tree: code.tree,
    repository: repository && standing && { root: repository.top, ...standing, submodules },
    ...(changed ? { changed: changed.slice(0, CHANGED_LIMIT), changedCount: changed.length } : {}),
    leftOut: leftOut.slice(0, LEFT_OUT_LIMIT),
    leftOutCount: leftOut.length,
    fileCount: entries.length,
    sizeBytes: entries.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
  };
}

/** A repository whose objects can't be read (another hash, damage) has no comparison; the snapshot itself stands. */
async function changesOrNull(store: string, code: CodeTree, standing: Parameters<typeof changesSince>[2]) {
  try {
    return code.isRepositorys ? await changesSince(store, code, standing) : null;
  } catch (error) {
    if (error instanceof LoopwrightError) throw error;
    return null;
  }
}
