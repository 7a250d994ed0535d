/**
 * The store as a tracking server beside `mlflow server` on SQLite: the same requests over connections that stay open, in
 * turn. Both databases lie in memory where the system has such a folder and have the same level of `synchronous`; ours
 * keeps a journal of each run besides.
 */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import process from 'node:process';
import { URLSearchParams } from 'node:url';
import { promisify } from 'node:util';
import { ensureVenv } from '../scripts/lib/python.mjs';
import { startMlflow } from './mlflowServer.mjs';
import { interleave, ratios, report, spread } from './stats.mjs';
import { loadClient, memoryFolder, root, temporaryStore } from './store.mjs';
import { metricOf, RUN_KEYS, TrackingApi } from './trackingLoad.mjs';

const ROUNDS = 3;
const RUNS = 10_000;
const POINTS = 100_000;
const CALLS = { ours: 4000, theirs: 100, oursBatches: 100, theirsBatches: 8, client: 1000 };
const LIMITS = {
  'log-metric': 20,
  'log-batch': 20,
  'client, of what {} allows': 0.8,
  'runs/search': 30,
  'get-history': 10,
};
const SYNCHRONOUS = 'NORMAL';
const exec = promisify(execFile);

const python = await ensureVenv('venv-bench', join(root, 'bench/requirements.txt'));
const client = await loadClient();
const store = temporaryStore(client, memoryFolder());
const { connection } = await store.open();
const { uri, token } = await connection.request('engine/tracking', {});
const mlflow = await startMlflow(python, {
  PYTHONPATH: join(root, 'bench/peer_path'),
  BENCH_SYNCHRONOUS: SYNCHRONOUS,
});
const empty = spawn(process.execPath, [join(root, 'bench/emptyServer.mjs')], { stdio: ['ignore', 'pipe', 'inherit'] });
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    mlflow.stop();
    empty.kill();
    process.exit(1);
  });
}

/** @param {number} connections */
const both = (connections) => ({
  ours: new TrackingApi(uri, token, connections),
  theirs: new TrackingApi(mlflow.url, undefined, connections),
});

/** @param {number} connections */
async function logMetric(connections) {
  const { ours, theirs } = both(connections);
  /** @param {TrackingApi} api @param {number} calls */
  const side = (api, calls) => async () => {
    const run = await api.newRun();
    return api.rate(calls, (step) =>
      api.ask('POST', 'runs/log-metric', { run_id: run, key: 'loss', value: step / 7, timestamp: 1e12 + step, step }),
    );
  };
  const figures = await interleave(ROUNDS, {
    theirs: side(theirs, CALLS.theirs * (connections > 1 ? 4 : 1)),
    ours: side(ours, CALLS.ours),
  });
  ours.close();
  theirs.close();
  return figures;
}

async function logBatch() {
  const { ours, theirs } = both(1);
  /** @param {TrackingApi} api @param {number} calls */
  const side = (api, calls) => async () => {
    const run = await api.newRun();
    return api.rate(calls, (call) => {
      const metrics = Array.from({ length: 1000 }, (_, index) => ({
        key: `m${RUN_KEYS[index % 20]}`,
        value: metricOf(call, index),
        timestamp: 1e12 + index,
        step: call * 1000 + index,
      }));
      return api.ask('POST', 'runs/log-batch', { run_id: run, metrics });
    });
  };
  const figures = await interleave(ROUNDS, {
    theirs: side(theirs, CALLS.theirsBatches),
    ours: side(ours, CALLS.oursBatches),
  });
  ours.close();
  theirs.close();
  return figures;
}

/** Calls a second of MLflow's own client, against us and against a server that answers `{}`. */
async function underTheClient() {
  const [line] = await once(empty.stdout, 'data');
  const emptyUrl = `http://127.0.0.1:${String(line).trim()}`;
  const api = new TrackingApi(uri, token);
  const run = await api.newRun();
  api.close();
  /** @param {string} url */
  const side = (url) => async () => {
    const args = [join(root, 'bench/client_calls.py'), url, run, String(CALLS.client)];
    const { stdout } = await exec(python, args, { env: { ...process.env, MLFLOW_TRACKING_TOKEN: token } });
    return Number(stdout.trim().split('\n').at(-1));
  };
  return interleave(ROUNDS, { empty: side(emptyUrl), ours: side(uri) });
}

/** Runs of 20 metrics and 20 parameters. @param {number} first @param {number} end */
async function fillOurs(first, end) {
  const api = new TrackingApi(uri, token, 16);
  await api.rate(end - first, async (index) => {
    const number = first + index;
    const { run } = await api.ask('POST', 'runs/create', {
      experiment_id: '0',
      run_name: `run-${String(number)}`,
      start_time: 1_700_000_000_000 + number * 1000,
    });
    const id = run.info.run_id;
    await api.ask('POST', 'runs/log-batch', {
      run_id: id,
      params: RUN_KEYS.map((key) => ({ key: `p${key}`, value: String((number + Number(key)) % 97) })),
      metrics: RUN_KEYS.map((key) => ({
        key: `m${key}`,
        value: metricOf(number, Number(key)),
        timestamp: 1_700_000_000_000 + number * 1000,
        step: 0,
      })),
    });
    await api.ask('POST', 'runs/update', {
      run_id: id,
      status: 'FINISHED',
      end_time: 1_700_000_000_500 + number * 1000,
    });
  });
  api.close();
}

const SEARCH = {
  experiment_ids: ['0'],
  filter: "metrics.m03 > 0.25 and params.p05 = '7' and attributes.status = 'FINISHED'",
  order_by: ['metrics.m07 DESC'],
  max_results: 100,
};
/** @param {TrackingApi} api */
const search = (api) => async () => {
  const began = performance.now();
  const { runs } = await api.ask('POST', 'runs/search', SEARCH);
  if (runs.length < 50) throw new Error(`${String(runs.length)} runs found`);
  return performance.now() - began;
};

/** A run with one metric of very many points. @param {TrackingApi} api */
async function longRun(api) {
  const run = await api.newRun('long');
  for (let begin = 0; begin < POINTS; begin += 1000) {
    const metrics = Array.from({ length: 1000 }, (_, index) => ({
      key: 'loss',
      value: metricOf(begin, index),
      timestamp: 1e12 + begin + index,
      step: begin + index,
    }));
    await api.ask('POST', 'runs/log-batch', { run_id: run, metrics });
  }
  return run;
}

/** All points in pages of 25,000, as its clients ask for them. @param {TrackingApi} api @param {string} run */
const history = (api, run) => async () => {
  const began = performance.now();
  let [next, count] = ['', 0];
  do {
    const query = new URLSearchParams({ run_id: run, metric_key: 'loss', max_results: '25000' });
    if (next) query.set('page_token', next);
    const answer = await api.ask('GET', `metrics/get-history?${String(query)}`);
    count += answer.metrics.length;
    next = answer.next_page_token ?? '';
  } while (next);
  if (count !== POINTS) throw new Error(`${String(count)} points`);
  return performance.now() - began;
};

try {
  const one = await logMetric(1);
  const sixteen = await logMetric(16);
  const batches = await logBatch();
  const calls = await underTheClient();

  const { ours, theirs } = both(1);
  const [ourRun, theirRun] = [await longRun(ours), await longRun(theirs)];
  const histories = await interleave(ROUNDS, { theirs: history(theirs, theirRun), ours: history(ours, ourRun) });

  await exec(python, [join(root, 'bench/mlflow_fill.py'), join(mlflow.folder, 'mlflow.db'), String(RUNS)]);
  await fillOurs(0, RUNS);
  const searches = await interleave(ROUNDS + 2, { theirs: search(theirs), ours: search(ours) });
  ours.close();
  theirs.close();

  const found = {
    'log-metric': ratios(one.ours, one.theirs),
    'log-metric, 16 connections': ratios(sixteen.ours, sixteen.theirs),
    'log-batch': ratios(batches.ours, batches.theirs),
    'client, of what {} allows': ratios(calls.ours, calls.empty),
    'runs/search': ratios(searches.theirs, searches.ours),
    'get-history': ratios(histories.theirs, histories.ours),
  };
  report('tracking', {
    rounds: ROUNDS,
    mlflow: mlflow.version,
    synchronous: `${SYNCHRONOUS} on both sides; MLflow's journal is its default, ours is WAL`,
    'log-metric/s, one connection': { ours: spread(one.ours), mlflow: spread(one.theirs) },
    'log-metric/s, 16 connections': { ours: spread(sixteen.ours), mlflow: spread(sixteen.theirs) },
    'log-batch of 1,000/s': { ours: spread(batches.ours), mlflow: spread(batches.theirs) },
    'client calls/s': { ours: spread(calls.ours), 'a server of {}': spread(calls.empty) },
    'runs/search of 10,000, ms': { ours: spread(searches.ours), mlflow: spread(searches.theirs) },
    'get-history of 100,000, ms': { ours: spread(histories.ours), mlflow: spread(histories.theirs) },
    ...Object.fromEntries(Object.entries(found).map(([name, value]) => [`ratio: ${name}`, value])),
    limits: LIMITS,
  });
  const missed = Object.entries(LIMITS).filter(([name, limit]) => {
    const median = found[/** @type {keyof typeof found} */ (name)].median ?? 0;
    return median < limit;
  });
  for (const [name, limit] of missed) console.log(`  missed: ${name} (${String(limit)})`);
  if (missed.length > 0) process.exitCode = 1;
} finally {
  mlflow.stop();
  empty.kill();
  await store.dispose(connection);
}
