import { defineConfig } from 'vitest/config';

/** Unit, engine, command line and page tests; `vitest.e2e.config.ts` has those that drive a real VS Code. */
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/e2e/**', 'test/peers/**', 'test/**/*.long.test.ts'],
    testTimeout: 90_000,
    hookTimeout: 90_000,
    pool: 'forks',
    // One more than there are cores at least: most tests wait for processes.
    maxWorkers: 3,
  },
});
