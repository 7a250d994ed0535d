/**
 * npm run test:peers: the real clients and tools that our formats are for (mlflow, tritonclient,
 * dvc, …) against our servers and files, and what takes too long for every day (`*.long.test.ts`, `long_*.py`).
 * Apart from `npm test`, because it is large to install or slow.
 */
import fs from 'node:fs';
import process from 'node:process';
import { ensureCodeServer } from './lib/code-server-install.mjs';
import { ensurePackages } from './lib/install.mjs';
import { runMain } from './lib/main.mjs';
import { isSecondNode, underPinnedNode } from './lib/node.mjs';
import { inRepo } from './lib/paths.mjs';
import { ensureVenv } from './lib/python.mjs';
import { runSuite, startClock } from './lib/suite.mjs';
import { ensureSystem } from './lib/system.mjs';
import { build, python, sum, vitest } from './lib/tiers.mjs';

/** Thirteen environments are made in the first run, and the libraries' own examples take their time. */
const LIMIT_MINUTES = 180;
const CONFIG = 'vitest.peers.config.mts';

await runMain(async () => {
  startClock();
  if (!isSecondNode) await ensureSystem(['git', 'python', 'chromium', 'compiler', 'make']);
  await underPinnedNode();
  const prepare = async () => {
    await ensurePackages();
    await ensureCodeServer();
    process.env.LOOPWRIGHT_CAPTURE_PYTHON = await ensureVenv(
      'venv-capture',
      inRepo('test', 'python', 'requirements.txt'),
    );
    const requirements = inRepo('test', 'peers', 'requirements.txt');
    if (fs.existsSync(requirements)) process.env.LOOPWRIGHT_PEERS_PYTHON = await ensureVenv('venv-peers', requirements);
  };
  process.env.LOOPWRIGHT_CRASH_ROUNDS ??= '240';
  const filters = process.argv.slice(2);
  return runSuite(
    [
      { name: 'build', run: build },
      { name: 'peers', run: async () => (fs.existsSync(inRepo(CONFIG)) ? vitest(CONFIG, filters) : sum([])) },
      { name: 'python', run: async () => (filters.length === 0 ? python('long_') : sum([])) },
    ],
    prepare,
    { limitMinutes: LIMIT_MINUTES },
  );
});
