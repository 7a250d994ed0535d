import { defineConfig } from 'vitest/config';

/** Unit, engine, command line and page tests; `vitest.e2e.config.mts` has those that drive a real VS Code. */
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/e2e/**', 'test/peers/**', 'test/**/*.long.test.ts'],
    testTimeout: 90_000,
    hookTimeout: 90_000,
    pool: 'forks',
    // One more than there are cores at least: most tests wait for processes.
    maxWorkers: 3,
    // A process for each file, which loads all modules anew, costs more than most of these files do.
    isolate: false,
    setupFiles: ['test/support/restoredEnvironment.ts'],
  },
});
