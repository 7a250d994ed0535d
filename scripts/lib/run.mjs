import { spawn } from 'node:child_process';
import os from 'node:os';
import process from 'node:process';
import { Problem } from './say.mjs';

/** Process groups that `killAll` must end: everything started here that still runs. */
const running = new Set();
let isEnding = false;

export const ENDING_SIGNALS = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);

/** How long a process may take over its own clean-up before it is killed. */
const GRACE_MS = 5_000;

/**
 * @typedef {object} RunOptions
 * @property {string} [cwd]
 * @property {NodeJS.ProcessEnv} [env]
 * @property {'inherit' | 'capture' | 'stderr'} [output] capture (default): kept, and shown only in
 *   the error; stderr: both streams go to our stderr as they come
 * @property {boolean} [check] throw when the command fails (default)
 * @property {number} [timeoutMs]
 * @property {boolean} [yields] takes only what of the processor nobody else wants
 */

/**
 * Runs a command to its end. It gets a process group of its own, so that a time-out or Ctrl+C ends
 * its grandchildren too.
 * @param {string} command
 * @param {string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<{code: number, stdout: string, stderr: string, output: string}>}
 */
export function run(command, args, options = {}) {
  const { cwd, env = process.env, output = 'capture', check = true, timeoutMs, yields = false } = options;
  // Whoever waits for what was just killed must not go on to the next step.
  if (isEnding) return new Promise(() => {});
  const stdio = {
    inherit: ['ignore', 'inherit', 'inherit'],
    stderr: ['ignore', 2, 2],
    capture: ['ignore', 'pipe', 'pipe'],
  }[output];
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env,
      stdio: /** @type {any} */ (stdio),
      detached: process.platform !== 'win32',
      windowsHide: true,
    });
    endWithUs(child);
    if (yields) lowerPriority(child);
    const text = { stdout: '', stderr: '', output: '' };
    for (const name of /** @type {const} */ (['stdout', 'stderr'])) {
      child[name]?.setEncoding('utf8').on('data', (chunk) => {
        text[name] += chunk;
        text.output += chunk;
      });
    }
    let timedOut = false;
    const timer = timeoutMs && setTimeout(() => ((timedOut = true), void killTree(child)), timeoutMs);
    const finish = (/** @type {number} */ code, /** @type {string} */ reason) => {
      clearTimeout(timer || undefined);
      if (code === 0 || !check) return resolve({ code, ...text });
      reject(new Problem(`${describe(command, args)} ${reason}\n${text.output.trim()}`.trim()));
    };
    child.on('error', (error) => {
      text.output += error.message;
      finish(127, 'could not be started');
    });
    child.on('close', (code, signal) => {
      // What a killed or crashed command left in its group must not outlive it.
      if (code !== 0) signalGroup(child, 'SIGKILL');
      if (timedOut) finish(124, `took longer than ${Math.round((timeoutMs ?? 0) / 1000)} s`);
      else finish(code ?? 128, code === null ? `was ended by ${signal}` : `failed with code ${code}`);
    });
  });
}

/**
 * Counts a process among those that `killAll` ends.
 * @param {import('node:child_process').ChildProcess} child
 */
export function endWithUs(child) {
  running.add(child);
  child.once('error', () => running.delete(child));
  child.once('close', () => running.delete(child));
}

/** @param {import('node:child_process').ChildProcess} child */
function lowerPriority(child) {
  try {
    if (child.pid) os.setPriority(child.pid, os.constants.priority.PRIORITY_LOW);
  } catch {
    // It has ended already, or the system does not let us: then it takes its share.
  }
}

/** @param {string} command @param {string[]} args */
function describe(command, args) {
  return [command, ...args].map((part) => (/[\s"']/.test(part) ? JSON.stringify(part) : part)).join(' ');
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @param {NodeJS.Signals} signal
 */
export function signalGroup(child, signal) {
  if (!child.pid) return;
  try {
    if (process.platform === 'win32') child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch {
    // Already gone.
  }
}

/**
 * Ends a process and its whole group: politely first, then not.
 * @param {import('node:child_process').ChildProcess} child
 */
export async function killTree(child, graceMs = GRACE_MS) {
  if (!child.pid) return;
  if (process.platform === 'win32') {
    spawn('taskkill', ['/pid', String(child.pid), '/T', '/F'], { stdio: 'ignore', windowsHide: true });
    return;
  }
  signalGroup(child, 'SIGTERM');
  const deadline = Date.now() + graceMs;
  while (groupExists(child.pid) && Date.now() < deadline) await new Promise((r) => setTimeout(r, 50));
  signalGroup(child, 'SIGKILL');
}

/** @param {number} pid */
function groupExists(pid) {
  try {
    process.kill(-pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Ends everything that runs, and nothing is started any more: the script is about to end. */
export async function killAll(graceMs = GRACE_MS) {
  isEnding = true;
  await Promise.all([...running].map((child) => killTree(child, graceMs)));
}
