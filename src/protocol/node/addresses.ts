/**
 * Where the processes of a store meet. Sockets, tokens and locks never lie in the workspace: it may be shared,
 * read-only, or somebody else's. They lie in a per-user folder under a short hash of the store's real path (a
 * socket's path is limited to about 100 bytes).
 */
import { createHash, randomBytes } from 'node:crypto';
import {
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { homedir, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { LoopwrightError } from '../errors';

const MAX_SOCKET_PATH = 100;

export interface Addresses {
  readonly folder: string;
  /** A path, or a pipe's name on Windows. */
  readonly engineSocket: string;
  readonly engineLock: string;
  readonly engineLog: string;
  /** There while the store is brought to today's form. */
  readonly upgradeFile: string;
  readonly tokenFile: string;
  runSocket(runId: string): string;
}

/** The folder of everything that a user's engines keep outside their stores. `LOOPWRIGHT_STATE_DIR` moves it. */
export function stateFolder(env: NodeJS.ProcessEnv = process.env): string {
  if (env.LOOPWRIGHT_STATE_DIR) return env.LOOPWRIGHT_STATE_DIR;
  if (process.platform === 'win32') return join(env.LOCALAPPDATA ?? homedir(), 'loopwright');
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'loopwright');
  // Not XDG_STATE_HOME: cron and the desktop session must find the same engine, whatever their environment.
  return join(homedir(), '.local', 'state', 'loopwright');
}

export function storeHash(storePath: string): string {
  return createHash('sha256').update(realpathSync.native(storePath)).digest('hex').slice(0, 12);
}

/**
 * The addresses of a store, their folder made with mode 0700.
 *
 * @throws LoopwrightError `engine_unavailable` if the folder can't be made or belongs to somebody else
 */
export function addressesOf(storePath: string, env: NodeJS.ProcessEnv = process.env): Addresses {
  const hash = storeHash(storePath);
  const folder = join(stateFolder(env), hash);
  makePrivate(folder);
  const sockets = join(folder, 'engine.sock').length + 12 <= MAX_SOCKET_PATH ? folder : shortFolder(hash);
  const pipe = (name: string) => `\\\\.\\pipe\\loopwright-${hash}-${name}`;
  const socket = (name: string) => (process.platform === 'win32' ? pipe(name) : join(sockets, `${name}.sock`));
  return {
    folder,
    engineSocket: socket('engine'),
    engineLock: join(folder, 'engine.lock'),
    engineLog: join(folder, 'engine.log'),
    upgradeFile: join(folder, 'upgrading.json'),
    tokenFile: join(folder, 'token'),
    // The end of a version 7 UUID is its random part.
    runSocket: (runId) => socket(`run-${runId.slice(-12)}`),
  };
}

/** Where it is written down that this user has taken responsibility for a store on this machine. */
export function adoptionFile(storeId: string, env: NodeJS.ProcessEnv = process.env): string {
  const folder = join(stateFolder(env), 'adopted');
  makePrivate(folder);
  return join(folder, storeId);
}

/** What a user lets webhooks of a store send, with their secrets. A copy of a store is another one. */
export function webhooksFile(storeId: string, identity: string, env: NodeJS.ProcessEnv = process.env): string {
  const folder = join(stateFolder(env), 'webhooks');
  makePrivate(folder);
  return join(folder, `${createHash('sha256').update(`${storeId} ${identity}`).digest('hex').slice(0, 32)}.json`);
}

function shortFolder(hash: string): string {
  const folder = join(tmpdir(), `loopwright-${String(userInfo().uid)}`, hash);
  makePrivate(join(folder, '..'));
  makePrivate(folder);
  return folder;
}

function makePrivate(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const stat = lstatSync(folder);
    if (process.platform === 'win32') return;
    if (!stat.isDirectory() || stat.uid !== userInfo().uid) {
      throw new LoopwrightError(
        'engine_unavailable',
        `${folder} belongs to somebody else. Remove it, or set LOOPWRIGHT_STATE_DIR to a folder of your own.`,
      );
    }
    if ((stat.mode & 0o077) !== 0) chmodSync(folder, 0o700);
  } catch (error) {
    if (error instanceof LoopwrightError) throw error;
    const cause = error instanceof Error ? error.message : String(error);
    throw new LoopwrightError(
      'engine_unavailable',
      `${folder} can't be made (${cause}). Set LOOPWRIGHT_STATE_DIR to a folder that you can write.`,
      { cause: error },
    );
  }
}

/** The token that both ends of every socket of a store prove; made by whoever comes first. */
export function tokenOf(addresses: Addresses): string {
  const read = () => readFileSync(addresses.tokenFile, 'utf8').trim();
  try {
    return read();
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
  // Written whole beside it and linked into place: of two that come first at once, one wins and both read the same.
  const draft = `${addresses.tokenFile}.${String(process.pid)}`;
  writeFileSync(draft, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600 });
  try {
    linkSync(draft, addresses.tokenFile);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  } finally {
    unlinkSync(draft);
  }
  return read();
}

export function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
