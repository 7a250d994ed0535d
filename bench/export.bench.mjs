/**
 * Exports of 10,000 runs of 20 parameters, 20 metrics and 2 tags, and of one run with 1,000,000 points: seconds, size, and
 * the most memory that the job's process had. CSV beside `mlflow experiments csv`, which reads the same runs from the
 * database that was exported.
 */
import { execFileSync, fork } from 'node:child_process';
import { readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import Database from 'better-sqlite3';
import { ensureVenv } from '../scripts/lib/python.mjs';
import { interleave, ratios, report, spread } from './stats.mjs';
import { loadClient, root, temporaryStore } from './store.mjs';

const RUNS = 10_000;
const KEYS = 20;
const POINTS = 1_000_000;
const ROUNDS = 3;

const client = await loadClient();
const python = await ensureVenv('venv-bench', join(root, 'bench/requirements.txt'));
const store = temporaryStore(client);

/** @param {{ runs: number, keys: number, points: number }} size */
async function makeStore({ runs, keys, points }) {
  const paths = client.makeStore(join(store.folder, `of-${String(runs)}`, '.loopwright'));
  const program = { runtime: process.execPath, file: join(root, 'dist/engine.js') };
  const opened = await client.openEngine(paths, program, {
    kind: 'test',
    info: { version: '0.0.0', build: 0 },
    trusted: true,
  });
  await opened.connection.request('engine/stop', { reason: 'user' });
  opened.connection.close();
  await new Promise((resolve) => setTimeout(resolve, 1000)); // until it has closed the database
  const db = new Database(paths.database);
  const series = (/** @type {number} */ count) =>
    `WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ${String(count)})`;
  db.exec(`
    BEGIN;
    INSERT OR IGNORE INTO experiments (experiment_id, name, created_ms) VALUES (1, 'many', 1790000000000);
    ${series(runs)} INSERT INTO runs (run_id, experiment_id, name, status, start_ms, end_ms, kind, source, argv, cwd, user, host)
      SELECT printf('%032x', i + 1), 1, 'run ' || i, 'FINISHED', 1790000000000 + i * 1000, 1790000000900 + i * 1000, 'script',
        'train.py', '[]', '/', 'ada', 'here' FROM n;
    ${series(keys)} INSERT INTO params (run_seq, key, source, value) SELECT run_seq, 'param_' || i, 'api', '0.' || run_seq FROM runs, n;
    INSERT INTO tags (run_seq, key, value) SELECT run_seq, 'team', 'risk' FROM runs;
    INSERT INTO tags (run_seq, key, value) SELECT run_seq, 'note', 'a longer text, with "quotes"' FROM runs;
    ${series(keys)} INSERT INTO metrics (run_seq, key, count, last, last_step, last_ms, min, max)
      SELECT run_seq, 'metric_' || i, ${String(points)}, 0.5, ${String(points - 1)}, 1790000000000, 0, 1 FROM runs, n;
    ${series(points)} INSERT INTO points (metric_id, ordinal, step, logged_ms, value)
      SELECT metric_id, i, i, 1790000000000 + i, abs(random() % 1000000) / 1e6 FROM metrics, n;
    COMMIT;`);
  db.close();
  return paths;
}

/** One export by a job's process of its own, the start of the process left out. */
async function exported(/** @type {any} */ paths, /** @type {string} */ path) {
  const child = fork(join(root, 'dist/job.js'), {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    execArgv: ['--max-old-space-size=512'],
  });
  await new Promise((resolve) => child.once('spawn', resolve));
  await new Promise((resolve) => setTimeout(resolve, 300)); // until its code is loaded
  const answer = new Promise((resolve, reject) => {
    child.on('message', (/** @type {any} */ message) => {
      if (message.kind === 'done') resolve(message.value);
      else if (message.kind === 'failed') reject(new Error(message.message));
    });
    child.on('exit', () => reject(new Error('the job ended')));
  });
  const began = performance.now();
  const order = { path, mlflow: '3', overwrite: true };
  child.send({ kind: 'task', name: 'export/write', params: { store: paths.root, order } });
  await answer;
  const seconds = (performance.now() - began) / 1000;
  const [, peakKb = '0'] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${String(child.pid)}/status`, 'utf8')) ?? [];
  child.removeAllListeners('exit');
  child.kill();
  return { seconds, peakMB: Number(peakKb) / 1024, sizeMB: statSync(path).size / 1e6 };
}

/** @type {Record<string, object>} */
const rows = {};
for (const [what, size] of Object.entries({
  runs: { runs: RUNS, keys: KEYS, points: 1 },
  points: { runs: 1, keys: 1, points: POINTS },
})) {
  const paths = await makeStore(size);
  for (const ending of ['db', 'csv', 'parquet', 'json'])
    rows[`${what}: ${ending}`] = await exported(paths, join(store.folder, what, `x.${ending}`));
  if (what !== 'runs') continue;
  const env = { ...process.env, MLFLOW_TRACKING_URI: `sqlite:///${join(store.folder, what, 'x.db')}` };
  const csvByMlflow = async () => {
    const began = performance.now();
    const words = ['-m', 'mlflow', 'experiments', 'csv', '-x', '1', '-o', join(store.folder, 'mlflow.csv')];
    execFileSync(python, words, { env, stdio: ['ignore', 'ignore', 'ignore'] });
    return (performance.now() - began) / 1000;
  };
  await csvByMlflow(); // brings the database to its own form
  const figures = await interleave(ROUNDS, {
    ours: async () => (await exported(paths, join(store.folder, 'ours.csv'))).seconds,
    mlflow: csvByMlflow,
  });
  rows['csv: ours, s'] = spread(figures.ours);
  rows['csv: mlflow, s'] = spread(figures.mlflow);
  rows['csv: times as fast'] = ratios(figures.mlflow, figures.ours);
}
report('export', rows);
rmSync(store.folder, { recursive: true, force: true });
