/**
 * What the tree asks for, in a store of 100,000 runs, from the request to the reply over a real engine's socket: its first
 * page, one changed run, every kind of filter, order and grouping. Beside each round stands a question that needs no
 * database, so that it shows what the machine itself takes.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadStoreMaker } from '../scripts/lib/made-store.mjs';
import { interleave, report, spread } from './stats.mjs';
import { loadClient, root } from './store.mjs';

const ROUNDS = 9;
const RUNS = Number(process.env.LOOPWRIGHT_BENCH_RUNS ?? 100_000);
const LIMITS = { firstPageMs: 50, oneRunMs: 10, filterOrSortMs: 150 };

const folder = mkdtempSync(join(tmpdir(), 'lw-bench-'));
process.env.LOOPWRIGHT_STATE_DIR = join(folder, 'state');
process.env.LOOPWRIGHT_IDLE_MS = '5000';
const maker = await loadStoreMaker();
const alive = { pid: process.pid, start: maker.startOf(process.pid) ?? '' };
const { paths, running, special } = maker.makeManyRuns({ root: join(folder, '.loopwright'), runs: RUNS, alive });
const client = await loadClient();
const program = { runtime: process.execPath, file: join(root, 'dist/engine.js') };
const info = { version: '0.0.0', build: 0 };
const open = () => client.openEngine(paths, program, { kind: 'test', info, trusted: true });
// The database has just been written: on a busy machine a first engine may take longer than a client waits.
const { connection } = await open().catch(open);

const columns = [
  { kind: 'metric', key: 'auc' },
  { kind: 'param', key: 'lr' },
  { kind: 'tag', key: 'owner' },
];
const page = { limit: 100, stacked: true, columns };
const order = (/** @type {string} */ by, key = '', descending = true) => ({
  ...page,
  orderBy: { by, key, descending },
});
const groups = (/** @type {string} */ by, key = '') => ({ grouping: { by, key }, limit: 100 });
const inGroup = (/** @type {string} */ by, /** @type {string | null} */ value, key = '') => ({
  ...page,
  group: { grouping: { by, key }, value },
});

/** @type {Record<string, [method: string, params: object, limitMs: number]>} */
const questions = {
  'first page': ['runs/list', page, LIMITS.firstPageMs],
  'first page, experiments': ['experiments/list', { limit: 100 }, LIMITS.firstPageMs],
  'one changed run': ['runs/rows', { runIds: [running[0]], columns }, LIMITS.oneRunMs],
  'one changed run of 5,000 metrics': ['runs/rows', { runIds: [special.manyMetrics], columns }, LIMITS.oneRunMs],
  'children of a run': ['runs/list', { ...page, parentRunId: special.manyChildren }, LIMITS.firstPageMs],
};
for (const [name, params] of Object.entries({
  'sort name': order('name', '', false),
  'sort oldest first': order('start', '', false),
  'sort end': order('end'),
  'sort duration': order('duration'),
  'sort status': order('status', '', false),
  'sort metric': order('metric', 'auc'),
  'sort metric of few': order('metric', 'точность'),
  'sort param': order('param', 'lr', false),
  'sort tag': order('tag', 'ticket', false),
  'filter status': { ...page, filter: "status = 'FAILED'" },
  'filter metric': { ...page, filter: 'metrics.auc > 0.98' },
  'filter metric, none': { ...page, filter: 'metrics.auc > 2' },
  'filter param and metric': {
    ...page,
    filter: "params.model = 'xgboost' AND metrics.auc > 0.9 AND metrics.loss < 0.7",
  },
  'filter tag, few': { ...page, filter: "tags.ticket = 'FR-117'" },
  'filter and sort': { ...order('metric', 'auc'), filter: "status = 'FINISHED' AND params.lr = '0.01'" },
  'filter param as number': { ...page, filter: 'params.lr < 0.001' },
  'filter param as number, none': { ...page, filter: 'params.lr < -1' },
  'filter or': { ...page, filter: "tags.ticket = 'FR-117' OR params.model = 'none' OR metrics.auc > 2" },
  'filter or, sorted': {
    ...order('metric', 'loss'),
    filter: "(params.lr = '0.01' OR metrics.auc > 0.98) AND NOT status = 'FAILED'",
  },
  'filter or of what no index has': {
    ...order('param', 'lr'),
    filter: "name LIKE '%no such%' OR tags.ticket = 'none'",
  },
  'filter not, none': { ...page, filter: 'NOT metrics.auc IS NOT NULL AND NOT params.lr IS NOT NULL' },
  'filter in': { ...page, filter: "params.model IN ('none', 'no such') OR tags.ticket IN ('FR-117', 'FR-118')" },
  'filter pattern of params': { ...page, filter: "params.model RLIKE '^xg.*t$' AND metrics.auc > 0.9" },
  'filter pattern, none': { ...page, filter: "name RLIKE 'no such (thing|name)$'" },
  'filter date': { ...page, filter: "start_time < '2020-01-31'" },
  'search common word': { ...page, search: 'resnet50' },
  'search one run': { ...page, search: String(RUNS - 3) },
  'search nothing': { ...page, search: 'no such thing' },
  'search two words': { ...page, search: 'owner lr=0.01' },
  'search two letters': { ...page, search: 'lr' },
  'search two letters, nothing': { ...page, search: 'zq' },
  'all levels, filter': { ...page, allLevels: true, filter: 'metrics.auc > 0.98' },
  'group script': inGroup('script', 'train.py'),
  'group no branch': inGroup('branch', null),
  'group status': inGroup('status', 'KILLED'),
  'group tag': inGroup('tag', 'Łucja', 'owner'),
  'group day': inGroup('day', localDay(Date.now() - 86_400_000)),
  'group sorted by metric': {
    ...inGroup('script', 'train.py'),
    orderBy: { by: 'metric', key: 'auc', descending: true },
  },
}))
  questions[name] = ['runs/list', params, LIMITS.filterOrSortMs];
for (const [name, params] of Object.entries({
  'groups experiment': groups('experiment'),
  'groups script': groups('script'),
  'groups branch': groups('branch'),
  'groups day': groups('day'),
  'groups tag': groups('tag', 'owner'),
  'groups status': groups('status'),
}))
  questions[name] = ['runs/groups', params, LIMITS.filterOrSortMs];
questions['keys'] = ['runs/keys', {}, LIMITS.filterOrSortMs];
questions['keys, search'] = ['runs/keys', { search: 'lo' }, LIMITS.filterOrSortMs];

function localDay(/** @type {number} */ ms) {
  const day = new Date(ms);
  return [day.getFullYear(), day.getMonth() + 1, day.getDate()].map((part) => String(part).padStart(2, '0')).join('-');
}

try {
  const wanted = process.env.LOOPWRIGHT_BENCH_ONLY;
  const chosen = Object.entries(questions).filter(([name]) => wanted === undefined || name.includes(wanted));
  /** @type {Record<string, (round: number) => Promise<number>>} */
  const candidates = { 'no database': () => time('engine/status', {}) };
  for (const [name, [method, params]] of chosen) candidates[name] = () => time(method, params);
  for (const [name, [method, params]] of chosen) {
    await time(method, params).catch((/** @type {Error} */ error) => {
      console.log(`${name}: ${error.message}`);
      delete candidates[name];
    });
  }
  const figures = await interleave(ROUNDS, candidates);
  const missed = chosen
    .filter(([name, [, , limit]]) => figures[name] && (spread(figures[name]).median ?? 0) > limit)
    .map(([name, [, , limit]]) => `${name} (${String(limit)} ms)`);
  report('tree', {
    rounds: ROUNDS,
    runs: RUNS,
    ...Object.fromEntries(Object.entries(figures).map(([name, values]) => [`${name}, ms`, spread(values)])),
    'above their limit': missed.length === 0 ? 'none' : missed.join(', '),
    limits: LIMITS,
  });
  if (missed.length > 0) process.exitCode = 1;
} finally {
  await connection.request('engine/stop', { reason: 'user' }).catch(() => undefined);
  connection.close();
  await sleep(500);
  rmSync(folder, { recursive: true, force: true });
}

/** From the request to the reply. */
async function time(/** @type {string} */ method, /** @type {object} */ params) {
  const began = performance.now();
  await connection.request(method, params);
  return performance.now() - began;
}
