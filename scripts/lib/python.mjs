import fs from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { ensure, hash } from './cache.mjs';
import { run } from './run.mjs';
import { Problem, step } from './say.mjs';

const MINIMUM = [3, 9];

const PROBE = `
import importlib.util, json, sys
print(json.dumps({
    "executable": sys.executable,
    "version": list(sys.version_info[:3]),
    "venv": all(importlib.util.find_spec(m) for m in ("venv", "ensurepip")),
}))`;

/**
 * @typedef {object} Python
 * @property {string} executable the interpreter itself, not a shim
 * @property {number[]} version
 * @property {boolean} venv whether it can make virtual environments
 */

/**
 * @returns {Promise<Python | undefined>} the first Python that is new enough; one that can make
 *   virtual environments comes before one that can't
 */
export async function findPython() {
  const chosen = process.env.LOOPWRIGHT_PYTHON;
  if (chosen) {
    const python = await probe([chosen]);
    if (!python)
      throw new Problem(`LOOPWRIGHT_PYTHON is ${chosen}, but that is not Python ${MINIMUM.join('.')} or newer.`);
    return python;
  }
  const names =
    process.platform === 'win32' ? [['py', '-3'], ['python']] : [['python3'], ['/usr/bin/python3'], ['python']];
  let second;
  for (const name of names) {
    const python = await probe(name);
    if (python?.venv) return python;
    second ??= python;
  }
  return second;
}

/** @param {string[]} command @returns {Promise<Python | undefined>} */
async function probe([command, ...args]) {
  const { code, stdout } = await run(command, [...args, '-c', PROBE], { check: false, timeoutMs: 20_000 });
  if (code !== 0) return undefined;
  const python = JSON.parse(stdout);
  const [major, minor] = python.version;
  return major > MINIMUM[0] || (major === MINIMUM[0] && minor >= MINIMUM[1]) ? python : undefined;
}

export async function requirePython() {
  const python = await findPython();
  if (python) return python;
  throw new Problem(`Python ${MINIMUM.join('.')} or newer was not found. Install it, or name it in LOOPWRIGHT_PYTHON.`);
}

/**
 * A virtual environment with the packages of a requirements file, made again when that file or the
 * Python changes.
 * @param {string} name its folder in the cache
 * @param {string} requirements
 * @returns {Promise<string>} the environment's interpreter
 */
export async function ensureVenv(name, requirements) {
  const python = await requirePython();
  const key = hash(fs.readFileSync(requirements), python.executable, python.version.join('.'));
  const folder = await ensure(
    name,
    key,
    (target) => step(`Python packages (${name})`, () => makeVenv(python, target, requirements)),
    {
      inPlace: true,
    },
  );
  return venvPython(folder);
}

/** @param {Python} python @param {string} folder @param {string} requirements */
async function makeVenv(python, folder, requirements) {
  if (!python.venv)
    throw new Problem(`${python.executable} has no venv module. On Debian: apt-get install python3-venv`);
  // A PYTHONPATH or a venv of the caller must not leak into this one.
  const env = { ...process.env, PIP_DISABLE_PIP_VERSION_CHECK: '1', PIP_NO_INPUT: '1' };
  delete env.PYTHONPATH;
  delete env.PYTHONHOME;
  await run(python.executable, ['-m', 'venv', folder], { env });
  // Most of what comes with a package is never imported: what is, Python compiles then, and keeps.
  const quickly = ['--quiet', '--no-compile'];
  await run(venvPython(folder), ['-m', 'pip', 'install', ...quickly, '-r', requirements], { env });
}

/** @param {string} folder */
const venvPython = (folder) =>
  process.platform === 'win32' ? path.join(folder, 'Scripts', 'python.exe') : path.join(folder, 'bin', 'python');
