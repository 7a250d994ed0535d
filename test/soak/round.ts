/** One round: a run of some kind, one kill at some moment, and what must be true afterwards. */
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { RunRow } from '../../src/protocol/entities';
import type { Random } from '../support/random';
import type { Editor } from './edits';
import { exists, kill, type Place, until, Violation } from './place';
import { readSide } from './scripts';
import {
  runnerOf,
  runsOf,
  type Started,
  startWorkload,
  UNNOTICED,
  type Victim,
  victimsOf,
  type Watched,
  type Workload,
} from './workloads';

const SHORT_STEPS = 3000;
/** Killed long before it comes to its end. */
const LONG_STEPS = 30_000;

export interface RoundPlan {
  readonly workload: Workload;
  readonly victim: Victim;
  readonly delayMs: number;
}

export function planRound(random: Random, hasNotebooks: boolean): RoundPlan {
  const usual = ['script', 'script', 'script', 'capture', 'command', 'command', 'sweep', 'sweep'] as const;
  const workload: Workload = hasNotebooks && random.isBelow(0.08) ? 'notebook' : random.pick(usual);
  const [first, ...rest] = victimsOf(workload);
  // Often in the first moments, sometimes late, sometimes before the script has begun.
  return { workload, victim: random.pick([first, ...rest]), delayMs: random.next() ** 2 * 400 };
}

export async function playRound(place: Place, round: number, plan: RoundPlan, editor: Editor): Promise<boolean> {
  const { workload, victim, delayMs } = plan;
  const steps = UNNOTICED.has(victim) || victim === 'command' ? SHORT_STEPS : LONG_STEPS;
  const window = victim === 'window' ? place.window(`round-${String(round)}.window`) : null;
  const started = startWorkload(place, workload, round, steps);
  await until(`${started.name}: a script logs`, () =>
    started.sides.some((side) => (readSide(side)?.count ?? 0) > 0) ? true : null,
  );
  const editing = editor.some();
  editing.catch(() => undefined); // it is awaited below, where its failure counts
  await sleep(delayMs);
  const killed = await strike(place, started, victim, window?.pid);
  await editing;
  if (victim !== 'window') window?.kill('SIGKILL');
  await check(place, started, victim, killed, workload);
  const names = new Map((await runsOf(place, started.name)).map(({ runId, name }) => [runId, name]));
  for (const { runId } of await started.runs()) editor.mayEdit(runId, names.get(runId) ?? '');
  return killed !== null;
}

/** @returns the pid that was killed, null if there was none any more */
async function strike(
  place: Place,
  started: Started,
  victim: Victim,
  window: number | undefined,
): Promise<number | null> {
  const struck = (pid: number | undefined | null) => (kill(pid ?? undefined) ? (pid ?? null) : null);
  switch (victim) {
    case 'nobody':
      return null;
    case 'window':
      return struck(window);
    case 'command':
      return struck(started.command?.pid);
    case 'engine': {
      const { connection, hello } = await place.open();
      connection.close();
      return struck(hello.engine.pid);
    }
    case 'script': {
      // Of several that go on at once: the one that began first, a kernel where it is a notebook.
      const side = started.sides.map(readSide).find((note) => note && !note.hasEnded);
      return struck(side?.pid);
    }
    case 'relay':
    case 'keeper':
    case 'observer': {
      const runner = runnerOf(place, await started.main());
      return struck((victim === 'relay' ? runner?.runner : runner?.[victim])?.pid);
    }
  }
}

async function check(
  place: Place,
  started: Started,
  victim: Victim,
  killed: number | null,
  workload: Workload,
): Promise<void> {
  const where = `${started.name} (${workload}, ${victim} killed)`;
  if (started.command) await until(`${where}: its command line ends`, () => ended(started));
  const rows = await until(`${where}: all of its runs are over`, async () => {
    const seen = await runsOf(place, started.name);
    return seen.length > 0 && seen.every(({ timing }) => timing.endMs !== null) ? seen : null;
  });
  const watched = await started.runs();
  for (const one of watched) await checkRun(place, where, one, rows, { victim, killed });
  const noticed = !UNNOTICED.has(victim) && killed !== null;
  if (!noticed)
    for (const { timing, name, reason } of rows)
      if (timing.status !== 'FINISHED')
        throw new Violation(`${where}: ${name} is ${timing.status} (${reason ?? ''}), though nothing of it was killed`);
  for (const side of started.sides) {
    const note = readSide(side);
    if (note && !watched.some((one) => one.side === side))
      throw new Violation(`${where}: a script ran whose run is not in the store (${side})`);
    if (note) await until(`${where}: the script is gone`, () => (exists(note.pid) ? null : true));
  }
  if (started.command && victim !== 'command') checkAnswer(place, where, started, rows, victim);
}

const ended = ({ command }: Started): true | null => {
  if (!command) return true;
  return command.exitCode === null && command.signalCode === null ? null : true;
};

async function checkRun(
  place: Place,
  where: string,
  { runId, side }: Watched,
  rows: readonly RunRow[],
  { victim, killed }: { victim: Victim; killed: number | null },
): Promise<void> {
  const row = rows.find((one) => one.runId === runId);
  if (!row) throw new Violation(`${where}: the run ${runId} is not in the store`);
  const note = readSide(side);
  const { metrics } = await place.ask((engine) => engine.request('runs/metrics', { runId, which: 'own' }));
  const loss = metrics.find(({ key }) => key === 'loss');
  const count = loss?.count ?? 0;
  // One more than was noted may be there: killed between the call's return and the note.
  if (count < (note?.count ?? 0) || count > (note?.count ?? 0) + 1)
    throw new Violation(`${where}: ${String(note?.count)} logs were acknowledged, the store has ${String(count)}`);
  if (loss && (loss.step !== count - 1 || loss.last !== (count - 1) / 7))
    throw new Violation(
      `${where}: the last value is ${String(loss.last)} at step ${String(loss.step)} of ${String(count)}`,
    );
  const { status } = row.timing;
  if (status === 'FINISHED' && !note?.hasEnded)
    throw new Violation(`${where}: shown as finished, but the script did not come to its end`);
  if (victim === 'script' && killed !== null && killed === note?.pid && status === 'FINISHED' && !note.hasEnded)
    throw new Violation(`${where}: shown as ${status}, but its script was killed`);
}

const Answer = z.object({ run_id: z.string(), status: z.string(), exit_code: z.number().nullable() });

/**
 * It ends before the run does where the relay that it listened to was killed; and it does not wait for an engine for ever,
 * and says so.
 */
const mayGoOn = (place: Place, { name }: Started, victim: Victim): boolean =>
  victim === 'relay' || place.errors(name).includes('did not take the run in');

/** What the command line has told must be what the store shows. */
function checkAnswer(place: Place, where: string, started: Started, rows: readonly RunRow[], victim: Victim): void {
  const text = place.output(started.name);
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    throw new Violation(`${where}: the command line gave no document:\n${text.slice(0, 500)}`);
  }
  const answer = Answer.safeParse(raw);
  if (!answer.success) throw new Violation(`${where}: the command line answered ${text.slice(0, 500)}`);
  if (answer.data.status === 'RUNNING' && mayGoOn(place, started, victim)) return;
  const row = rows.find(({ runId }) => runId === answer.data.run_id);
  const shown = row && { status: row.timing.status, exit_code: row.exitCode };
  if (shown?.status !== answer.data.status || shown.exit_code !== answer.data.exit_code)
    throw new Violation(
      `${where}: the command line said ${text.slice(0, 300)}, the store shows ${JSON.stringify(shown)}`,
    );
}
