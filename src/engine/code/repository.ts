/** What is known of the user's own repository. Nothing here writes to it, or executes what is configured in it. */
import { copyFileSync, existsSync, realpathSync, rmSync, utimesSync } from 'node:fs';
import { join, relative } from 'node:path';
import { GitError, GitPluginError, simpleGit } from 'simple-git';
import { LoopwrightError } from '../../protocol/errors';
import { git, noGit, type Place, plainEnvironment, safeEnvironment, type Settings } from './git';
import { bytesOf, type ByteName, isAscii, joinNul, nameIn, splitNul } from './names';

export interface Repository {
  /** Its working folder, and the root below it: empty, or with a `/` behind. */
  readonly top: string;
  readonly prefix: ByteName;
  readonly gitFolder: string;
  readonly objects: string;
  readonly excludeFile: string | null;
  /** How to ask about it. */
  readonly place: Place;
  readonly settings: Settings;
  /** The address of `origin`, without what it may hold of secrets. */
  readonly remote: string | null;
}

export interface Standing {
  readonly commit: string | null;
  /** The tree of the commit at the root of the run; null if the commit has none there. */
  readonly tree: string | null;
  readonly branch: string | null;
  readonly remote: string | null;
  readonly operation: string | null;
}

/** The repository that a folder lies in; null where there is none. @throws LoopwrightError if there is no git */
export async function repositoryOf(root: string): Promise<Repository | null> {
  const bare: Place = { cwd: root, env: safeEnvironment() };
  // Each question is a process of its own, which takes longer to start than to answer.
  const [answer, configured] = await Promise.all([
    ask(bare, [
      'rev-parse',
      '--show-toplevel',
      '--absolute-git-dir',
      '--git-path',
      'objects',
      '--git-path',
      'info/exclude',
    ]),
    configurationOf(root),
  ]);
  const { settings, remote } = configured;
  const [top, gitFolder, objects, exclude] = answer?.split('\n') ?? [];
  if (top === undefined || top === '' || gitFolder === undefined || objects === undefined || exclude === undefined)
    return null;
  const place = { cwd: top, env: safeEnvironment(settings) };
  const inside = nameIn(Buffer.from(relative(realpathSync(top), realpathSync(root)), 'utf8')).replaceAll('\\', '/');
  const excludeFile = absoluteIn(root, exclude);
  return {
    top,
    prefix: inside === '' ? '' : `${inside}/`,
    gitFolder,
    objects: absoluteIn(root, objects),
    excludeFile: existsSync(excludeFile) ? excludeFile : null,
    place,
    settings,
    remote,
  };
}

const absoluteIn = (folder: string, path: string): string => (path.startsWith('/') ? path : join(folder, path));

interface Configured {
  /** The user's ignore rules, which are wanted, and nothing for each filter, which would be executed. */
  readonly settings: Settings;
  readonly remote: string | null;
}

async function configurationOf(root: string): Promise<Configured> {
  // There is always the last of these, from `env`: simple-git waits for 50 ms where git says nothing.
  const asked = String.raw`^(core\.excludesfile|remote\.origin\.url|filter\..*\.(clean|smudge|process|required)|safe\.directory)$`;
  // The user's own settings count here; a folder of somebody else, whose filters must be known, is looked at all the same.
  const env = {
    ...plainEnvironment(),
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: 'safe.directory',
    GIT_CONFIG_VALUE_0: '*',
  };
  const answer = await ask({ cwd: root, env }, ['config', '--null', '--get-regexp', asked]);
  // Each is the key, its value on the next line if it has one, and a NUL.
  const found = (answer ?? '').split('\0').map((line) => /^([^\n]*)\n?([^]*)$/.exec(line)?.slice(1) ?? []);
  const lastOf = (wanted: string) => found.findLast(([key]) => key === wanted)?.[1] ?? '';
  const ignores = lastOf('core.excludesfile');
  const remote = lastOf('remote.origin.url');
  const filters = new Set(found.flatMap(([key]) => (key?.startsWith('filter.') ? [key] : [])));
  return {
    settings: [
      ...(ignores === '' ? [] : [['core.excludesFile', ignores] as const]),
      ...[...filters].map((key) => [key, key.endsWith('.required') ? 'false' : ''] as const),
    ],
    remote: remote === '' ? null : withoutCredentials(remote),
  };
}

/** Whether the repository itself ignores the folder: then what it ignores says nothing about the code in there. */
export async function isIgnored({ place, prefix }: Repository): Promise<boolean> {
  if (prefix === '') return false;
  const { GIT_LITERAL_PATHSPECS: _, ...env } = place.env; // this command knows none
  const answer = await git({ ...place, env }, ['check-ignore', '-z', '--stdin'], {
    input: bytesOf(`./${prefix.slice(0, -1)}\0`),
    codes: [0, 1],
  });
  return answer.length > 0;
}

export async function standingOf(repository: Repository): Promise<Standing> {
  const { gitFolder, remote } = repository;
  return { ...(await headOf(repository)), remote, operation: operationIn(gitFolder) };
}

async function headOf({ place, prefix }: Repository): Promise<Pick<Standing, 'commit' | 'tree' | 'branch'>> {
  const path = Buffer.from(prefix.slice(0, -1), 'latin1').toString('utf8');
  // All in one where there is all of it: each question is a process.
  const whole = await ask(place, ['rev-parse', 'HEAD^{commit}', `HEAD:${path}`, '--symbolic-full-name', 'HEAD']);
  const [found, foundTree, name = ''] = whole?.split('\n') ?? [];
  if (found !== undefined && foundTree !== undefined)
    return { commit: found, tree: foundTree, branch: /^refs\/heads\/(.+)$/.exec(name)?.[1] ?? null };
  const [commit, branch] = await Promise.all([
    ask(place, ['rev-parse', '--verify', '--quiet', 'HEAD^{commit}']),
    ask(place, ['symbolic-ref', '--quiet', '--short', 'HEAD']),
  ]);
  const tree =
    emptyAsNull(commit) && (await ask(place, ['rev-parse', '--verify', '--quiet', `${commit ?? ''}:${path}`]));
  return { commit: emptyAsNull(commit), tree: emptyAsNull(tree), branch: emptyAsNull(branch) };
}

const emptyAsNull = (text: string | null): string | null => (text === '' ? null : text);

/** `https://user:token@host/x` without what stands before the `@`; `git@host:x` holds no secret and stays. */
export const withoutCredentials = (remote: string): string =>
  remote.replace(/^([a-z][a-z\d+.-]*:\/\/)[^/]*@/i, '$1').replace(/[?#].*$/, '');

const OPERATIONS: readonly (readonly [file: string, name: string])[] = [
  ['rebase-merge', 'rebase'],
  ['rebase-apply', 'rebase'],
  ['MERGE_HEAD', 'merge'],
  ['CHERRY_PICK_HEAD', 'cherry-pick'],
  ['REVERT_HEAD', 'revert'],
  ['BISECT_LOG', 'bisect'],
];

const operationIn = (gitFolder: string): string | null =>
  OPERATIONS.find(([file]) => existsSync(join(gitFolder, file)))?.[1] ?? null;

/** Files that the repository tracks although a rule ignores them: they are code like the others. */
export async function trackedThoughIgnored({ place, prefix }: Repository, rules: readonly string[]) {
  return splitNul(
    await git(place, ['ls-files', '-z', '--cached', '--ignored', '--exclude-standard', ...rules, ...below(prefix)]),
  );
}

/** Named one by one up to here; git looks at nothing else then. */
const NAMED_LIMIT = 200;

/** Of some files, which differ between commit, index and working folder as the repository itself sees it. */
export async function workIn({ place, prefix }: Repository, commit: string | null, names: readonly ByteName[]) {
  if (names.length === 0) return { staged: new Set<ByteName>(), touched: new Set<ByteName>() };
  const where = names.length <= NAMED_LIMIT && names.every(isAscii) ? ['--', ...names] : below(prefix);
  const [staged, touched] = await Promise.all([
    git(
      place,
      commit === null
        ? ['ls-files', '-z', '--cached', ...where]
        : ['diff-index', '-z', '--cached', '--name-only', '--no-renames', commit, ...where],
    ),
    git(place, ['ls-files', '-z', '--modified', '--deleted', ...where]),
  ]);
  return { staged: new Set(splitNul(staged)), touched: new Set(splitNul(touched)) };
}

/**
 * Those of some touched files whose stat is not that of the repository's index. Where a filter (LFS) stands between file
 * and commit their bytes say nothing, and git compares them for every file as young as the index itself: the copy of it
 * is younger.
 */
export async function reallyTouched(
  { place, gitFolder }: Repository,
  names: readonly ByteName[],
  copy: string,
): Promise<ReadonlySet<ByteName>> {
  const answer = splitNul(await git(place, ['check-attr', '-z', '--stdin', 'filter'], { input: joinNul(names) }));
  const filtered = new Set<ByteName>();
  for (let at = 0; at + 2 < answer.length; at += 3)
    if (!['unspecified', 'unset'].includes(answer[at + 2] ?? '')) filtered.add(answer[at] ?? '');
  if (filtered.size === 0) return new Set(names);
  try {
    copyFileSync(join(gitFolder, 'index'), copy);
    const later = Date.now() / 1000 + 60;
    utimesSync(copy, later, later);
    const aside = { ...place, env: { ...place.env, GIT_INDEX_FILE: copy } };
    const touched = new Set(splitNul(await git(aside, ['ls-files', '-z', '--modified', '--deleted'])));
    return new Set(names.filter((name) => !filtered.has(name) || touched.has(name)));
  } finally {
    rmSync(copy, { force: true });
  }
}

export interface Nested {
  readonly commit: string | null;
  readonly dirty: boolean;
}

/** A repository inside the folder: a submodule or a clone. */
export async function nestedState(folder: string): Promise<Nested> {
  const place: Place = { cwd: folder, env: safeEnvironment((await configurationOf(folder)).settings) };
  const commit = emptyAsNull(await ask(place, ['rev-parse', '--verify', '--quiet', 'HEAD^{commit}']));
  const [files, staged] = await Promise.all([
    git(place, ['ls-files', '-z', '--others', '--modified', '--deleted', '--exclude-standard']),
    commit === null ? Buffer.alloc(0) : git(place, ['diff-index', '-z', '--cached', '--name-only', commit]),
  ]);
  return { commit, dirty: files.length > 0 || staged.length > 0 };
}

/** The pathspec for what lies below the root; names that are no UTF-8 can't be given on a command line. */
export const below = (prefix: ByteName): string[] =>
  prefix === '' ? [] : ['--', Buffer.from(prefix, 'latin1').toString('utf8')];

/**
 * The text that git answers; null if it says no.
 *
 * Our environment is deliberate: it switches off what simple-git warns of, instead of switching it on.
 */
async function ask({ cwd, env }: Place, args: readonly string[]): Promise<string | null> {
  if (!existsSync(cwd)) throw new LoopwrightError('not_found', `The folder ${cwd} does not exist any more.`);
  const asker = simpleGit({
    baseDir: cwd,
    allowEnvironment: Object.keys(env),
    // Else each "no" takes 50 ms longer.
    completion: { onClose: true, onExit: false },
    unsafe: {
      allowUnsafeConfigPaths: true,
      allowUnsafeConfigEnvCount: true,
      allowUnsafeHooksPath: true,
      allowUnsafeFsMonitor: true,
      allowUnsafeFilter: true,
      allowUnsafeProtocolOverride: true,
    },
  }).env(env);
  try {
    return (await asker.raw([...args])).replace(/\n$/, '');
  } catch (thrown) {
    if (thrown instanceof Error && thrown.message.includes('ENOENT')) throw noGit();
    if (thrown instanceof GitError && !(thrown instanceof GitPluginError)) return null;
    throw thrown;
  }
}
