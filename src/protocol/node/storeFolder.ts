/** Finding, making and naming the parts of a store folder (`docs/run-folder.md`). */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { homedir, userInfo } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { LoopwrightError } from '../errors';
import { StoreFile } from '../runFolder';
import { adoptionFile, webhooksFile } from './addresses';

export const STORE_NAME = '.loopwright';

export interface StorePaths {
  readonly root: string;
  readonly database: string;
  readonly active: string;
  readonly runs: string;
  /** Lists of runs whose folders were put there by others, and wait to be taken in. */
  readonly incoming: string;
  readonly storeFile: string;
  /** For what is moved to its place once it is whole; what is left behind here goes with the next collection. */
  readonly drafts: string;
  runFolder(runId: string): string;
}

/** A folder among the drafts in which a front end has made a model, which becomes a version. */
export const MODEL_DRAFT = /^convert-[0-9a-f]{12}$/;

export function pathsOf(root: string): StorePaths {
  const runs = join(root, 'runs');
  return {
    root,
    database: join(root, 'store.db'),
    active: join(root, 'active'),
    runs,
    incoming: join(root, 'incoming'),
    storeFile: join(root, 'store.json'),
    drafts: join(root, 'cache', 'drafts'),
    runFolder: (runId) => join(runs, runId),
  };
}

/**
 * The store that a folder belongs to: the nearest `.loopwright` upwards, not above the repository's or the home
 * folder, and never one that somebody else owns; `<folder>/.loopwright` where there is none.
 */
export function findStore(folder: string): string {
  const start = resolve(folder);
  const home = homedir();
  for (let at = start; ; at = dirname(at)) {
    const candidate = join(at, STORE_NAME);
    if (ownedByUs(candidate)) return candidate;
    if (at === home || existsSync(join(at, '.git')) || dirname(at) === at) return join(start, STORE_NAME);
  }
}

function ownedByUs(path: string): boolean {
  try {
    const stat = statSync(path);
    return stat.isDirectory() && (process.platform === 'win32' || stat.uid === userInfo().uid);
  } catch {
    return false; // not there, or not ours to look at
  }
}

/**
 * Makes a store's folder if there is none. A store that is made here is adopted here.
 *
 * @throws LoopwrightError `read_only` if the folder can't be written, `store_foreign` if somebody else owns it
 */
export function makeStore(root: string): StorePaths {
  const paths = pathsOf(root);
  try {
    mkdirSync(root, { recursive: true });
    if (!ownedByUs(root)) {
      throw new LoopwrightError('store_foreign', `${root} belongs to another user. Choose another place with --store.`);
    }
    const isNew = !existsSync(paths.storeFile);
    mkdirSync(paths.active, { recursive: true });
    mkdirSync(paths.runs, { recursive: true });
    if (isNew) {
      const ignore = join(root, '.gitignore');
      if (!existsSync(ignore)) writeFileSync(ignore, '*\n');
      const file: StoreFile = { id: randomBytes(16).toString('hex'), created: new Date().toISOString(), format: 1 };
      // The record of adoption comes first: a crash in between leaves a store that is made again, not a foreign one.
      writeFileSync(adoptionFile(file.id), `${identityOf(root)}\n`, { mode: 0o600 });
      writeAtomically(paths.storeFile, `${JSON.stringify(file, null, 2)}\n`);
    }
    return paths;
  } catch (error) {
    if (error instanceof LoopwrightError) throw error;
    const cause = error instanceof Error ? error.message : String(error);
    throw new LoopwrightError(
      'read_only',
      `The store ${root} can't be written (${cause}). Choose another place with --store DIR.`,
      { cause: error },
    );
  }
}

/**
 * Makes a folder below one that has to be there: of a store that was taken away while it was in use nothing is made anew.
 *
 * @throws ENOENT where it is gone
 */
export function makeBelow(base: string, folder: string): void {
  statSync(base);
  mkdirSync(folder, { recursive: true });
}

/** Whether this user took responsibility for the store on this machine. */
export function isAdopted(paths: StorePaths): boolean {
  try {
    return readFileSync(adoptionFile(storeFileOf(paths).id), 'utf8').trim() === identityOf(paths.root);
  } catch {
    return false; // either file is missing or not of its form: nobody has adopted that
  }
}

export function adopt(paths: StorePaths): void {
  writeAtomically(adoptionFile(storeFileOf(paths).id), `${identityOf(paths.root)}\n`);
}

/** Null if the store's file is missing or not of its form. */
export function storeIdOf(paths: StorePaths): string | null {
  try {
    return storeFileOf(paths).id;
  } catch {
    return null; // the store's state says so, where there is one
  }
}

/** Where it is kept which webhooks of the store this user has made here; null for a store that can't be told from others. */
export function webhooksFileOf(paths: StorePaths): string | null {
  const id = storeIdOf(paths);
  return id === null ? null : webhooksFile(id, identityOf(paths.root));
}

function storeFileOf(paths: StorePaths): StoreFile {
  return StoreFile.parse(JSON.parse(readFileSync(paths.storeFile, 'utf8')));
}

/** Stays when a folder is renamed or moved, differs for a copy or a clone: who knows a store's id gains nothing. */
function identityOf(root: string): string {
  const stat = statSync(root);
  return `${String(stat.ino)}:${String(Math.round(stat.birthtimeMs))}`;
}

export function writeAtomically(path: string, text: string, mode = 0o666): void {
  const draft = `${path}.${String(process.pid)}.tmp`;
  try {
    writeFileSync(draft, text, { mode });
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true }); // half of it, on a full disk
    throw error;
  }
}
