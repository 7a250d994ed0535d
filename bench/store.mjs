/** A store of its own for a measurement, with an engine, spoken to through the bundled client. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import esbuild from 'esbuild';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** The front ends' own client code, bundled for this process. */
export async function loadClient() {
  const outfile = join(root, 'dist/bench-client.mjs');
  await esbuild.build({
    stdin: {
      contents: `export * from './src/client/engine.ts'; export * from './src/client/launch.ts';
        export * from './src/protocol/node/storeFolder.ts';`,
      resolveDir: root,
      loader: 'ts',
    },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node22',
    outfile,
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    logLevel: 'error',
  });
  return import(pathToFileURL(outfile).href);
}

/** A folder in memory, where the system has one. */
export function memoryFolder() {
  const memory = '/dev/shm';
  return existsSync(memory) ? memory : tmpdir();
}

/** @param {any} client from `loadClient` @param {string} [parent] where its folder is made */
export function temporaryStore(client, parent = tmpdir()) {
  const folder = mkdtempSync(join(parent, 'lw-bench-'));
  process.env.LOOPWRIGHT_STATE_DIR = join(folder, 'state');
  process.env.LOOPWRIGHT_IDLE_MS = '5000';
  const paths = client.makeStore(join(folder, '.loopwright'));
  const program = { runtime: process.execPath, file: join(root, 'dist/engine.js') };
  const info = { version: '0.0.0', build: 0 };
  return {
    folder,
    paths,
    open: () => client.openEngine(paths, program, { kind: 'test', info, trusted: true }),
    async dispose(/** @type {any} */ connection) {
      await connection.request('engine/stop', { reason: 'user' }).catch(() => undefined);
      connection.close();
      await sleep(300);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Looks every `everyMs` until `look` gives something; the time between looks is part of what is measured. */
export async function until(/** @type {() => Promise<any>} */ look, everyMs = 5, timeoutMs = 120_000) {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const seen = await look();
    if (seen) return seen;
    if (performance.now() > deadline) throw new Error('waited too long');
    await sleep(everyMs);
  }
}
