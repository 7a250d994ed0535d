/** Finding the engine of a store, starting it where none runs, and replacing one that is older than its client. */
import { spawn } from 'node:child_process';
import { closeSync, existsSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LoopwrightError } from '../protocol/errors';
import { type Addresses, addressesOf, tokenOf } from '../protocol/node/addresses';
import type { StorePaths } from '../protocol/node/storeFolder';
import { isUpgrading } from '../protocol/node/upgrade';
import { type ProgramInfo, PROTOCOL_VERSION, type Result } from '../protocol/requests';
import { connectTo, type EngineConnection } from './connection';

const START_TIMEOUT_MS = 10_000;
/** Of a store of an older form: nothing waits for ever. */
const UPGRADE_TIMEOUT_MS = 30 * 60_000;
const UPGRADE_LOOK_MS = 200;
const RETRY_MS = 20;
/** Of several clients that start an engine at once one may succeed: how long the others wait after their own failed. */
const OTHERS_GRACE_MS = 500;

export interface EngineProgram {
  /** A Node of at least 22.14, or an Electron that can act as one. */
  readonly runtime: string;
  /** `engine.js`. */
  readonly file: string;
}

export interface EngineClient {
  readonly kind: 'extension' | 'cli' | 'test';
  readonly info: ProgramInfo;
  readonly trusted: boolean;
}

export interface OpenEngine {
  readonly connection: EngineConnection;
  readonly hello: Result<'initialize'>;
}

/**
 * A connection to the store's engine, which is started if need be.
 *
 * @param onUpgrade told once if the engine brings the store to today's form first, which may take minutes
 * @throws LoopwrightError `engine_unavailable` with the last lines of its log if it does not come up in 10 s
 */
export async function openEngine(
  paths: StorePaths,
  program: EngineProgram,
  client: EngineClient,
  onUpgrade: () => void = () => undefined,
): Promise<OpenEngine> {
  const addresses = addressesOf(paths.root);
  const upgradeDeadline = Date.now() + UPGRADE_TIMEOUT_MS;
  let wasTold = false;
  let deadline = Date.now() + START_TIMEOUT_MS;
  let started: StartedEngine | null = null;
  let handedOver = false;
  for (;;) {
    const open = await tryConnect(addresses, client);
    if (open && !handedOver && isOlder(open.hello.engine, client.info)) {
      handedOver = true; // what is started now is the client's own, whatever version it says
      await open.connection.request('engine/stop', { reason: 'handover' }).catch(() => undefined);
      open.connection.close();
      started = null;
    } else if (open) {
      return open;
    }
    if (isUpgrading(addresses) && Date.now() < upgradeDeadline) {
      if (!wasTold) onUpgrade();
      wasTold = true;
      deadline = Date.now() + START_TIMEOUT_MS;
      await sleep(UPGRADE_LOOK_MS);
      continue;
    }
    if (!started || started.state === 'gave way') started = start(paths, addresses, program);
    if (started.state === 'failed') deadline = Math.min(deadline, Date.now() + OTHERS_GRACE_MS);
    if (Date.now() > deadline) throw notStarted(addresses, started);
    await sleep(RETRY_MS);
  }
}

/** A connection to an engine that already runs, or null. */
export async function findEngine(paths: StorePaths, client: EngineClient): Promise<OpenEngine | null> {
  return existsSync(paths.root) ? tryConnect(addressesOf(paths.root), client) : null;
}

async function tryConnect(addresses: Addresses, client: EngineClient): Promise<OpenEngine | null> {
  let connection: EngineConnection;
  try {
    connection = await connectTo(addresses.engineSocket, tokenOf(addresses));
  } catch (error) {
    if (error instanceof LoopwrightError && error.code === 'engine_unavailable') return null;
    throw error;
  }
  try {
    const hello = await connection.request('initialize', {
      protocol: PROTOCOL_VERSION,
      client: { ...client.info, kind: client.kind },
      trusted: client.trusted,
    });
    return { connection, hello };
  } catch (error) {
    connection.close();
    // It ended between our connecting and its answer.
    if (error instanceof LoopwrightError && (error.code === 'engine_unavailable' || error.code === 'engine_stopping'))
      return null;
    throw error;
  }
}

interface StartedEngine {
  /** It gives way where another engine has the store, and fails where it can't run. */
  state: 'running' | 'gave way' | 'failed';
  /** Where in the log its words begin. */
  readonly logOffset: number;
}

function start(paths: StorePaths, addresses: Addresses, program: EngineProgram): StartedEngine {
  const log = openSync(addresses.engineLog, 'a', 0o600);
  try {
    const engine: StartedEngine = { state: 'running', logOffset: fstatSync(log).size };
    const child = spawn(program.runtime, [program.file, '--store', paths.root], {
      detached: true,
      stdio: ['ignore', log, log],
      // Not the workspace: an engine must not keep a folder from being deleted or unmounted.
      cwd: addresses.folder,
      // Node keeps what it has compiled there: the next start of the engine, its threads and jobs is quicker for it.
      env: {
        NODE_COMPILE_CACHE: join(dirname(addresses.folder), 'compiled'),
        ...process.env,
        ELECTRON_RUN_AS_NODE: '1',
      },
      windowsHide: true,
    });
    child.on('error', () => {
      engine.state = 'failed';
    });
    child.on('exit', (code) => {
      engine.state = code === 0 ? 'gave way' : 'failed';
    });
    child.unref();
    return engine;
  } finally {
    closeSync(log);
  }
}

function isOlder(engine: ProgramInfo, client: ProgramInfo): boolean {
  const order = compareVersions(engine.version, client.version);
  return order < 0 || (order === 0 && engine.build < client.build);
}

/** Compares `1.10.2` with `1.9.0` by numbers. */
export function compareVersions(left: string, right: string): number {
  const parts = (version: string) => version.split('.').map((part) => Number.parseInt(part, 10) || 0);
  const [a, b] = [parts(left), parts(right)];
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return Math.sign(difference);
  }
  return 0;
}

function notStarted(addresses: Addresses, { logOffset }: StartedEngine): LoopwrightError {
  let said: readonly string[] = [];
  try {
    said = readFileSync(addresses.engineLog).subarray(logOffset).toString().trimEnd().split('\n');
  } catch {
    // no log: it never came so far
  }
  const line = said.findLast((one) => /\bError\b|can't/.test(one)) ?? said.at(-1) ?? '';
  // Without the time and the process in front of it, which the log is for.
  const cause = line.replace(/^\S+Z \[\d+\] (the engine can't run: )?/, '');
  return new LoopwrightError(
    'engine_unavailable',
    `The engine did not start${cause ? `: ${cause}` : '.'} Its log is ${addresses.engineLog}`,
  );
}
