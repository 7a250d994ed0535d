import process from 'node:process';

/** An error whose message is written for the user and needs no stack. */
export class Problem extends Error {}

/** Progress goes to stderr, so that stdout stays free for what a command promises to print. */
export function say(/** @type {string} */ text) {
  process.stderr.write(`${text}\n`);
}

/** @param {number} ms */
export function duration(ms) {
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`;
}

/**
 * Runs one slow step and says what it did and how long it took.
 * @template T
 * @param {string} title
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function step(title, work) {
  say(`  ${title} …`);
  const started = Date.now();
  const result = await work();
  say(`  ${title}: done in ${duration(Date.now() - started)}`);
  return result;
}
