/**
 * npm start: installs what is missing, trains the example as a tracked run, opens VS Code on it.
 *
 *   --browser   VS Code in the browser, also where a desktop one could be opened
 *   PORT        its port; chosen by the system if not given
 */
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import process from 'node:process';
import { ensureCodeServer } from './lib/code-server-install.mjs';
import { startCodeServer } from './lib/code-server.mjs';
import { hasDesktopCode, openDesktopCode } from './lib/editor.mjs';
import { ensurePackages } from './lib/install.mjs';
import { runMain } from './lib/main.mjs';
import { isSecondNode, underPinnedNode } from './lib/node.mjs';
import { inCache, inRepo } from './lib/paths.mjs';
import { ensureVenv, requirePython } from './lib/python.mjs';
import { ENDING_SIGNALS, run } from './lib/run.mjs';
import { Problem, say, step } from './lib/say.mjs';
import { describeSystem, ensureSystem } from './lib/system.mjs';

const examples = inRepo('examples');

await runMain(async () => {
  const port = portFrom(process.env.PORT);
  const desktop = !process.argv.includes('--browser') && (await hasDesktopCode());
  /** @type {import('./lib/system.mjs').Prerequisite[]} */
  const needed = ['git', 'python', ...(desktop ? [] : /** @type {const} */ (['compiler', 'make']))];
  if (!isSecondNode) {
    say(`Needed from this system: ${describeSystem(needed)}.`);
    await ensureSystem(needed);
  }
  await underPinnedNode();
  await ensurePackages();
  if (!desktop) await ensureCodeServer();
  await step('Build', () => run(process.execPath, [inRepo('scripts', 'build.mjs')]));
  const { python, args } = await example();
  await train(python, args);
  const settings = { 'loopwright.python': python };
  if (desktop && (await openDesktopCode(examples, settings))) {
    say('\nVS Code is open on the examples. The run is in its Loopwright view.');
    return;
  }
  await serve(port, settings);
});

/** @param {string | undefined} text */
function portFrom(text) {
  const port = Number(text ?? 0);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Problem(`PORT is "${text}", which is no port.`);
  return port;
}

/** The example with its packages; where they can't be had, one that needs none. */
async function example() {
  try {
    return {
      python: await ensureVenv('venv-examples', inRepo('examples', 'requirements.txt')),
      args: ['--experiment', 'fraud', 'fraud/train.py'],
    };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    say(`  The example's Python packages could not be installed:\n${lastLines(error.message, 3)}`);
    say('  The quick start is used instead: it needs Python alone.');
    const { executable } = await requirePython();
    return { python: executable, args: ['--experiment', 'quickstart', 'quickstart/train.py'] };
  }
}

/** @param {string} text @param {number} count */
const lastLines = (text, count) =>
  text
    .split('\n')
    .slice(-count)
    .map((line) => `    ${line}`)
    .join('\n');

/** @param {string} python @param {string[]} args */
async function train(python, args) {
  const store = inRepo('examples', '.loopwright');
  const cli = (/** @type {string[]} */ ...words) =>
    run(process.execPath, [inRepo('dist', 'cli.js'), ...words], { cwd: examples, output: 'inherit', check: false });
  say(`\nTraining: loopwright run ${args.join(' ')}\n`);
  const { code } = await cli('run', '--store', store, '--python', python, ...args);
  // A failed run is on record too, and the window shows why.
  if (code !== 0) say(`\nThe training ended with code ${code}.`);
  say('');
  await cli('runs', 'show', 'latest', '--store', store);
}

/**
 * VS Code in the browser, until Ctrl+C.
 * @param {number} port @param {Record<string, unknown>} settings
 */
async function serve(port, settings) {
  const password = randomBytes(9).toString('base64url');
  fs.mkdirSync(inCache('start'), { recursive: true });
  const server = await startCodeServer({
    folder: examples,
    userDataDir: inCache('start', 'user'),
    extensionsDir: inCache('start', 'extensions'),
    port,
    password,
    // It shows this repository's own examples, whose scripts the user has just run.
    trustDisabled: true,
    settings,
  });
  let stopping = false;
  for (const signal of ENDING_SIGNALS) {
    process.removeAllListeners(signal);
    process.on(signal, () => {
      if (stopping) return;
      stopping = true;
      say('\nStopping VS Code …');
      void server.stop().then(() => process.exit(0));
    });
  }
  process.stdout.write(`\nPassword: ${password}\nReady: ${server.url}\n`);
  say('Ctrl+C stops it.');
  const code = await server.exited;
  if (stopping) return new Promise(() => {});
  throw new Problem(`VS Code's server ended with code ${code}.`);
}
