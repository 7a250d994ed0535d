import { defineConfig } from 'vitest/config';

/** Tests with what is large or slow to install, one at a time; the first run makes the environments. */
export default defineConfig({
  test: {
    include: ['test/peers/**/*.test.ts'],
    testTimeout: 600_000,
    hookTimeout: 300_000,
    pool: 'forks',
    maxWorkers: 1,
    fileParallelism: false,
    retry: 0,
  },
});
