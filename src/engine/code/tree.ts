/** Writing the code of a folder as a tree into the store's repository: what a snapshot holds, and what "now" is. */
import { accessSync, constants, lstatSync, readFileSync, realpathSync } from 'node:fs';
import { STORE_NAME } from '../../protocol/node/storeFolder';
import { ensureCodeStore, WorkIndex } from './codeStore';
import { git, GitFailure, gitText, type Place } from './git';
import { basisOf, type Ignored, keepIgnored, readIgnored } from './ignored';
import { type IndexEntry, readIndex } from './indexFile';
import { bytesOf, type ByteName, joinNul, nameIn, splitNul } from './names';
import { below, isIgnored, type Repository, repositoryOf, trackedThoughIgnored } from './repository';
import { CONTENT_LIMIT_BYTES, secretIn } from './secrets';
import { type Candidate, type Look, select, SNAPSHOT_LIMITS, type SnapshotLimits } from './select';

export interface CodeRoot {
  readonly root: string;
  readonly repository: Repository | null;
  /** Whether the repository knows this code: it does not where it ignores the whole folder. */
  readonly isRepositorys: boolean;
}

export interface CodeTree extends CodeRoot {
  readonly tree: string;
  /** Names from here on are below the root. */
  readonly entries: readonly IndexEntry[];
  readonly leftOut: ReadonlyMap<ByteName, string>;
  /** Folders with repositories of their own: submodules and clones. */
  readonly nested: readonly ByteName[];
}

/** Left out even where no rule of the user's says so. */
const NEVER = [`${STORE_NAME}/`, 'node_modules/', '__pycache__/', '*.pyc', '.ipynb_checkpoints/'];
const RULES = NEVER.flatMap((pattern) => ['--exclude', pattern]);
const NESTED_DEPTH = 5;

/** @throws LoopwrightError if there is no git, or no such folder */
export async function codeRootOf(folder: string): Promise<CodeRoot> {
  const root = realpathSync(folder);
  const repository = await repositoryOf(root);
  return { root, repository, isRepositorys: repository !== null && !(await isIgnored(repository)) };
}

/** @throws LoopwrightError, GitFailure */
export async function writeTree(store: string, code: CodeRoot, limits = SNAPSHOT_LIMITS): Promise<CodeTree> {
  await ensureCodeStore(store);
  const writer = new TreeWriter(store, code, limits);
  try {
    return await writer.write(false);
  } catch (error) {
    // Objects that the kept index names may have been swept away: hashed once more, they are there again.
    if (error instanceof GitFailure && !error.isDiskFull) return await writer.write(true);
    throw error;
  } finally {
    writer.end();
  }
}

class TreeWriter {
  private readonly index: WorkIndex;
  private readonly place: Place;
  private readonly top: string;
  private readonly prefix: ByteName;

  /** The repository whose rules hold here. */
  private readonly ruler: Repository | null;

  constructor(
    store: string,
    private readonly code: CodeRoot,
    private readonly limits: SnapshotLimits,
  ) {
    this.ruler = code.isRepositorys ? code.repository : null;
    this.top = this.ruler?.top ?? code.root;
    this.prefix = this.ruler?.prefix ?? '';
    this.index = new WorkIndex(store, this.top, this.prefix);
    this.place = this.index.place(this.ruler?.settings ?? []);
  }

  async write(anew: boolean): Promise<CodeTree> {
    this.index.open(anew);
    const refreshed = this.refresh();
    const [found, ignored] = await Promise.all([
      // These answer the same before the refresh and after it: git compares what was only touched by its content.
      this.list(['-t', '--others', '--modified', '--deleted']),
      this.list(['--others', '--ignored', '--directory']),
      refreshed,
    ]).finally(() => Promise.allSettled([refreshed])); // nobody may begin anew while this one still writes
    const known = readIndex(this.index.path);
    const { inIndex: nowIgnored, inRepository: tracked } = await this.trackedThoughIgnored(known, found, ignored);
    const candidates = await this.candidatesOf(known, found, new Set(tracked), new Set(nowIgnored));
    const { taken, leftOut } = select(candidates, (name) => this.look(name), this.limits);
    const refused = await this.update(candidates, taken, known);
    for (const name of ignored)
      if (!taken.has(name) && !leftOut.has(name) && !isStore(name)) leftOut.set(name, 'ignored');
    for (const [name, reason] of refused) leftOut.set(name, reason);
    const written = readIndex(this.index.path);
    const inIndex = new Set(written.map(({ name }) => name));
    // Git passes over some names in silence, and over files that are gone.
    for (const name of taken)
      if (!inIndex.has(name) && !leftOut.has(name)) leftOut.set(name, 'git does not take its name, or it went away');
    const tree = await this.treeOf(written);
    const entries = written.map((entry) => ({ ...entry, name: this.inRoot(entry.name) }));
    this.index.keep();
    return {
      ...this.code,
      tree,
      entries,
      leftOut: new Map([...leftOut].map(([name, reason]) => [this.inRoot(name), reason])),
      nested: this.nestedIn(entries),
    };
  }

  end(): void {
    this.index.discard();
  }

  private async trackedThoughIgnored(
    known: readonly IndexEntry[],
    found: readonly ByteName[],
    ignored: readonly ByteName[],
  ): Promise<Ignored> {
    const changed = found.map((line) => line.slice(2));
    const basis = basisOf(this.ruler, RULES, known, changed, ignored);
    const kept = basis === null ? null : readIgnored(this.index.ignored, basis);
    if (kept) return kept;
    const [inIndex, inRepository] = await Promise.all([
      this.list(['--cached', '--ignored']),
      this.ruler ? trackedThoughIgnored(this.ruler, RULES) : [],
    ]);
    if (basis !== null) keepIgnored(this.index.ignored, basis, { inIndex, inRepository });
    return { inIndex, inRepository };
  }

  /** Files that were only touched get their stat written down, so that they are not read again each time. */
  private async refresh(): Promise<void> {
    await git(this.place, ['update-index', '-q', '--refresh'], { codes: [0, 1] });
  }

  private async list(what: readonly string[], at: Place = this.place): Promise<ByteName[]> {
    const own = this.ruler?.excludeFile;
    const rules = [...RULES, ...(own && at === this.place ? ['--exclude-from', own] : [])];
    const where = at === this.place ? below(this.prefix) : [];
    return splitNul(await git(at, ['ls-files', '-z', ...what, '--exclude-standard', ...rules, ...where]));
  }

  /** Everything that may be taken, in the order of names. */
  private async candidatesOf(
    known: readonly IndexEntry[],
    found: readonly ByteName[],
    tracked: ReadonlySet<ByteName>,
    nowIgnored: ReadonlySet<ByteName>,
  ): Promise<Candidate[]> {
    const changed = new Set<ByteName>();
    const gone = new Set<ByteName>();
    const names = new Set<ByteName>();
    for (const line of found) {
      const name = line.slice(2);
      if (line.startsWith('R ')) gone.add(name);
      else if (line.startsWith('C ')) changed.add(name);
      else if (name.endsWith('/')) for (const inner of await this.othersIn(name, NESTED_DEPTH)) names.add(inner);
      else names.add(name);
    }
    for (const name of tracked) names.add(name);
    const candidates: Candidate[] = [];
    for (const { name, sizeBytes } of known) {
      if (gone.has(name) || (nowIgnored.has(name) && !tracked.has(name))) continue;
      names.delete(name);
      candidates.push({ name, sizeBytes: changed.has(name) ? null : sizeBytes });
    }
    for (const name of names) candidates.push({ name, sizeBytes: null });
    candidates.sort((left, right) => (left.name < right.name ? -1 : left.name > right.name ? 1 : 0));
    return candidates;
  }

  /** The files of a repository inside this one, by its own rules. */
  private async othersIn(folder: ByteName, depth: number): Promise<ByteName[]> {
    const path = Buffer.concat([Buffer.from(`${this.top}/`), bytesOf(folder)]).toString('utf8');
    const at: Place = {
      cwd: path,
      env: { ...this.place.env, GIT_WORK_TREE: path, GIT_INDEX_FILE: `${this.index.path}.none` },
    };
    const names: ByteName[] = [];
    for (const name of await this.list(['--others'], at)) {
      if (!name.endsWith('/')) names.push(folder + name);
      else if (depth > 0) names.push(...(await this.othersIn(folder + name, depth - 1)));
    }
    return names;
  }

  private pathOf(name: ByteName): Buffer {
    return Buffer.concat([Buffer.from(`${this.top}/`), bytesOf(name)]);
  }

  private look(name: ByteName): Look {
    const path = this.pathOf(name);
    try {
      const stat = lstatSync(path);
      if (stat.isSymbolicLink()) return { sizeBytes: stat.size };
      if (!stat.isFile()) return { reason: 'no file' };
      if (stat.size > this.limits.fileBytes) return { sizeBytes: stat.size };
      accessSync(path, constants.R_OK);
      if (stat.size <= CONTENT_LIMIT_BYTES) {
        const secret = secretIn(readFileSync(path));
        if (secret !== null) return { reason: `it holds what looks like ${secret}` };
      }
      return { sizeBytes: stat.size };
    } catch (error) {
      return { reason: whyUnread(error) };
    }
  }

  /** Brings the index to what was selected. @returns what could not be read after all */
  private async update(
    candidates: readonly Candidate[],
    taken: ReadonlySet<ByteName>,
    known: readonly IndexEntry[],
  ): Promise<Map<ByteName, string>> {
    const dropped = known.filter(({ name }) => !taken.has(name)).map(({ name }) => name);
    if (dropped.length > 0) await this.drop(dropped);
    const fresh = candidates.filter(({ name, sizeBytes }) => sizeBytes === null && taken.has(name));
    const refused = new Map<ByteName, string>();
    await this.add(
      fresh.map(({ name }) => name),
      refused,
    );
    return refused;
  }

  private async drop(names: readonly ByteName[]): Promise<void> {
    const lines = names.map((name) => `0 ${'0'.repeat(40)}\t${name}`);
    await git(this.place, ['update-index', '-z', '--index-info'], { input: joinNul(lines) });
  }

  /** One file that changes or goes while it is read ends git as a whole: then the halves are tried. */
  private async add(names: readonly ByteName[], refused: Map<ByteName, string>): Promise<void> {
    if (names.length === 0) return;
    try {
      await git(this.place, ['update-index', '--add', '--remove', '--replace', '-z', '--stdin'], {
        input: joinNul(names),
      });
    } catch (error) {
      if (!(error instanceof GitFailure) || error.isDiskFull) throw error;
      const [only] = names;
      if (names.length === 1 && only !== undefined) {
        refused.set(only, 'it could not be read, or changed while it was');
        await this.drop([only]);
        return;
      }
      const half = Math.ceil(names.length / 2);
      await this.add(names.slice(0, half), refused);
      await this.add(names.slice(half), refused);
    }
  }

  private async treeOf(entries: readonly IndexEntry[]): Promise<string> {
    if (entries.length === 0) return gitText(this.place, ['hash-object', '-w', '-t', 'tree', '--stdin']);
    const prefix = this.prefix === '' ? [] : [`--prefix=${bytesOf(this.prefix).toString('utf8')}`];
    return gitText(this.place, ['write-tree', ...prefix]);
  }

  private inRoot(name: ByteName): ByteName {
    return name.startsWith(this.prefix) ? name.slice(this.prefix.length) : name;
  }

  /** Found by looking, as the index has their files like any others. */
  private nestedIn(entries: readonly IndexEntry[]): ByteName[] {
    const folders = new Set<ByteName>();
    for (const { name } of entries) {
      for (let at = name.lastIndexOf('/'); at > 0; at = name.lastIndexOf('/', at - 1)) {
        const folder = name.slice(0, at);
        if (folders.has(folder)) break;
        folders.add(folder);
      }
    }
    const root = nameIn(Buffer.from(this.code.root));
    return [...folders].filter((folder) => exists(bytesOf(`${root}/${folder}/.git`))).sort();
  }
}

const isStore = (name: ByteName): boolean => name === `${STORE_NAME}/` || name.endsWith(`/${STORE_NAME}/`);

function exists(path: Buffer): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

function whyUnread(error: unknown): string {
  const { code, message } =
    error instanceof Error ? (error as NodeJS.ErrnoException) : { code: '', message: String(error) };
  if (code === 'ENOENT') return 'it went away meanwhile';
  return code === 'EACCES' || code === 'EPERM' ? 'it is closed to you' : `it could not be read: ${message}`;
}
