import fs from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { findPython } from './python.mjs';
import { run } from './run.mjs';
import { Problem, say } from './say.mjs';

const APT_TIMEOUT_MS = 10 * 60_000;

/**
 * What can't come from npm or PyPI.
 * @typedef {'git' | 'python' | 'compiler' | 'make' | 'chromium'} Prerequisite
 */

/**
 * @type {Record<Prerequisite, {what: string, apt: string[], found: () => boolean | Promise<boolean>}>}
 */
const PREREQUISITES = {
  git: { what: 'git', apt: ['git'], found: () => onPath('git') !== undefined },
  python: {
    what: 'Python 3.9 or newer with venv',
    apt: ['python3', 'python3-venv'],
    found: async () => (await findPython())?.venv ?? false,
  },
  compiler: {
    what: "a C++ compiler (for VS Code's log writer)",
    apt: ['g++'],
    found: () =>
      process.platform === 'win32' || [process.env.CXX, 'c++', 'g++', 'clang++'].some((name) => name && onPath(name)),
  },
  make: { what: 'make', apt: ['make'], found: () => process.platform === 'win32' || onPath('make') !== undefined },
  chromium: { what: 'Chromium', apt: ['chromium'], found: () => findChromium() !== undefined },
};

/**
 * Names what is needed and makes sure that it is there, before anything else is installed. As root
 * on a Debian system it installs what is missing; otherwise it says with which command to.
 * @param {Prerequisite[]} names
 */
export async function ensureSystem(names) {
  const missing = await whichAreMissing(names);
  if (missing.length === 0) return;
  const list = missing.map((name) => PREREQUISITES[name].what).join(', ');
  const packages = missing.flatMap((name) => PREREQUISITES[name].apt);
  const apt = onPath('apt-get');
  if (!apt || process.getuid?.() !== 0) {
    const way = apt
      ? `Install with:\n\n  sudo apt-get install -y ${packages.join(' ')}\n`
      : "Install them with your system's package manager.";
    throw new Problem(`Not found on this system: ${list}.\n${way}`);
  }
  say(`  Not found on this system: ${list}. Installing ${packages.join(' ')} with apt-get …`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  // A list that can't be had (somebody's own package source) need not be the one that matters.
  await run(apt, ['update', '-qq'], { env, check: false, timeoutMs: APT_TIMEOUT_MS });
  await run(apt, ['install', '-y', '-qq', '--no-install-recommends', ...packages], { env, timeoutMs: APT_TIMEOUT_MS });
  const still = await whichAreMissing(missing);
  if (still.length > 0) {
    throw new Problem(`Still not found after apt-get: ${still.map((name) => PREREQUISITES[name].what).join(', ')}.`);
  }
}

/** @param {Prerequisite[]} names */
export const describeSystem = (names) => names.map((name) => PREREQUISITES[name].what).join(', ');

/** @param {Prerequisite[]} names */
async function whichAreMissing(names) {
  const missing = [];
  for (const name of names) if (!(await PREREQUISITES[name].found())) missing.push(name);
  return missing;
}

/** @returns {string | undefined} the browser that the end-to-end tests drive */
export function findChromium() {
  const chosen = process.env.CHROME_PATH;
  if (chosen) {
    if (!isExecutable(chosen)) throw new Problem(`CHROME_PATH is ${chosen}, but that can't be run.`);
    return chosen;
  }
  for (const name of ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome']) {
    const found = onPath(name);
    if (found) return found;
  }
  return [
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  ].find(isExecutable);
}

/** @param {string} name @returns {string | undefined} */
export function onPath(name) {
  if (name.includes(path.sep)) return isExecutable(name) ? name : undefined;
  const endings = process.platform === 'win32' ? ['.exe', '.cmd', '.bat'] : [''];
  const folders = (process.env.PATH ?? process.env.Path ?? '').split(path.delimiter);
  // A cron job or a CI step may have a shorter PATH than a login shell.
  if (process.platform !== 'win32') folders.push('/usr/local/bin', '/usr/bin', '/bin');
  for (const folder of folders.filter(Boolean)) {
    for (const ending of endings) {
      const file = path.join(folder, name + ending);
      if (isExecutable(file)) return file;
    }
  }
  return undefined;
}

/** @param {string} file */
function isExecutable(file) {
  try {
    fs.accessSync(file, fs.constants.X_OK);
    return fs.statSync(file).isFile();
  } catch {
    return false;
  }
}
