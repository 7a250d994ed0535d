/** The store's own repository, `code.git`: how it is made, and where a snapshot's index lies in it. */
import { createHash, randomBytes } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { startOf } from '../../protocol/node/processes';
import { makeBelow, pathsOf } from '../../protocol/node/storeFolder';
import { git, type Place, safeEnvironment, type Settings } from './git';

export const codeFolder = (store: string): string => join(store, 'code.git');

/** Bytes go in and come out as they are: no line endings, no filters (LFS), no other encoding. */
const ATTRIBUTES = '* -text !eol !filter !ident !working-tree-encoding\n';

/** Makes the repository where there is none, beside its place: two that do so at once would meet at git's own locks. */
export async function ensureCodeStore(store: string): Promise<void> {
  const folder = codeFolder(store);
  if (existsSync(attributesIn(folder))) return;
  const { drafts } = pathsOf(store);
  const draft = join(drafts, `code-${randomBytes(6).toString('hex')}`);
  makeBelow(store, draft);
  try {
    await initialize(store, draft);
    renameSync(draft, folder);
  } catch (thrown) {
    if (existsSync(attributesIn(folder))) return; // the other one was first
    if (!existsSync(folder)) throw thrown;
    await initialize(store, folder); // somebody has taken parts of it away
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

const attributesIn = (folder: string): string => join(folder, 'info', 'attributes');

async function initialize(store: string, folder: string): Promise<void> {
  const place: Place = { cwd: store, env: safeEnvironment() };
  await git(place, ['init', '--bare', '--quiet', '--template=', '--object-format=sha1', folder]);
  mkdirSync(join(folder, 'info'), { recursive: true });
  writeFileSync(attributesIn(folder), ATTRIBUTES);
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
  /** Beside the kept one: see `ignored.ts`. */
  readonly ignored: string;
  private readonly kept: string;

  constructor(
    private readonly store: string,
    private readonly top: string,
    prefix: string,
  ) {
    const hash = createHash('sha256').update(`${top}\0${prefix}`).digest('hex').slice(0, 16);
    this.kept = join(codeFolder(store), `index-${hash}`);
    this.ignored = `${this.kept}.ignored.json`;
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
    if (anew || !existsSync(this.kept)) return;
    copyFileSync(this.kept, this.path);
    // Git reads a file again that changed in the second its index was written, as its stat may be the same: by the
    // time of the copy, it would believe the stat.
    const second = Math.floor(statSync(this.kept).mtimeMs / 1000);
    utimesSync(this.path, second, second);
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
