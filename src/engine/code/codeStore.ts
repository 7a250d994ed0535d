/** The store's own repository, `code.git`: how it is made, and where a snapshot's index lies in it. */
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startOf } from '../../protocol/node/processes';
import { git, type Place, safeEnvironment, type Settings } from './git';

export const codeFolder = (store: string): string => join(store, 'code.git');

/** Bytes go in and come out as they are: no line endings, no filters (LFS), no other encoding. */
const ATTRIBUTES = '* -text !eol !filter !ident !working-tree-encoding\n';

/** Makes the repository where there is none. Two may do so at the same time: git's own init bears it. */
export async function ensureCodeStore(store: string): Promise<void> {
  const folder = codeFolder(store);
  const attributes = join(folder, 'info', 'attributes');
  if (existsSync(attributes)) return;
  mkdirSync(folder, { recursive: true });
  const place: Place = { cwd: store, env: safeEnvironment() };
  await git(place, ['init', '--bare', '--quiet', '--template=', '--object-format=sha1', folder]);
  mkdirSync(join(folder, 'info'), { recursive: true });
  // Last and at once: where it is, all of the repository is.
  const draft = `${attributes}.${String(process.pid)}`;
  writeFileSync(draft, ATTRIBUTES);
  renameSync(draft, attributes);
}

/** Reading what is in the store's repository, together with the objects of the user's if need be. */
export function codePlace(store: string, alternates: readonly string[] = []): Place {
  const more = {
    GIT_DIR: codeFolder(store),
    ...(alternates.length === 0 ? {} : { GIT_ALTERNATE_OBJECT_DIRECTORIES: alternates.map(quoted).join(':') }),
  };
  return { cwd: store, env: safeEnvironment([], more) };
}

/** As git unquotes it: a `:` in a path would end it. */
const quoted = (path: string): string =>
  /[:"\\]/.test(path) ? `"${path.replaceAll(/["\\]/g, String.raw`\$&`)}"` : path;

let temporaries = 0;

/** A name for an index that nobody else uses, and that tells whose it is. */
export function temporaryIndex(store: string, hash = '0'.repeat(16)): string {
  const owner = `${String(process.pid)}-${startOf(process.pid) ?? ''}`;
  return join(codeFolder(store), `index-${hash}.${owner}-${String(temporaries++)}`);
}

/**
 * An index of our own for one working folder, kept from run to run so that only changed files are hashed again. Work is
 * done on a copy that takes the place of the original at the end: a job that is killed, a full disk or a second job at
 * the same time leaves a whole index behind.
 */
export class WorkIndex {
  readonly path: string;
  private readonly kept: string;

  constructor(
    private readonly store: string,
    private readonly top: string,
    prefix: string,
  ) {
    const hash = createHash('sha256').update(`${top}\0${prefix}`).digest('hex').slice(0, 16);
    this.kept = join(codeFolder(store), `index-${hash}`);
    this.path = temporaryIndex(store, hash);
    this.sweep();
  }

  place(settings: Settings): Place {
    const more = { GIT_DIR: codeFolder(this.store), GIT_WORK_TREE: this.top, GIT_INDEX_FILE: this.path };
    return { cwd: this.top, env: safeEnvironment(settings, more) };
  }

  /** Takes the kept one, or begins anew. */
  open(anew: boolean): void {
    rmSync(this.path, { force: true });
    if (!anew && existsSync(this.kept)) copyFileSync(this.kept, this.path);
  }

  keep(): void {
    if (existsSync(this.path)) renameSync(this.path, this.kept);
  }

  discard(): void {
    rmSync(this.path, { force: true });
    rmSync(`${this.path}.lock`, { force: true });
  }

  /** Copies of jobs that were killed. */
  private sweep(): void {
    for (const name of readdirSync(codeFolder(this.store))) {
      const owner = /^index-[0-9a-f]{16}\.(\d+)-(\d*)-\d+(\.lock)?$/.exec(name);
      if (!owner) continue;
      const [, pid = '', start = ''] = owner;
      if (startOf(Number(pid)) !== start) rmSync(join(codeFolder(this.store), name), { force: true });
    }
  }
}
