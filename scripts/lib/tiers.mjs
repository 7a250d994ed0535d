import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { inRepo, repoRoot } from './paths.mjs';
import { ensureVenv, requirePython } from './python.mjs';
import { run } from './run.mjs';

/**
 * What came of a tier. Texts are there only where a failure was not shown as it happened.
 * @typedef {object} Outcome
 * @property {number} passed
 * @property {{name: string, text?: string}[]} failed
 * @property {{name: string, reason: string}[]} skipped
 */

/** @typedef {() => Promise<Outcome>} Tier */

const bin = (/** @type {string[]} */ ...parts) => inRepo('node_modules', ...parts);
const beside = (/** @type {string} */ name) => fileURLToPath(new URL(name, import.meta.url));

/**
 * A tool that says only yes or no is one test.
 * @param {string} name @param {string[]} args of Node
 * @param {import('./run.mjs').RunOptions} [options]
 * @returns {Promise<Outcome>}
 */
export async function oneCheck(name, args, options = {}) {
  const { code, output } = await run(process.execPath, args, { ...options, cwd: repoRoot, check: false });
  if (code === 0) return { passed: 1, failed: [], skipped: [] };
  return { passed: 0, failed: [{ name, text: output.trim() || `ended with code ${code}` }], skipped: [] };
}

/**
 * Two minutes of processor time that nothing waits for: it goes on beside the other tiers.
 * @type {Tier}
 */
export const lint = () => oneCheck('eslint', [bin('eslint', 'bin', 'eslint.js'), '.'], { yields: true });

/** @type {Tier} */
export async function types() {
  const projects = ['tsconfig.json', 'webview/tsconfig.json', 'test/tsconfig.json'].filter((file) =>
    fs.existsSync(inRepo(file)),
  );
  const tsc = bin('typescript', 'bin', 'tsc');
  const outcomes = await Promise.all(projects.map((file) => oneCheck(`tsc -p ${file}`, [tsc, '-p', file, '--noEmit'])));
  return sum(outcomes);
}

/** @type {Tier} */
export async function build() {
  const outcome = await oneCheck('build', [inRepo('scripts', 'build.mjs')]);
  // Every test after it rests on the build; by itself it tests nothing.
  return { ...outcome, passed: 0 };
}

/**
 * @param {string} config
 * @param {string[]} filters parts of file names; none: all files
 * @returns {Promise<Outcome>}
 */
export function vitest(config, filters = []) {
  return reported(`vitest (${config})`, (env) =>
    run(
      process.execPath,
      [
        ...[bin('vitest', 'vitest.mjs'), 'run', '--config', config, ...filters],
        ...['--reporter=default', `--reporter=${beside('vitest-report.mjs')}`, '--silent=passed-only'],
      ],
      { cwd: repoRoot, env, output: 'stderr', check: false },
    ),
  );
}

/**
 * @param {string} prefix of the files' names: `test_`, or `long_` for what takes too long for every day
 * @returns {Promise<Outcome>}
 */
export async function python(prefix = 'test_') {
  const { executable } = await requirePython();
  const examples = await ensureVenv('venv-examples', inRepo('examples', 'requirements.txt'));
  const capture = await ensureVenv('venv-capture', inRepo('test', 'python', 'requirements.txt'));
  return reported('unittest', (env) =>
    run(executable, [beside('run-unittest.py'), inRepo('test', 'python'), prefix], {
      cwd: repoRoot,
      env: { ...env, LOOPWRIGHT_EXAMPLES_PYTHON: examples, LOOPWRIGHT_CAPTURE_PYTHON: capture },
      output: 'stderr',
      check: false,
    }),
  );
}

/**
 * Runs a tool that shows its failures itself and leaves a report. One that leaves none, or says that
 * all is well and still fails, has failed.
 * @param {string} name
 * @param {(env: NodeJS.ProcessEnv) => Promise<{code: number, output: string}>} work
 * @returns {Promise<Outcome>}
 */
async function reported(name, work) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'loopwright-report-'));
  const file = path.join(folder, 'report.json');
  try {
    const { code } = await work({ ...process.env, ...plainOutput(), LOOPWRIGHT_REPORT: file });
    const outcome = fs.existsSync(file)
      ? /** @type {Outcome} */ (JSON.parse(fs.readFileSync(file, 'utf8')))
      : { passed: 0, failed: [], skipped: [] };
    if (code !== 0 && outcome.failed.length === 0) {
      outcome.failed.push({ name, text: `It ended with code ${code}; what it wrote is above.` });
    }
    // Shown by the tool as they happened: the summary only names them.
    else outcome.failed = outcome.failed.map(({ name }) => ({ name }));
    return outcome;
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/** Vitest colours also what goes to a file. */
const plainOutput = () => (process.stderr.isTTY || process.env.FORCE_COLOR ? {} : { NO_COLOR: '1' });

/** @param {Outcome[]} outcomes @returns {Outcome} */
export function sum(outcomes) {
  return {
    passed: outcomes.reduce((total, { passed }) => total + passed, 0),
    failed: outcomes.flatMap(({ failed }) => failed),
    skipped: outcomes.flatMap(({ skipped }) => skipped),
  };
}
