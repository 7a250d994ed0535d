/**
 * `node scripts/make-store.mjs FOLDER [--runs 100000] [--seed 1]`: a store of very many made-up runs in
 * FOLDER/.loopwright, to try what a list or a page is like with them. The same seed makes the same runs.
 */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ensurePackages } from './lib/install.mjs';
import { loadStoreMaker } from './lib/made-store.mjs';
import { runMain } from './lib/main.mjs';
import { underPinnedNode } from './lib/node.mjs';
import { Problem, say } from './lib/say.mjs';

await runMain(async () => {
  await underPinnedNode();
  await ensurePackages();
  const options = { runs: { type: 'string', default: '100000' }, seed: { type: 'string', default: '1' } };
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const [folder] = positionals;
  const [runs, seed] = [Number(values.runs), Number(values.seed)];
  if (folder === undefined || !Number.isInteger(runs) || runs < 1 || !Number.isInteger(seed))
    throw new Problem('Usage: node scripts/make-store.mjs FOLDER [--runs N] [--seed N]');
  const root = join(resolve(folder), '.loopwright');
  if (existsSync(root)) throw new Problem(`${root} is there already. Choose another folder, or delete it.`);
  const began = performance.now();
  const { makeManyRuns } = await loadStoreMaker();
  const { runCount, special } = makeManyRuns({ root, runs, seed });
  say(
    `${String(runCount)} runs in ${root}, made in ${((performance.now() - began) / 1000).toFixed(1)} s (seed ${String(seed)}):`,
  );
  for (const [name, runId] of Object.entries(special)) say(`  ${name.padEnd(14)} ${runId}`);
});
