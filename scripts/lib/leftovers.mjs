import fs from 'node:fs';
import process from 'node:process';

/**
 * Engines, runners and terminals leave their starter's process group on purpose. Those that a test
 * started are found by a variable that every descendant inherits. Linux only: elsewhere nothing is
 * found and they end by themselves.
 */
export const MARKER = 'LOOPWRIGHT_STARTED_BY';

/**
 * A value for the variable that lies inside the one this process was started with, so that whoever
 * started us finds our processes too when we could not end them.
 * @param {string} name
 */
export function ownMarker(name) {
  const outer = process.env[MARKER];
  return `${outer ? `${outer}/` : ''}${process.pid} ${name}`;
}

/** @type {string | undefined} */
let marked;

/** From here on everything that this process starts is marked. */
export function markDescendants(/** @type {string} */ name) {
  marked = ownMarker(name);
  process.env[MARKER] = marked;
}

/** Ends the marked ones that still run. @returns what was still there */
export const endMarked = async () => (marked === undefined ? [] : endLeftovers(marked));

/**
 * @param {string} marker the value of `LOOPWRIGHT_STARTED_BY`
 * @returns {{pid: number, command: string}[]} running processes that carry it, but not this one
 */
export function leftovers(marker) {
  if (process.platform !== 'linux') return [];
  const found = [];
  for (const entry of fs.readdirSync('/proc')) {
    const pid = Number(entry);
    if (!pid || pid === process.pid) continue;
    try {
      const variables = fs.readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
      const own = `${MARKER}=${marker}`;
      if (!variables.some((variable) => variable === own || variable.startsWith(`${own}/`))) continue;
      const command = fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').join(' ').trim();
      if (command) found.push({ pid, command });
    } catch {
      // Gone meanwhile, or another user's.
    }
  }
  return found;
}

/**
 * Ends them: politely, then not.
 * @param {string} marker
 * @returns {Promise<{pid: number, command: string}[]>} what was still there
 */
export async function endLeftovers(marker, graceMs = 2_000) {
  const first = leftovers(marker);
  signalAll(first, 'SIGTERM');
  const deadline = Date.now() + graceMs;
  let left = first;
  while (left.length > 0 && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    left = leftovers(marker);
  }
  signalAll(left, 'SIGKILL');
  return first;
}

/** @param {{pid: number}[]} processes @param {NodeJS.Signals} signal */
function signalAll(processes, signal) {
  for (const { pid } of processes) {
    try {
      process.kill(pid, signal);
    } catch {
      // Already gone.
    }
  }
}
