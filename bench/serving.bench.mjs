/**
 * An endpoint beside what people serve ONNX models with in Python: the same model, one row in each request, 32 connections that stay
 * open, the asker in a process of its own; all of them are up all the time and are asked in turn. Beside them: the same bytes
 * answered by plain `node:http` without a model, and the model without HTTP, which tell what can be reached at all.
 */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { ensureVenv } from '../scripts/lib/python.mjs';
import { freePort } from './mlflowServer.mjs';
import { interleave, ratios, report, spread } from './stats.mjs';
import { root, until } from './store.mjs';

const ROUNDS = Number(process.env.LOOPWRIGHT_BENCH_ROUNDS ?? 5);
const SECONDS = 3;
const CONNECTIONS = 32;
const ENGINE_ROWS = 32;
/** Columns of each model. */
const MODELS = { small: 16, million: 256, trees: 20 };
const PEERS = ['pydantic', 'pydantic, 2 workers', 'batches by hand', 'mlflow', 'mlserver'];
const exec = promisify(execFile);

const python = await ensureVenv('venv-bench-serving', join(root, 'bench/serving/requirements.txt'));
const mlserver = await ensureVenv('venv-bench-mlserver', join(root, 'bench/serving/mlserver.txt'));
const here = join(root, 'bench/serving');
const folder = mkdtempSync(join(tmpdir(), 'lw-bench-'));
/** @type {import('node:child_process').ChildProcess[]} */
const started = [];
const stopAll = () => {
  for (const child of started) {
    try {
      if (child.pid) process.kill(-child.pid, 'SIGKILL');
    } catch {
      // it has ended by itself
    }
  }
  rmSync(folder, { recursive: true, force: true });
};
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    stopAll();
    process.exit(1);
  });
}

/**
 * @param {string} program @param {string[]} args @param {{env?: Record<string, string>, stdio?: any, cwd?: string}} [options]
 */
function start(program, args, { env = {}, stdio = 'ignore', cwd } = {}) {
  const child = spawn(program, args, { detached: true, stdio, cwd, env: { ...process.env, ...env } });
  started.push(child);
  return child;
}

/** Until it answers what it is asked. @param {string} url @param {string} body */
async function answering(url, body) {
  const headers = { 'Content-Type': 'application/json' };
  await until(async () => (await fetch(url, { method: 'POST', body, headers }).catch(() => null))?.ok, 100, 180_000);
  return { url, body };
}

/** @param {string} app @param {number} workers @param {string} file @param {string} body */
async function fastApi(app, workers, file, body) {
  const port = await freePort();
  const args = ['-m', 'uvicorn', `${app}:app`, '--host', '127.0.0.1', '--port', String(port), '--log-level', 'error'];
  start(python, [...args, '--workers', String(workers), '--no-access-log'], { env: { MODEL: file }, cwd: here });
  return answering(`http://127.0.0.1:${String(port)}/predict`, body);
}

/** @param {string} file @param {string} body @param {string} name */
async function mlflowServe(file, body, name) {
  const port = await freePort();
  const model = join(folder, `mlflow-${name}`);
  await exec(python, [join(here, 'mlflow_model.py'), file, model]);
  const args = ['-m', 'mlflow', 'models', 'serve', '-m', model, '--env-manager', 'local', '-h', '127.0.0.1'];
  // It starts what serves by name.
  const path = `${dirname(python)}:${process.env.PATH ?? ''}`;
  start(python, [...args, '-p', String(port), '-w', '1'], { env: { PATH: path } });
  return answering(`http://127.0.0.1:${String(port)}/invocations`, body);
}

/** @param {string} file @param {string} body @param {string} name */
async function mlserverServe(file, body, name) {
  const model = join(folder, `mlserver-${name}`);
  const [http, grpc, metrics] = [await freePort(), await freePort(), await freePort()];
  mkdirSync(model);
  cpSync(join(here, 'mlserver_onnx.py'), join(model, 'mlserver_onnx.py'));
  const settings = { host: '127.0.0.1', http_port: http, grpc_port: grpc, metrics_port: metrics, parallel_workers: 0 };
  writeFileSync(join(model, 'settings.json'), JSON.stringify({ ...settings, debug: false }));
  const batches = { max_batch_size: 64, max_batch_time: 0.005 };
  const parameters = { uri: file };
  const about = { name, implementation: 'mlserver_onnx.OnnxModel', ...batches, parameters };
  writeFileSync(join(model, 'model-settings.json'), JSON.stringify(about));
  start(join(mlserver, '../mlserver'), ['start', model], { env: { PYTHONPATH: model } });
  return answering(`http://127.0.0.1:${String(http)}/v2/models/${name}/infer`, body);
}

/** @param {string} file @param {string} name */
async function ours(file, name) {
  const own = { name, store: null, model: `${name}.onnx`, version: '1', file, digest: null };
  const order = { ...own, port: 0, threads: 1, deadlineMs: 30_000, queue: 128 };
  const began = performance.now();
  const child = start(process.execPath, [join(root, 'dist/endpoint.js'), JSON.stringify(order)], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const [news] = await once(child, 'message');
  if (news.kind !== 'ready') throw new Error(news.message);
  return { url: String(news.url), readyMs: performance.now() - began, batches: Boolean(news.answersBatches) };
}

/** @param {string[]} args */
async function bare(args) {
  const child = start(process.execPath, [join(here, 'bare.mjs'), ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(/** @type {import('node:stream').Readable} */ (child.stdout), 'data');
  return `http://127.0.0.1:${String(line).trim()}/`;
}

/** @param {{url: string, body: string}} target @param {number} connections */
async function load({ url, body }, connections = CONNECTIONS) {
  const order = JSON.stringify({ url, body, connections, seconds: SECONDS });
  const { stdout } = await exec(process.execPath, [join(here, 'load.mjs'), order]);
  const { perSecond, p50, p99, others } = JSON.parse(stdout);
  if (Object.keys(others).length > 0) throw new Error(`${url}: ${JSON.stringify(others)}`);
  return { perSecond, p50, p99 };
}

/** Rows a second of the runtime by itself, in batches as an endpoint makes them. @param {string} file @param {number} columns */
async function engineAlone(file, columns) {
  const session = await InferenceSession.create(file, { intraOpNumThreads: 1 });
  const values = Float32Array.from({ length: ENGINE_ROWS * columns }, (_, index) => (index % 17) / 17);
  const feeds = { [session.inputNames[0]]: new Tensor('float32', values, [ENGINE_ROWS, columns]) };
  const [until, began] = [performance.now() + SECONDS * 1000, performance.now()];
  let rows = 0;
  for (; performance.now() < until; rows += ENGINE_ROWS) await session.run(feeds);
  return (rows / (performance.now() - began)) * 1000;
}

/** @param {'small' | 'million' | 'trees'} name */
async function measure(name) {
  const file = join(folder, `${name}.onnx`);
  const columns = MODELS[name];
  const row = Array.from({ length: columns }, (_, index) => Number((((index * 7) % 13) / 13).toFixed(4)));
  const session = await InferenceSession.create(file);
  const input = session.inputNames[0] ?? '';
  const rows = JSON.stringify({ inputs: [row] });
  const oip = JSON.stringify({ inputs: [{ name: input, shape: [1, columns], datatype: 'FP32', data: row }] });
  const endpoint = await ours(file, name);
  const infer = { url: `${endpoint.url}/v2/models/${name}/infer`, body: oip };
  const answer = await (await fetch(infer.url, { method: 'POST', body: oip })).text();
  /** @type {Record<string, {url: string, body: string}>} */
  const targets = {
    ours: infer,
    pydantic: await fastApi('fastapi_pydantic', 1, file, rows),
    'pydantic, 2 workers': await fastApi('fastapi_pydantic', 2, file, rows),
    'batches by hand': await fastApi('fastapi_batches', 1, file, rows),
    mlflow: await mlflowServe(file, rows, name),
    mlserver: await mlserverServe(file, oip, name),
    'same bytes': { url: await bare(['same', answer]), body: oip },
  };
  const loop = { url: await bare(['loop', file]), body: oip };
  /** @type {Record<string, number[]>} */
  const p99 = Object.fromEntries(Object.keys(targets).map((key) => [key, []]));
  /** @type {Record<string, (round: number) => Promise<number>>} */
  const sides = {};
  for (const [key, target] of Object.entries(targets)) {
    sides[key] = async () => {
      const figures = await load(target);
      p99[key]?.push(figures.p99);
      return figures.perSecond;
    };
  }
  sides.engine = () => engineAlone(file, columns);
  sides['one connection, ours, ms'] = async () => (await load(infer, 1)).p50;
  sides['one connection, bare loop, ms'] = async () => (await load(loop, 1)).p50;
  const figures = await interleave(ROUNDS, sides);
  stopServers();
  const reachable = figures['same bytes'].map((http, index) => 1 / (1 / http + 1 / figures.engine[index]));
  const hop = figures['one connection, ours, ms'].map(
    (own, index) => own - figures['one connection, bare loop, ms'][index],
  );
  return {
    batches: endpoint.batches,
    'ready, ms': endpoint.readyMs,
    figures: Object.fromEntries(Object.entries(figures).map(([key, values]) => [key, spread(values)])),
    'p99, ms': Object.fromEntries(Object.entries(p99).map(([key, values]) => [key, spread(values)])),
    'times as many': Object.fromEntries(PEERS.map((peer) => [peer, ratios(figures.ours, figures[peer])])),
    'of the same bytes': ratios(figures.ours, figures['same bytes']),
    'of what is reachable': ratios(figures.ours, reachable),
    'hop, ms': spread(hop),
  };
}

function stopServers() {
  for (const child of started.splice(0)) {
    try {
      if (child.pid) process.kill(-child.pid, 'SIGKILL');
    } catch {
      // it has ended by itself
    }
  }
}

try {
  await exec(python, [join(here, 'models.py'), folder]);
  /** @type {Record<string, Awaited<ReturnType<typeof measure>>>} */
  const all = {};
  for (const name of /** @type {const} */ (['small', 'million', 'trees'])) all[name] = await measure(name);
  const rows = Object.fromEntries(
    Object.entries(all).flatMap(([name, { figures, ...rest }]) => [
      ...Object.entries(figures).map(([key, value]) => [`${name}: ${key}`, value]),
      ...Object.entries(rest).map(([key, value]) => [`${name}: ${key}`, value]),
    ]),
  );
  report('serving', { rounds: ROUNDS, seconds: SECONDS, connections: CONNECTIONS, ...rows });
  const median = (/** @type {{median?: number | undefined}} */ { median: value }) => value ?? 0;
  const { small } = all;
  const times = small['times as many'];
  const usual = Math.min(median(times.pydantic), median(times['pydantic, 2 workers']));
  /** @type {[string, number, number][]} */
  const bounds = [
    ['small: FastAPI with pydantic', usual, 5],
    ['small: FastAPI with batches by hand', median(times['batches by hand']), 3],
    ['small: mlflow models serve', median(times.mlflow), 8],
    ['small: MLServer', median(times.mlserver), 3],
    ['small: of the same bytes', median(small['of the same bytes']), 0.6],
    ['million: of what is reachable', median(all.million['of what is reachable']), 0.8],
    ['trees: of what is reachable', median(all.trees['of what is reachable']), 0.8],
    ['one connection, 0.15 ms over a bare loop', 0.15 / Math.max(median(small['hop, ms']), 1e-3), 1],
    ['ready within a second', 1000 / small['ready, ms'], 1],
    ...Object.entries(all).flatMap(([name, { 'times as many': each }]) =>
      PEERS.map((peer) => /** @type {[string, number, number]} */ ([`${name}: ${peer}`, median(each[peer]), 1.5])),
    ),
  ];
  const missed = bounds.filter(([, figure, bound]) => figure < bound);
  for (const [name, figure, bound] of missed) console.log(`  missed: ${name}: ${figure.toFixed(2)} (${String(bound)})`);
  if (missed.length > 0) process.exitCode = 1;
} finally {
  stopAll();
}
