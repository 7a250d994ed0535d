/**
 * The registry of models: the same requests of MLflow's protocol here and at `mlflow server` on SQLite, in turn; pages of
 * the view with 10,000 versions; and what is told of a model's file of 100 MB with a graph of 1,000 nodes.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { pathToFileURL, URLSearchParams } from 'node:url';
import esbuild from 'esbuild';
import { ensureVenv } from '../scripts/lib/python.mjs';
import { startMlflow } from './mlflowServer.mjs';
import { interleave, ratios, report, spread } from './stats.mjs';
import { loadClient, memoryFolder, root, temporaryStore } from './store.mjs';
import { TrackingApi } from './trackingLoad.mjs';

const ROUNDS = 3;
const VERSIONS = 10_000;
const CALLS = { ours: 300, theirs: 30 };
const LIMITS = { calls: 10, pageMs: 50, inspectMs: 1000 };
const SYNCHRONOUS = 'NORMAL';

const python = await ensureVenv('venv-bench', join(root, 'bench/requirements.txt'));
const client = await loadClient();
const store = temporaryStore(client, memoryFolder());
const { connection } = await store.open();
const { uri, token } = await connection.request('engine/tracking', {});
const mlflow = await startMlflow(python, {
  PYTHONPATH: join(root, 'bench/peer_path'),
  BENCH_SYNCHRONOUS: SYNCHRONOUS,
});
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    mlflow.stop();
    process.exit(1);
  });
}
const ours = new TrackingApi(uri, token);
const theirs = new TrackingApi(mlflow.url);

/**
 * Each kind of call as calls a second, both sides in turn.
 *
 * @param {(api: TrackingApi, index: number, round: number) => Promise<unknown>} call
 */
function compared(call) {
  /** @param {TrackingApi} api @param {number} calls */
  const side = (api, calls) => (/** @type {number} */ round) => api.rate(calls, (index) => call(api, index, round));
  return interleave(ROUNDS, { theirs: side(theirs, CALLS.theirs), ours: side(ours, CALLS.ours) });
}

/** @param {TrackingApi} api @param {string} name */
const createVersion = (api, name) =>
  api.ask('POST', 'model-versions/create', { name, source: `s3://models/${name}/model` });
/** @param {object} query */
const queryOf = (query) =>
  String(new URLSearchParams(Object.entries(query).map(([key, value]) => [key, String(value)])));

async function registryCalls() {
  for (const api of [ours, theirs]) {
    // New ones go elsewhere: each side makes as many as it can.
    for (const name of ['fraud', 'grows']) await api.ask('POST', 'registered-models/create', { name });
    for (let version = 0; version < 50; version++) await createVersion(api, 'fraud');
  }
  const alias = (/** @type {number} */ index) => ({
    name: 'fraud',
    alias: 'champion',
    version: String(1 + (index % 50)),
  });
  return {
    'create version': await compared((api) => createVersion(api, 'grows')),
    'set alias': await compared((api, index) => api.ask('POST', 'registered-models/alias', alias(index))),
    'get by alias': await compared((api) =>
      api.ask('GET', `registered-models/alias?${queryOf({ name: 'fraud', alias: 'champion' })}`),
    ),
    'get version': await compared((api, index) =>
      api.ask('GET', `model-versions/get?${queryOf({ name: 'fraud', version: 1 + (index % 50) })}`),
    ),
    'search versions': await compared((api) =>
      api.ask('GET', `model-versions/search?${queryOf({ filter: "name='fraud'", max_results: 100 })}`),
    ),
  };
}

/** The view's own requests, with as many versions in one model, and as many models with one. */
async function pages() {
  const many = new TrackingApi(uri, token, 16);
  await many.ask('POST', 'registered-models/create', { name: 'many' });
  await many.rate(VERSIONS, () => createVersion(many, 'many'));
  await many.rate(VERSIONS, async (index) => {
    const name = `model-${String(index).padStart(5, '0')}`;
    await many.ask('POST', 'registered-models/create', { name });
  });
  many.close();
  const asked = {
    'page of 100 of 10,000 versions, ms': ['registry/versions', { name: 'many', limit: 100 }],
    'page of 100 of 10,000 models, ms': ['registry/models', { limit: 100 }],
    'models whose name has 99, ms': ['registry/models', { limit: 100, search: '99' }],
    'one version of 10,000, ms': ['registry/version', { name: 'many', which: 5000 }],
  };
  /** @type {Record<string, number[]>} */
  const figures = {};
  for (const [what, [method, params]] of Object.entries(asked)) {
    figures[what] = [];
    for (let round = 0; round <= ROUNDS * 5; round++) {
      const began = performance.now();
      await connection.request(method, params);
      if (round > 0) figures[what].push(performance.now() - began);
    }
  }
  return figures;
}

/** A chain of 1,000 nodes whose weights have 100 MB, among the artifacts of a run. */
async function inspected() {
  const { chainOf } = await loadWriter();
  const run = await ours.newRun('large');
  const { run: made } = await ours.ask('GET', `runs/get?${queryOf({ run_id: run })}`);
  const place = made.info.artifact_uri.replace('mlflow-artifacts:', `${uri}/api/2.0/mlflow-artifacts/artifacts`);
  const body = chainOf(1000, 100_000_000);
  const answer = await fetch(`${place}/large.onnx`, {
    method: 'PUT',
    headers: { Authorization: `Bearer ${token}` },
    body,
  });
  if (!answer.ok) throw new Error(await answer.text());
  const figures = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const began = performance.now();
    const { graph } = await connection.request('models/inspect', { owner: 'run', runId: run, path: 'large.onnx' });
    if (graph.foldedFrom === null) throw new Error('the graph was not folded');
    figures.push(performance.now() - began);
  }
  return { bytes: body.length, first: figures[0], next: figures.slice(1) };
}

/** @returns {Promise<{ chainOf: (nodes: number, bytes: number) => Uint8Array }>} */
async function loadWriter() {
  const outfile = join(root, 'dist/bench-onnx.mjs');
  mkdirSync(join(root, 'dist'), { recursive: true });
  await esbuild.build({
    stdin: {
      contents: "export { chainOf } from './test/engine/models/onnxWriter.ts';",
      resolveDir: root,
      loader: 'ts',
    },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node22',
    outfile,
    logLevel: 'error',
  });
  return import(pathToFileURL(outfile).href);
}

try {
  const calls = await registryCalls();
  const paged = await pages();
  const onnx = await inspected();
  const found = Object.fromEntries(Object.entries(calls).map(([name, one]) => [name, ratios(one.ours, one.theirs)]));
  report('registry', {
    rounds: ROUNDS,
    mlflow: mlflow.version,
    synchronous: `${SYNCHRONOUS} on both sides`,
    ...Object.fromEntries(
      Object.entries(calls).map(([name, one]) => [`${name}/s`, { ours: spread(one.ours), mlflow: spread(one.theirs) }]),
    ),
    ...Object.fromEntries(Object.entries(found).map(([name, value]) => [`ratio: ${name}`, value])),
    ...Object.fromEntries(Object.entries(paged).map(([name, value]) => [name, spread(value)])),
    'file of ONNX, bytes': onnx.bytes,
    'told for the first time, with the start of its process, ms': onnx.first,
    'told once more, ms': spread(onnx.next),
    limits: LIMITS,
  });
  const missed = [
    ...Object.entries(found).filter(([, { median }]) => (median ?? 0) < LIMITS.calls),
    ...Object.entries(paged).filter(([, values]) => (spread(values).median ?? 0) > LIMITS.pageMs),
    ...(onnx.first > LIMITS.inspectMs ? [['told for the first time']] : []),
  ];
  for (const [name] of missed) console.log(`  missed: ${String(name)}`);
  if (missed.length > 0) process.exitCode = 1;
} finally {
  ours.close();
  theirs.close();
  mlflow.stop();
  await store.dispose(connection);
}
