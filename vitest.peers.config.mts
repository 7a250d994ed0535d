import { globSync, readFileSync } from 'node:fs';
import { defineConfig } from 'vitest/config';

const hasRareTests = (file: string): boolean => readFileSync(file, 'utf8').includes('support/rare');

/** Tests with what is large or slow to install, and those that take long, one at a time. */
export default defineConfig({
  test: {
    include: [
      'test/peers/**/*.test.ts',
      'test/**/*.long.test.ts',
      // The crash test has more rounds here than every day.
      'test/engine/crash.test.ts',
      ...globSync('test/**/*.test.ts').filter(hasRareTests),
    ],
    env: { LOOPWRIGHT_RARE: '1' },
    testTimeout: 600_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 30_000 } },
    pool: 'forks',
    maxWorkers: 1,
    fileParallelism: false,
    retry: 0,
  },
});
