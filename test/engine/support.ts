/** A store of its own with a real engine, and what is needed to fill it. Ends everything that it started. */
import { execFileSync } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { crc32 } from 'node:zlib';
import { type EngineClient, findEngine, type OpenEngine, openEngine } from '../../src/client/engine';
import { type PreparedRun, prepareRun } from '../../src/client/launch';
import { newRunId } from '../../src/protocol/node/runId';
import { startOf } from '../../src/protocol/node/processes';
import { pathsOf, type StorePaths } from '../../src/protocol/node/storeFolder';
import type { RunnerState } from '../../src/protocol/runFolder';

export const repository = resolve(import.meta.dirname, '../..');
export const engineFile = join(repository, 'dist/engine.js');
export const pythonParts = { folder: join(repository, 'python') };

export interface TestStore {
  readonly folder: string;
  readonly paths: StorePaths;
  open(options?: { trusted?: boolean; version?: string; build?: number }): Promise<OpenEngine>;
  /** Stops the engine and deletes everything. */
  dispose(): Promise<void>;
}

const CLIENT: EngineClient = { kind: 'test', info: { version: '0.1.0', build: 0 }, trusted: true };

/** A temporary workspace; its engines live in a state folder of their own. */
export function testStore(parent = tmpdir()): TestStore {
  const folder = mkdtempSync(join(parent, 'lw-test-'));
  // Not below a parent that a test fills up: the engine's log and socket lie there.
  process.env.LOOPWRIGHT_STATE_DIR = mkdtempSync(join(tmpdir(), 'lw-state-'));
  process.env.LOOPWRIGHT_IDLE_MS = '3000';
  // On a machine with much to do a version is kept later than a user would wait for it.
  process.env.LOOPWRIGHT_VERSION_WAIT_MS ??= '30000';
  const paths = pathsOf(join(folder, '.loopwright'));
  const opened: OpenEngine[] = [];
  const open: TestStore['open'] = async ({ trusted = true, version = '0.1.0', build = 0 } = {}) => {
    mkdirSync(paths.root, { recursive: true });
    const client = { kind: 'test', info: { version, build }, trusted } as const;
    const engine = await openEngine(paths, { runtime: process.execPath, file: engineFile }, client);
    opened.push(engine);
    return engine;
  };
  return {
    folder,
    paths,
    open,
    dispose: async () => {
      for (const { connection } of opened) connection.close();
      // Whichever runs now, and however much it still has to do for the runs of the test.
      const engine = existsSync(paths.root) ? await findEngine(paths, CLIENT) : null;
      if (engine) {
        const { pid } = engine.hello.engine;
        await engine.connection.request('engine/stop', { reason: 'user' }).catch(() => undefined);
        engine.connection.close();
        await until('the engine ends', () => !exists(pid));
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** One that has ended and that its parent has not looked after yet does not: some take minutes for an orphan. */
export const exists = (pid: number): boolean => startOf(pid) !== null;

/** Waits for something to become true, and says what it was if it does not. */
export async function until<T>(
  what: string,
  look: () => T | Promise<T>,
  timeoutMs = 40_000,
): Promise<Exclude<T, false | null | undefined>> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const seen = await look();
    if (seen !== false && seen !== null && seen !== undefined) return seen as Exclude<T, false | null | undefined>;
    if (Date.now() > deadline) throw new Error(`waited ${String(timeoutMs)} ms for: ${what}`);
    await sleep(20);
  }
}

/** A run's folder and marker as a launcher makes them, without starting anything. */
export function preparedRun(
  store: TestStore,
  overrides: { experiment?: string; name?: string; parentRunId?: string } = {},
): PreparedRun {
  return prepareRun(
    store.paths.root,
    {
      target: { kind: 'script', file: 'train.py', args: ['--lr', '0.1'] },
      python: pythonPath(),
      cwd: store.folder,
      ...overrides,
    },
    pythonParts,
  );
}

let foundPython: string | undefined;

/** The Python of this machine. */
export function pythonPath(): string {
  foundPython ??= execFileSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' }).trim();
  return foundPython;
}

/** The bytes of a journal that holds these records. */
export function journalBytes(records: readonly unknown[]): Buffer {
  const parts: Buffer[] = [Buffer.from('LWJRNL1\n')];
  for (const record of records) {
    const payload = Buffer.from(JSON.stringify(record));
    const header = Buffer.alloc(8);
    header.writeUInt32LE(payload.length, 0);
    header.writeUInt32LE(crc32(payload), 4);
    parts.push(header, payload);
  }
  return Buffer.concat(parts);
}

/** Writes a journal of a process that is long gone. */
export function writeJournal(
  folder: string,
  records: readonly unknown[],
  name = `999999-1-${newRunId(Date.now()).slice(0, 8)}.lwj`,
): string {
  const file = join(folder, 'journals', name);
  writeFileSync(file, journalBytes(records));
  return file;
}

const GONE = { pid: 999_999, start: '1' };

/** Writes what a runner would have written. */
export function writeRunner(folder: string, state: Partial<RunnerState>): void {
  const whole: RunnerState = {
    state: 'exited',
    keeper: GONE,
    runner: GONE,
    child: GONE,
    observer: null,
    boot_id: 'another boot',
    started_ms: Date.now() - 1000,
    ended_ms: state.state === undefined || state.state === 'exited' ? Date.now() : null,
    exit_code: state.state === undefined || state.state === 'exited' ? 0 : null,
    signal: null,
    stop_requested: false,
    tty: false,
    error: null,
    output_lost: null,
    socket_error: null,
    observer_error: null,
    hook: 'loaded',
    ...state,
  };
  writeFileSync(join(folder, 'runner.json'), JSON.stringify(whole).padEnd(4096));
}

/** Turns every bit of one byte over: what a bad disk does. */
export function flip(bytes: Buffer, position: number): void {
  bytes.writeUInt8(bytes.readUInt8(position) ^ 0xff, position);
}

/** Writes until the file system has no space left. */
export function fillUp(file: string): void {
  const descriptor = openSync(file, 'w');
  try {
    for (let size = 1 << 20; size >= 512;) {
      try {
        writeSync(descriptor, Buffer.alloc(size));
      } catch {
        size >>= 1; // no room for so much: try half
      }
    }
  } finally {
    closeSync(descriptor);
  }
}
