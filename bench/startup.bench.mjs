/**
 * From asking for an engine that does not run to its first answer, beside a Node process that only opens and answers
 * on a socket; and the size of the extension's bundle.
 */
import { spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { interleave, ratios, report, spread } from './stats.mjs';
import { loadClient, root, temporaryStore, until } from './store.mjs';

const ROUNDS = 7;
const client = await loadClient();

async function engine() {
  const store = temporaryStore(client);
  const began = performance.now();
  const { connection } = await store.open();
  await connection.request('runs/list', {});
  const ms = performance.now() - began;
  await store.dispose(connection);
  return ms;
}

async function bareNode() {
  const path = join('/tmp', `lw-bench-${process.pid}-${Date.now()}.sock`);
  const began = performance.now();
  const child = spawn(process.execPath, [
    '-e',
    `require('node:net').createServer((s) => s.end('x')).listen(${JSON.stringify(path)})`,
  ]);
  await until(
    () =>
      new Promise((resolve) => {
        const socket = connect(path);
        socket.once('data', () => resolve(true));
        socket.once('error', () => resolve(false));
      }),
    5,
  );
  const ms = performance.now() - began;
  child.kill();
  await sleep(50);
  return ms;
}

const figures = await interleave(ROUNDS, { engine, bareNode });
report('startup', {
  rounds: ROUNDS,
  'engine cold start, ms': spread(figures.engine),
  'bare Node on a socket, ms': spread(figures.bareNode),
  ratio: ratios(figures.engine, figures.bareNode),
  'extension bundle, bytes': statSync(join(root, 'dist/extension.js')).size,
});
