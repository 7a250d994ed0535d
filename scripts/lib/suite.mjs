import process from 'node:process';
import { endMarked, markDescendants } from './leftovers.mjs';
import { killAll } from './run.mjs';
import { duration, Problem, say } from './say.mjs';
import { sum } from './tiers.mjs';

/** So that what hangs ends by itself, and says where. A slow machine has several times what an idle one needs. */
const LIMIT_MINUTES = 75;
const STARTED = 'LOOPWRIGHT_SUITE_STARTED';

/**
 * Remembers when the command was started, also across the change to the pinned Node.
 */
export function startClock() {
  process.env[STARTED] ??= String(Date.now());
}

/**
 * Runs tiers one after the other, then prints their sum as the last line.
 * @param {{name: string, run: import('./tiers.mjs').Tier}[]} tiers
 * @param {() => Promise<void>} prepare what all of them need
 * @param {{limitMinutes?: number}} [options]
 * @returns {Promise<number>} the exit code
 */
export async function runSuite(tiers, prepare, { limitMinutes = LIMIT_MINUTES } = {}) {
  const limitMs = limitMinutes * 60_000;
  const started = Number(process.env[STARTED] ?? Date.now());
  markDescendants('suite');
  /** @type {import('./tiers.mjs').Outcome[]} */
  const outcomes = [];
  let current = 'preparation';
  let isOver = false;
  let waiting = tiers.map(({ name }) => name);
  const finish = async () => {
    await killAll(1_000);
    for (const { pid, command } of await endMarked()) say(`  ended what a test left running: ${pid} ${command}`);
    return summary(outcomes, Date.now() - started);
  };
  const limit = setTimeout(
    () => {
      isOver = true;
      say(`\nAll tiers together may take ${duration(limitMs)}. What still runs is ended.`);
      outcomes.push(failure(`${current}: no time left`), ...waiting.map((name) => failure(`${name}: not run`)));
      void finish().then((code) => process.exit(code));
    },
    Math.max(0, started + limitMs - Date.now()),
  );
  const next = async (/** @type {string} */ name, /** @type {() => Promise<any>} */ work) => {
    current = name;
    waiting = waiting.filter((other) => other !== name);
    const outcome = await timed(name, work);
    // What the limit ended is counted already.
    if (isOver) await new Promise(() => {});
    outcomes.push(outcome);
    return outcome.failed.length === 0;
  };
  if (await next('preparation', prepare)) {
    for (const { name, run } of tiers) await next(name, run);
  }
  clearTimeout(limit);
  return finish();
}

/** @param {string} name @param {() => Promise<import('./tiers.mjs').Outcome | void>} work */
async function timed(name, work) {
  const started = Date.now();
  const outcome = (await work().catch((error) => failure(name, describe(error)))) ?? sum([]);
  for (const { name: what, text } of outcome.failed) if (text) say(`\n--- ${what}\n${text}\n`);
  const counts = [`${outcome.passed} passed`];
  if (outcome.failed.length > 0) counts.push(`${outcome.failed.length} failed`);
  if (outcome.skipped.length > 0) counts.push(`${outcome.skipped.length} skipped`);
  const result = outcome.passed + outcome.failed.length + outcome.skipped.length === 0 ? 'done' : counts.join(', ');
  say(`${name.padEnd(12)} ${result.padEnd(36)} ${duration(Date.now() - started)}`);
  return outcome;
}

/** @param {unknown} error */
function describe(error) {
  if (error instanceof Problem) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** @param {string} name @param {string} [text] @returns {import('./tiers.mjs').Outcome} */
const failure = (name, text) => ({ passed: 0, failed: [{ name, ...(text ? { text } : {}) }], skipped: [] });

/** @param {import('./tiers.mjs').Outcome[]} outcomes @param {number} tookMs */
function summary(outcomes, tookMs) {
  const { passed, failed, skipped } = sum(outcomes);
  if (skipped.length > 0) say(`\nSkipped:\n${skipped.map(({ name, reason }) => `  ${name}: ${reason}`).join('\n')}`);
  if (failed.length > 0) say(`\nFailed:\n${failed.map(({ name }) => `  ${name}`).join('\n')}`);
  say(`\nAll together took ${duration(tookMs)}.`);
  const counts = [
    `${passed} passed`,
    `${failed.length} failed`,
    ...(skipped.length > 0 ? [`${skipped.length} skipped`] : []),
  ];
  process.stdout.write(`${counts.join(', ')}\n`);
  return failed.length > 0 ? 1 : 0;
}
