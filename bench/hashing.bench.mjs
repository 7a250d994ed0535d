/**
 * The digests of a run's inputs, as its job makes them, beside `openssl md5` of the same files, two at a time: the
 * time of the hashing alone (the job's process, which reports to no engine), with all files in the page cache.
 */
import { execFile, fork } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { crc32 } from 'node:zlib';
import { interleave, ratios, report, spread } from './stats.mjs';
import { loadClient, root, temporaryStore, until } from './store.mjs';

const ROUNDS = 5;
const FILES = 6;
const FILE_BYTES = 256 * 1024 * 1024;

const client = await loadClient();
const store = temporaryStore(client);
const { connection } = await store.open();
const paths = Array.from({ length: FILES }, (_, index) => join(store.folder, `data-${index}.bin`));
const content = Buffer.alloc(FILE_BYTES);
for (let at = 0; at < FILE_BYTES; at += 4) content.writeUInt32LE((at * 2654435761) >>> 0, at);
for (const path of paths) writeFileSync(path, content);

/** A run that has written the files, as its journal tells it; its end is told by nobody, so that no engine hashes them. */
const prepared = client.prepareRun(
  store.paths.root,
  { target: { kind: 'script', file: 'x.py', args: [] }, python: 'python3', cwd: store.folder },
  { folder: join(root, 'python') },
);
const records = paths.map((path) => ['file', Date.now(), { path, mode: 'w', via: 'audit' }]);
mkdirSync(join(prepared.folder, 'journals'), { recursive: true });
writeFileSync(join(prepared.folder, 'journals', '999999-1-00000000.lwj'), journal(records));
const { run_id: runId } = prepared.spec;
await until(async () => {
  await connection.request('runs/announce', { runId });
  const { counts } = await connection.request('runs/get', { runId }).catch(() => ({ counts: { outputs: 0 } }));
  return counts.outputs === FILES;
});

function journal(/** @type {unknown[]} */ entries) {
  const parts = [Buffer.from('LWJRNL1\n')];
  for (const entry of entries) {
    const payload = Buffer.from(JSON.stringify(entry));
    const header = Buffer.alloc(8);
    header.writeUInt32LE(payload.length, 0);
    header.writeUInt32LE(crc32(payload), 4);
    parts.push(header, payload);
  }
  return Buffer.concat(parts);
}

/** From the task to the answer, the start of the process left out, with no digest known from before. */
async function job() {
  rmSync(join(store.paths.root, 'cache/digests.db'), { force: true });
  const child = fork(join(root, 'dist/job.js'), { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  await new Promise((resolve) => child.once('spawn', resolve));
  await new Promise((resolve) => setTimeout(resolve, 300)); // until its code is loaded
  const began = performance.now();
  const answer = new Promise((resolve, reject) => {
    child.on('message', (/** @type {any} */ message) => {
      if (message.kind === 'done') resolve(undefined);
      else if (message.kind === 'failed') reject(new Error(message.message));
    });
    child.on('exit', () => reject(new Error('the job ended')));
  });
  child.send({ kind: 'task', name: 'data/digest', params: { store: store.paths.root, runId, isEarly: false } });
  await answer;
  const ms = performance.now() - began;
  child.kill();
  return ms;
}

/** Two at a time, each taking the next file when it is done with one. */
async function openssl() {
  const run = promisify(execFile);
  const queue = [...paths];
  const began = performance.now();
  const worker = async () => {
    for (let path = queue.shift(); path; path = queue.shift()) await run('openssl', ['md5', path]);
  };
  await Promise.all([worker(), worker()]);
  return performance.now() - began;
}

await openssl(); // the files are in the page cache from here on
const figures = await interleave(ROUNDS, { job, openssl });
const megabytes = (FILES * FILE_BYTES) / 1e6;
const speed = (/** @type {number[]} */ times) => times.map((ms) => megabytes / (ms / 1000));
report('hashing', {
  rounds: ROUNDS,
  files: `${FILES} of ${FILE_BYTES / 2 ** 20} MiB`,
  'job, MB/s': spread(speed(figures.job)),
  'openssl md5 two at a time, MB/s': spread(speed(figures.openssl)),
  'speed over openssl': ratios(speed(figures.job), speed(figures.openssl)),
});
await store.dispose(connection);
