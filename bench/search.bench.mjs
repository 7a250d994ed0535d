/**
 * A page of `runs/search` over 100,000 runs by MLflow's protocol, from the request to the parsed answer over a connection that stays
 * open. Beside each round stands a request that needs no database, so that it shows what the machine itself takes.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadStoreMaker } from '../scripts/lib/made-store.mjs';
import { interleave, report, spread } from './stats.mjs';
import { loadClient, root } from './store.mjs';
import { TrackingApi } from './trackingLoad.mjs';

const ROUNDS = 9;
const RUNS = Number(process.env.LOOPWRIGHT_BENCH_RUNS ?? 100_000);
const LIMIT_MS = 100;

const folder = mkdtempSync(join(tmpdir(), 'lw-bench-'));
process.env.LOOPWRIGHT_STATE_DIR = join(folder, 'state');
process.env.LOOPWRIGHT_IDLE_MS = '5000';
const maker = await loadStoreMaker();
const alive = { pid: process.pid, start: maker.startOf(process.pid) ?? '' };
const { paths } = maker.makeManyRuns({ root: join(folder, '.loopwright'), runs: RUNS, alive });
const client = await loadClient();
const program = { runtime: process.execPath, file: join(root, 'dist/engine.js') };
const open = () =>
  client.openEngine(paths, program, { kind: 'test', info: { version: '0.0.0', build: 0 }, trusted: true });
// The database has just been written: on a busy machine a first engine may take longer than a client waits.
const { connection } = await open().catch(open);
const { uri, token } = await connection.request('engine/tracking', {});
const api = new TrackingApi(uri, token);

const { experiments } = await api.ask('POST', 'experiments/search', { max_results: 1000 });
/** @type {string[]} */
const all = experiments.map((/** @type {{ experiment_id: string }} */ { experiment_id }) => experiment_id);
const page = { experiment_ids: all, max_results: 100 };
/** @type {Record<string, object>} */
const SEARCHES = {
  'newest first': page,
  'by a metric': { ...page, order_by: ['metrics.auc DESC'] },
  'filtered by a metric': { ...page, filter: 'metrics.auc > 0.98' },
  'filtered by status and parameter': {
    ...page,
    filter: "attributes.status = 'FINISHED' and params.model = 'xgboost'",
  },
  'filtered and ordered': {
    ...page,
    filter: "metrics.auc > 0.9 and params.model = 'xgboost' and attributes.status = 'FINISHED'",
    order_by: ['metrics.loss ASC'],
  },
  'of few': { ...page, filter: "tags.ticket = 'FR-117'" },
  'of none': { ...page, filter: 'metrics.auc > 2' },
};

/** @param {object} body @returns {Promise<any>} */
const search = (body) => api.ask('POST', 'runs/search', body);
/** @param {() => Promise<unknown>} ask */
const timed = (ask) => async () => {
  const began = performance.now();
  await ask();
  return performance.now() - began;
};

try {
  /** @type {Record<string, () => Promise<number>>} */
  const sides = {
    'no database': timed(() => api.ask('POST', 'experiments/search', { max_results: 0 }).catch(() => 0)),
  };
  /** @type {Record<string, number>} */
  const found = {};
  for (const [name, body] of Object.entries(SEARCHES)) {
    const { runs = [], next_page_token: next } = await search(body);
    found[name] = runs.length;
    sides[name] = timed(() => search(body));
    if (next) sides[`${name}, second page`] = timed(() => search({ ...body, page_token: next }));
  }
  const figures = await interleave(ROUNDS, sides);
  report('search', {
    runs: RUNS,
    experiments: all.length,
    'runs in the first page': found,
    'ms for a page': Object.fromEntries(Object.entries(figures).map(([name, ms]) => [name, spread(ms)])),
    limits: { 'ms for a page': LIMIT_MS },
  });
  const missed = Object.entries(figures).filter(([, ms]) => (spread(ms).median ?? 0) > LIMIT_MS);
  for (const [name] of missed) console.log(`  missed: ${name} (${String(LIMIT_MS)} ms)`);
  if (missed.length > 0) process.exitCode = 1;
} finally {
  api.close();
  await connection.request('engine/stop', { reason: 'user' }).catch(() => undefined);
  connection.close();
  await sleep(300);
  rmSync(folder, { recursive: true, force: true });
}
