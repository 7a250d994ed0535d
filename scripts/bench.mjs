/** `npm run bench [NAME…]`: every file of `bench/` that ends in `.bench.mjs`, one after the other. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { ensurePackages } from './lib/install.mjs';
import { runMain } from './lib/main.mjs';
import { underPinnedNode } from './lib/node.mjs';
import { repoRoot as root } from './lib/paths.mjs';
import { run } from './lib/run.mjs';

await runMain(async () => {
  await underPinnedNode();
  await ensurePackages();
  await run(process.execPath, [join(root, 'scripts/build.mjs')]);
  const wanted = process.argv.slice(2);
  const files = readdirSync(join(root, 'bench')).filter((name) => name.endsWith('.bench.mjs'));
  for (const file of files.filter((name) => wanted.length === 0 || wanted.some((part) => name.startsWith(part)))) {
    await import(pathToFileURL(join(root, 'bench', file)).href);
  }
});
