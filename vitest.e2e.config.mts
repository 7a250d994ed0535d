import { defineConfig } from 'vitest/config';

/** Tests that drive a real VS Code in a real browser, one file at a time: two cores are what there is. */
export default defineConfig({
  test: {
    include: ['test/e2e/**/*.e2e.test.ts'],
    testTimeout: 180_000,
    hookTimeout: 120_000,
    pool: 'forks',
    maxWorkers: 1,
    fileParallelism: false,
    retry: 0,
  },
});
