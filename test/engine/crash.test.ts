/**
 * Killing things at random points. A script writes down, in a file of its own, every value whose `log` call returned;
 * whatever is killed (the script, the relay, the keeper, the engine, a window that follows), the store must end up with
 * all of them, and with a state that is true.
 *
 * `LOOPWRIGHT_CRASH_ROUNDS` sets how often; `npm run test:peers` sets it high.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type PreparedRun, prepareRun } from '../../src/client/launch';
import type { EngineConnection } from '../../src/client/connection';
import { DEFAULT_CAPTURE } from '../../src/protocol/capture';
import type { RunRow } from '../../src/protocol/entities';
import { LoopwrightError } from '../../src/protocol/errors';
import { RunnerState } from '../../src/protocol/runFolder';
import { engineFile, exists, pythonParts, pythonPath, type TestStore, testStore, until } from './support';

const ROUNDS = Number(process.env.LOOPWRIGHT_CRASH_ROUNDS ?? 120);
const AT_ONCE = 4;

/** Logs as fast as it can and notes, after each call has returned, how far it is. */
const SCRIPT = `
import os, sys, time, loopwright
done = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT)
print("begun", flush=True)
for step in range(int(sys.argv[2])):
    loopwright.log(loss=step / 7, step=step)
    os.pwrite(done, b"%12d" % (step + 1), 0)
    if step % 50 == 0:
        time.sleep(0.001)
`;

type Victim = 'script' | 'relay' | 'keeper' | 'engine' | 'window' | 'nobody';
const VICTIMS: readonly Victim[] = ['script', 'relay', 'keeper', 'engine', 'window', 'nobody'];
const UNNOTICED: ReadonlySet<Victim> = new Set<Victim>(['engine', 'window', 'nobody']);

let store: TestStore;
let script: string;
let windowFile: string;
beforeAll(async () => {
  store = testStore();
  windowFile = join(store.folder, 'window.cjs');
  await build({
    entryPoints: [join(import.meta.dirname, 'windowClient.ts')],
    outfile: windowFile,
    bundle: true,
    platform: 'node',
  });
  script = join(store.folder, 'endless.py');
  writeFileSync(script, SCRIPT);
});
afterAll(() => store.dispose());

interface Started {
  readonly run: PreparedRun;
  readonly process: ChildProcess;
  readonly acknowledged: () => number;
}

function start(round: number, steps: number): Started {
  const log = join(store.folder, `done-${String(round)}`);
  const run = prepareRun(
    store.paths.root,
    {
      target: { kind: 'script', file: script, args: [log, String(steps)] },
      python: pythonPath(),
      cwd: store.folder,
      // Captured with all that goes on beside it in one round of each kind; the others are for the kills themselves.
      capture: round < VICTIMS.length ? DEFAULT_CAPTURE : { ...DEFAULT_CAPTURE, kinds: [] },
    },
    pythonParts,
  );
  const [command = '', ...args] = run.runner;
  const output = openSync(join(store.folder, `out-${String(round)}`), 'w');
  // Detached, as a window starts it: the runner has a session and a pseudo-terminal of its own.
  const process = spawn(command, [...args, '--detach'], { stdio: ['ignore', output, output] });
  closeSync(output);
  return { run, process, acknowledged: () => readCount(log) };
}

function readCount(file: string): number {
  try {
    return Number(readFileSync(file, 'utf8').slice(0, 12).trim() || 0);
  } catch {
    return 0; // it has not begun
  }
}

function runnerOf(run: PreparedRun): RunnerState | null {
  try {
    return RunnerState.parse(JSON.parse(readFileSync(join(run.folder, 'runner.json'), 'utf8')));
  } catch {
    return null; // not written yet
  }
}

/** Null until all of them are written down: the script may be quicker than who writes it. */
function victimsOf(
  run: PreparedRun,
): { readonly script: number; readonly relay: number; readonly keeper: number } | null {
  const { child, runner, keeper } = runnerOf(run) ?? {};
  return child && runner && keeper ? { script: child.pid, relay: runner.pid, keeper: keeper.pid } : null;
}

/** What the state may say after a victim's death. */
function truths(victim: Victim): readonly string[] {
  switch (victim) {
    case 'script':
      return ['KILLED'];
    case 'keeper':
      return ['KILLED']; // the terminal's session ends with its leader, and nobody learns the script's code
    case 'relay':
      return ['KILLED', 'FINISHED']; // its terminal is gone: it is hung up, unless it came to its end before
    case 'engine':
    case 'window':
    case 'nobody':
      return ['FINISHED']; // the script never notices
  }
}

/** A window on the store, connected. */
async function openWindow(): Promise<ChildProcess> {
  const window = spawn(process.execPath, [windowFile, store.paths.root, engineFile], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(window.stdout, 'data');
  return window;
}

/** Asks an engine, a new one if the last was killed meanwhile by another round. */
async function ask<T>(question: (connection: EngineConnection) => Promise<T>): Promise<T> {
  for (;;) {
    const { connection } = await store.open();
    try {
      return await question(connection);
    } catch (error) {
      if (!(error instanceof LoopwrightError) || error.code !== 'engine_unavailable') throw error;
    } finally {
      connection.close();
    }
  }
}

const rowOf = (runId: string): Promise<RunRow | undefined> =>
  ask(async (connection) => (await connection.request('runs/rows', { runIds: [runId] })).runs[0]);

async function oneRound(round: number): Promise<void> {
  const victim = VICTIMS[round % VICTIMS.length] ?? 'nobody';
  const { run, acknowledged } = start(round, UNNOTICED.has(victim) ? 2000 : 1_000_000);
  const window = victim === 'window' ? await openWindow() : null;
  const victims = await until('the script logs', () => (acknowledged() > 0 ? victimsOf(run) : null));
  await sleep(Math.random() * 150);
  if (victim === 'script' || victim === 'relay' || victim === 'keeper') process.kill(victims[victim], 'SIGKILL');
  window?.kill('SIGKILL');
  if (victim === 'engine') {
    const { connection, hello } = await store.open();
    process.kill(hello.engine.pid, 'SIGKILL');
    connection.close();
  }
  const row = await until(
    `round ${String(round)} (${victim}) is over`,
    async () => {
      const seen = await rowOf(run.spec.run_id);
      return seen && seen.timing.endMs !== null ? seen : null;
    },
    30_000,
  );
  expect(truths(victim), `round ${String(round)}, ${victim}: ${row.reason ?? ''}`).toContain(row.timing.status);
  await until(`round ${String(round)} (${victim}): the script is gone`, () => !exists(victims.script), 20_000);
  const written = acknowledged();
  const { metrics } = await ask((connection) => connection.request('runs/metrics', { runId: run.spec.run_id }));
  // One more than was noted may be there: killed between the call's return and the note.
  const surplus = (metrics[0]?.count ?? 0) - written;
  expect(surplus, `round ${String(round)}, ${victim}`).toBeGreaterThanOrEqual(0);
  expect(surplus).toBeLessThanOrEqual(1);
}

it(
  `loses nothing acknowledged and tells the truth in ${String(ROUNDS)} rounds, of which five in six kill something`,
  async () => {
    const rounds = Array.from({ length: ROUNDS }, (_, round) => round);
    const workers = Array.from({ length: AT_ONCE }, async () => {
      for (let round = rounds.shift(); round !== undefined; round = rounds.shift()) await oneRound(round);
    });
    await Promise.all(workers);
  },
  ROUNDS * 3000 + 60_000,
);
