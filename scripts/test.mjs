/**
 * npm test: installs what is missing, then build and unit tests, then end-to-end and Python tests at once, as both wait
 * for processes more than they compute; types and lint beside them.
 *
 *   node scripts/test.mjs                   all tiers
 *   node scripts/test.mjs unit python       only these
 *   node scripts/test.mjs unit -- ingest    only files with "ingest" in their name
 */
import fs from 'node:fs';
import process from 'node:process';
import { ensureCodeServer } from './lib/code-server-install.mjs';
import { ensurePackages } from './lib/install.mjs';
import { runMain } from './lib/main.mjs';
import { isSecondNode, underPinnedNode } from './lib/node.mjs';
import { inRepo } from './lib/paths.mjs';
import { ensureVenv } from './lib/python.mjs';
import { Problem, say } from './lib/say.mjs';
import { runSuite, startClock } from './lib/suite.mjs';
import { ensureSystem } from './lib/system.mjs';
import { build, lint, python, sum, types, vitest } from './lib/tiers.mjs';

const ALL = ['build', 'unit', 'e2e', 'python', 'types', 'lint'];

await runMain(async () => {
  startClock();
  const { names, filters } = parse(process.argv.slice(2));
  const needs = {
    browser: names.includes('unit') || names.includes('e2e'),
    vsCode: names.includes('e2e'),
    examples: names.includes('python') || names.includes('e2e'),
    capture: names.includes('unit') || names.includes('python') || names.includes('e2e'),
  };
  // Before anything is installed, so that somebody who lacks three things hears of them at once.
  if (!isSecondNode) await ensureSystemOrSay(needs);
  await underPinnedNode();

  // A tier waits for what it needs. What the first one waits for is installed by itself, the rest beside that tier.
  let codeServer = Promise.resolve();
  let examples = Promise.resolve();
  let capture = Promise.resolve();
  const prepare = async () => {
    await ensurePackages();
    if (needs.capture) capture = installCapture();
    if (needs.vsCode) codeServer = capture.then(ensureCodeServer).then(() => {});
    if (needs.examples) examples = capture.then(installExamples);
    codeServer.catch(() => {});
    // These need none of what is being installed now.
    if (names.includes('types')) startTypes().catch(() => {});
    if (names.includes('lint')) startLint().catch(() => {});
  };
  // Tests start dist/engine.js and dist/cli.js; whoever names only their tier may not have built yet.
  const built = async () => (names.includes('build') || fs.existsSync(inRepo('dist', 'cli.js')) ? sum([]) : build());
  const startPython = once(async () => {
    await examples;
    await capture;
    return python();
  });
  const startTypes = once(types);
  // Two minutes of processor time: what is installed and compiled meanwhile is waited for, this is not.
  const startLint = once(async () => {
    if (names.includes('types')) await startTypes().catch(() => {});
    return lint();
  });
  /** @type {Record<string, import('./lib/tiers.mjs').Tier>} */
  const tiers = {
    lint: startLint,
    types: startTypes,
    build,
    unit: async () => {
      await capture; // the command line runs notebooks, which needs a kernel
      return sum([await built(), await vitest('vitest.config.mts', filters)]);
    },
    python: startPython,
    e2e: async () => {
      if (names.includes('python')) startPython().catch(() => {});
      await examples;
      await capture;
      await codeServer;
      return sum([await built(), await vitest('vitest.e2e.config.mts', filters)]);
    },
  };
  return runSuite(
    names.map((name) => ({ name, run: tiers[name] })),
    prepare,
  );
});

/**
 * @template T
 * @param {() => Promise<T>} work
 * @returns {() => Promise<T>} starts it when it is asked for the first time
 */
function once(work) {
  /** @type {Promise<T> | undefined} */
  let started;
  return () => (started ??= work());
}

/** @param {string[]} args */
function parse(args) {
  const end = args.indexOf('--');
  const names = end < 0 ? args : args.slice(0, end);
  const unknown = names.find((name) => !ALL.includes(name));
  if (unknown) throw new Problem(`There is no tier "${unknown}". Tiers: ${ALL.join(' ')}.`);
  return {
    names: names.length === 0 ? ALL : ALL.filter((name) => names.includes(name)),
    filters: end < 0 ? [] : args.slice(end + 1),
  };
}

/** @param {{browser: boolean, vsCode: boolean}} needs */
async function ensureSystemOrSay({ browser, vsCode }) {
  /** @type {import('./lib/system.mjs').Prerequisite[]} */
  const names = ['git', 'python'];
  if (browser) names.push('chromium');
  if (vsCode) names.push('compiler', 'make');
  try {
    await ensureSystem(names);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    say(`\n${error.message}`);
    process.stdout.write('0 passed, 1 failed\n');
    process.exit(1);
  }
}

/** The libraries that the tests of capture use: there they say what they lack, as those of the examples do. */
async function installCapture() {
  try {
    const requirements = inRepo('test', 'python', 'requirements.txt');
    process.env.LOOPWRIGHT_CAPTURE_PYTHON ??= await ensureVenv('venv-capture', requirements);
  } catch (error) {
    say(`  The Python packages of the capture tests could not be installed: ${error.message}`);
  }
}

/** Where PyPI can't be reached, the tests that need the packages are skipped and say so. */
async function installExamples() {
  try {
    const requirements = inRepo('examples', 'requirements.txt');
    process.env.LOOPWRIGHT_EXAMPLES_PYTHON ??= await ensureVenv('venv-examples', requirements);
  } catch (error) {
    say(`  The examples' Python packages could not be installed: ${error.message}`);
  }
}
