/** `npm run soak [ROUNDS]`: the crash test, a thousand random kills unless another number is given. */
import process from 'node:process';
import { ensurePackages } from './lib/install.mjs';
import { runMain } from './lib/main.mjs';
import { underPinnedNode } from './lib/node.mjs';
import { inRepo, repoRoot } from './lib/paths.mjs';
import { run } from './lib/run.mjs';

await runMain(async () => {
  await underPinnedNode();
  await ensurePackages();
  await run(process.execPath, [inRepo('scripts', 'build.mjs')]);
  const env = { ...process.env, LOOPWRIGHT_CRASH_ROUNDS: process.argv[2] ?? '1000' };
  const vitest = inRepo('node_modules', 'vitest', 'vitest.mjs');
  const { code } = await run(process.execPath, [vitest, 'run', 'test/engine/crash.test.ts'], {
    cwd: repoRoot,
    env,
    output: 'stderr',
    check: false,
  });
  return code;
});
