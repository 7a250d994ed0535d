/** A `mlflow server` of its own on SQLite, the database in memory where the system has such a folder. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import process from 'node:process';
import { memoryFolder, until } from './store.mjs';

/** @param {string} python of an environment that has mlflow @param {Record<string, string>} env added to its own */
export async function startMlflow(python, env = {}) {
  const folder = mkdtempSync(join(memoryFolder(), 'lw-mlflow-'));
  const port = await freePort();
  const args = ['-m', 'mlflow', 'server', '--backend-store-uri', `sqlite:///${folder}/mlflow.db`];
  args.push('--artifacts-destination', join(folder, 'artifacts'), '--host', '127.0.0.1', '--port', String(port));
  const server = spawn(python, args, { detached: true, stdio: 'ignore', env: { ...process.env, ...env } });
  const url = `http://127.0.0.1:${String(port)}`;
  await until(async () => (await fetch(`${url}/health`).catch(() => null))?.ok, 100, 300_000);
  const version = (await (await fetch(`${url}/version`)).text()).trim();
  return {
    url,
    folder,
    version,
    stop() {
      // Its own workers ignore SIGTERM for a while; nothing of it is kept.
      if (server.pid) process.kill(-server.pid, 'SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** @returns {Promise<number>} */
export function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
