/** The maker of large stores (`test/support/madeStore.ts`), bundled for a program without TypeScript. */
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');

/** @returns {Promise<typeof import('../../test/support/madeStore.ts') & typeof import('../../src/protocol/node/processes.ts')>} */
export async function loadStoreMaker() {
  const outfile = join(root, 'dist/made-store.mjs');
  const { build } = await import('esbuild');
  await build({
    stdin: {
      contents: `export * from './test/support/madeStore.ts'; export * from './src/protocol/node/processes.ts';`,
      resolveDir: root,
      loader: 'ts',
    },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node22',
    outfile,
    external: ['better-sqlite3'],
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    logLevel: 'error',
  });
  return import(pathToFileURL(outfile).href);
}
