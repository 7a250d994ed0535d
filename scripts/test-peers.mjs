/**
 * npm run test:peers: the real clients and tools that our formats are for (mlflow, tritonclient,
 * dvc, …) against our servers and files. Apart from `npm test`, because they are large to install.
 */
import fs from 'node:fs';
import process from 'node:process';
import { ensurePackages } from './lib/install.mjs';
import { runMain } from './lib/main.mjs';
import { isSecondNode, underPinnedNode } from './lib/node.mjs';
import { inRepo } from './lib/paths.mjs';
import { ensureVenv } from './lib/python.mjs';
import { runSuite, startClock } from './lib/suite.mjs';
import { ensureSystem } from './lib/system.mjs';
import { build, sum, vitest } from './lib/tiers.mjs';

/** Twelve environments are made in the first run, and the libraries' own examples take their time. */
const LIMIT_MINUTES = 120;
const CONFIG = 'vitest.peers.config.mts';

await runMain(async () => {
  startClock();
  if (!isSecondNode) await ensureSystem(['git', 'python']);
  await underPinnedNode();
  const prepare = async () => {
    await ensurePackages();
    const requirements = inRepo('test', 'peers', 'requirements.txt');
    if (fs.existsSync(requirements)) process.env.LOOPWRIGHT_PEERS_PYTHON = await ensureVenv('venv-peers', requirements);
  };
  const filters = process.argv.slice(2);
  return runSuite(
    [
      { name: 'build', run: build },
      { name: 'peers', run: async () => (fs.existsSync(inRepo(CONFIG)) ? vitest(CONFIG, filters) : sum([])) },
    ],
    prepare,
    { limitMinutes: LIMIT_MINUTES },
  );
});
