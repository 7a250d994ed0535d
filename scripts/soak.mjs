/**
 * `npm run soak [KILLS] -- [--seed N] [--minutes N]`: a thousand random kills, unless another number is given, of script,
 * runner, observer, engine, window and command line, over runs of scripts, sweeps and notebooks and a user's edits
 * (`test/soak`). It ends with 1 at the first thing that is lost or untrue.
 */
import process from 'node:process';
import { ensurePackages } from './lib/install.mjs';
import { runMain } from './lib/main.mjs';
import { underPinnedNode } from './lib/node.mjs';
import { inRepo, repoRoot } from './lib/paths.mjs';
import { ensureVenv } from './lib/python.mjs';
import { run } from './lib/run.mjs';

await runMain(async () => {
  await underPinnedNode();
  await ensurePackages();
  const { build } = await import('esbuild');
  await run(process.execPath, [inRepo('scripts', 'build.mjs')]);
  process.env.LOOPWRIGHT_CAPTURE_PYTHON ??= await ensureVenv('venv-capture', inRepo('test/python/requirements.txt'));
  const shared = /** @type {const} */ ({ bundle: true, platform: 'node', target: 'node22', logLevel: 'error' });
  const banner = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";
  const file = inRepo('dist', 'soak', 'soak.mjs');
  await Promise.all([
    build({
      ...shared,
      entryPoints: [inRepo('test/soak/main.ts')],
      outfile: file,
      format: 'esm',
      banner: { js: banner },
    }),
    build({ ...shared, entryPoints: [inRepo('test/engine/windowClient.ts')], outfile: inRepo('dist/soak/window.cjs') }),
  ]);
  const { code } = await run(process.execPath, [file, ...process.argv.slice(2)], {
    cwd: repoRoot,
    output: 'stderr',
    check: false,
  });
  return code;
});
