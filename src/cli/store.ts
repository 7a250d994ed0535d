/** Which store a command is about, and a connection to its engine. */
import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { EngineConnection } from '../client/connection';
import { type EngineClient, type EngineProgram, findEngine, openEngine } from '../client/engine';
import type { StoreState } from '../protocol/entities';
import { LoopwrightError } from '../protocol/errors';
import { findStore, pathsOf, STORE_NAME, type StorePaths } from '../protocol/node/storeFolder';
import { BUILD } from '../protocol/version';

/** Calling the command line in a folder is trusting it. */
const CLIENT: EngineClient = { kind: 'cli', info: BUILD, trusted: true };

const isStore = (root: string): boolean => {
  const { storeFile, database } = pathsOf(root);
  return existsSync(storeFile) || existsSync(database);
};

/** A store named by itself or by the folder that holds it; null if there is none. */
function existing(folder: string): string | null {
  const inside = join(folder, STORE_NAME);
  return isStore(folder) ? folder : isStore(inside) ? inside : null;
}

/** @throws LoopwrightError `not_found` if there is no store: reading makes none */
export function storeToRead(wished: string | undefined, cwd: string): StorePaths {
  if (wished === undefined) {
    const found = findStore(cwd);
    if (isStore(found)) return pathsOf(found);
    throw new LoopwrightError(
      'not_found',
      `No store here: neither ${cwd} nor a folder above it has a ${STORE_NAME} with runs. ` +
        'Start one with "loopwright run FILE", or name a store with --store DIR.',
    );
  }
  const found = existing(resolve(cwd, wished));
  if (found !== null) return pathsOf(found);
  throw new LoopwrightError('not_found', `There is no store at ${resolve(cwd, wished)}. Check --store DIR.`);
}

/**
 * The store of a run: the wished one, else the one that the folder belongs to, else that of the run around this one,
 * else a store to be made in the folder.
 *
 * @throws LoopwrightError `bad_request` for a folder of other things
 */
export function storeToRunIn(wished: string | undefined, cwd: string, env: NodeJS.ProcessEnv): string {
  if (wished === undefined) {
    const found = findStore(cwd);
    if (isStore(found)) return found;
    const around = env.LOOPWRIGHT_RUN_DIR ? dirname(dirname(env.LOOPWRIGHT_RUN_DIR)) : null;
    return around !== null && isStore(around) ? around : found;
  }
  const folder = resolve(cwd, wished);
  const found = existing(folder);
  if (found !== null) return found;
  if (basename(folder) === STORE_NAME || isEmpty(folder)) return folder;
  throw new LoopwrightError(
    'bad_request',
    `${folder} is no store and holds other things. Name a new or empty folder: --store ${join(wished, STORE_NAME)}`,
  );
}

function isEmpty(folder: string): boolean {
  if (!existsSync(folder)) return true;
  try {
    return readdirSync(folder).length === 0;
  } catch {
    return false; // a file, or closed to us: what makes the store says why
  }
}

/** The run in which this command was called, if it belongs to this store. */
export function runAround(root: string, env: NodeJS.ProcessEnv): string | undefined {
  const runId = env.LOOPWRIGHT_RUN_ID;
  return runId !== undefined && /^[0-9a-f]{32}$/.test(runId) && existsSync(pathsOf(root).runFolder(runId))
    ? runId
    : undefined;
}

const UPGRADING =
  'The store is being brought to the form of this version first. With very many runs this takes a minute or more.';

export interface Session {
  readonly paths: StorePaths;
  readonly connection: EngineConnection;
  readonly state: StoreState;
}

/** Connections to the engines of stores. */
export class Engines {
  private readonly program: EngineProgram;

  /** @param folder where `engine.js` lies @param note says something to whoever waits */
  constructor(
    folder: string,
    private readonly note: (line: string) => void,
  ) {
    this.program = { runtime: process.execPath, file: join(folder, 'engine.js') };
  }

  /** Starts the engine if need be. @throws LoopwrightError `engine_unavailable` */
  async open(paths: StorePaths): Promise<Session> {
    const { connection, hello } = await openEngine(paths, this.program, CLIENT, () => this.note(UPGRADING));
    return { paths, connection, state: hello.store };
  }

  /** A session on a store that can be read. @throws LoopwrightError that says what is wrong with it */
  async openToRead(paths: StorePaths): Promise<Session> {
    const session = await this.open(paths);
    if (session.state.state === 'unusable') {
      session.connection.close();
      throw unusable(session.state);
    }
    if (session.state.state === 'ready') await lookAtRuns(session.connection);
    return session;
  }

  /** An engine that runs already, or null. */
  async find(paths: StorePaths) {
    return findEngine(paths, CLIENT);
  }
}

/** Has the engine look at all active runs now, so that what was started before this command is there for it. */
export async function lookAtRuns(connection: EngineConnection): Promise<void> {
  // Which run it is told of does not matter to it. A round that fails is told by the store's state.
  await connection.request('runs/announce', { runId: 'all' }).catch(() => undefined);
}

export function unusable(state: Extract<StoreState, { state: 'unusable' }>): LoopwrightError {
  const { code, reason } = state;
  switch (code) {
    case 'store_corrupt':
    case 'store_newer':
    case 'store_foreign':
    case 'not_adopted':
    case 'read_only':
      return new LoopwrightError(code, reason);
    default:
      return new LoopwrightError('store_unusable', reason);
  }
}
