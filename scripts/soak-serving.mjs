/**
 * `npm run soak:serving -- [--requests N] [--minutes N] [--log-size MB]`: an endpoint that keeps its log, asked in all its protocols,
 * 5,000,000 times unless something else is said (`test/soak/serving`). It ends with 1 at the first wrong answer, or if memory grows or
 * anything is missing in the log.
 */
import process from 'node:process';
import { ensurePackages } from './lib/install.mjs';
import { runMain } from './lib/main.mjs';
import { underPinnedNode } from './lib/node.mjs';
import { inRepo, repoRoot } from './lib/paths.mjs';
import { run } from './lib/run.mjs';

await runMain(async () => {
  await underPinnedNode();
  await ensurePackages();
  const { build } = await import('esbuild');
  await run(process.execPath, [inRepo('scripts', 'build.mjs')]);
  const shared = /** @type {const} */ ({ bundle: true, platform: 'node', target: 'node22', logLevel: 'error' });
  const banner = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";
  const file = inRepo('dist', 'soak', 'serving.mjs');
  await Promise.all([
    build({
      ...shared,
      entryPoints: [inRepo('test/soak/serving/main.ts')],
      outfile: file,
      format: 'esm',
      banner: { js: banner },
    }),
    build({
      ...shared,
      entryPoints: ['client', 'collect'].map((name) => inRepo('test/soak/serving', `${name}.ts`)),
      outdir: inRepo('dist/soak'),
      outExtension: { '.js': '.cjs' },
    }),
  ]);
  const { code } = await run(process.execPath, [file, ...process.argv.slice(2)], {
    cwd: repoRoot,
    output: 'stderr',
    check: false,
  });
  return code;
});
