import { defineConfig } from 'vitest/config';

/** Tests with what is large or slow to install, and those that take long, one at a time. */
export default defineConfig({
  test: {
    // The crash test has more rounds here than every day.
    include: ['test/peers/**/*.test.ts', 'test/**/*.long.test.ts', 'test/engine/crash.test.ts'],
    testTimeout: 600_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 30_000 } },
    pool: 'forks',
    maxWorkers: 1,
    fileParallelism: false,
    retry: 0,
  },
});
