/**
 * What remembering requests costs an endpoint: a small model asked by 32 connections that stay open, one row each, by a client in
 * a process of its own; two endpoints, one with its log and one without, in turn.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import esbuild from 'esbuild';
import { interleave, ratios, report, spread } from './stats.mjs';
import { root } from './store.mjs';

const ROUNDS = 9;
/** Of the throughput without it. */
const LEAST = 0.95;

const store = mkdtempSync(join(tmpdir(), 'lw-bench-log-'));
const model = join(store, 'model.onnx');
writeFileSync(model, await smallModel());
const load = fork(join(root, 'bench/inferLoad.mjs'));
/** @type {import('node:child_process').ChildProcess[]} */
const served = [];

/** @param {string} name @param {object | null} requestLog */
async function serve(name, requestLog) {
  const order = {
    ...{ name, model: name, version: '1', file: model, digest: null, store, requestLog },
    ...{ port: 0, threads: 1, deadlineMs: 30_000, queue: 128 },
  };
  const child = fork(join(root, 'dist/endpoint.js'), [JSON.stringify(order)], { execArgv: [] });
  served.push(child);
  const [news] = await once(child, 'message');
  if (news.kind !== 'ready') throw new Error(news.message);
  return `${news.url}/v2/models/${name}/infer`;
}

/** A classifier of three values, as the tests of endpoints have it. @returns {Promise<Buffer>} */
async function smallModel() {
  const outfile = join(root, 'dist/bench-models.mjs');
  const entry = join(root, 'test/endpoint/models.ts');
  await esbuild.build({ entryPoints: [entry], bundle: true, platform: 'node', format: 'esm', outfile });
  return (await import(pathToFileURL(outfile).href)).classifier();
}

/** What the endpoint's own process has used, in seconds; null where the system does not say it so. @param {number} pid */
function usedS(pid) {
  try {
    const [, after = ''] = readFileSync(`/proc/${String(pid)}/stat`, 'utf8').split(') ');
    const [user, system] = after.split(' ').slice(11, 13).map(Number);
    return (user + system) / 100;
  } catch {
    return null;
  }
}

/** @type {Record<string, number[]>} */
const cpuUs = { off: [], on: [] };

/** Requests a second. @param {'off' | 'on'} name @param {string} url */
const rate = (name, url) => async () => {
  const { pid = 0 } = served[name === 'off' ? 0 : 1];
  const before = usedS(pid);
  load.send({ url });
  const [{ answered, perSecond, failed }] = await once(load, 'message');
  const after = usedS(pid);
  if (before !== null && after !== null) cpuUs[name].push(((after - before) * 1e6) / answered);
  if (failed > 0) throw new Error(`${String(failed)} requests failed`);
  return perSecond;
};

try {
  const off = await serve('off', null);
  const on = await serve('on', { days: 7, megabytes: 256, mask: [] });
  await rate('off', off)();
  await rate('on', on)();
  for (const figures of Object.values(cpuUs)) figures.length = 0;
  const figures = await interleave(ROUNDS, { off: rate('off', off), on: rate('on', on) });
  const metrics = await (await fetch(new URL('/metrics', on))).text();
  const count = (/** @type {string} */ name) =>
    Number(new RegExp(`^loopwright_requests_${name}_total{.*} (.*)$`, 'm').exec(metrics)?.[1]);
  const folder = join(store, 'endpoints/on/requests');
  const bytes = readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
  const ratio = ratios(figures.on, figures.off);
  report('requestLog', {
    'requests/s without': spread(figures.off),
    'requests/s with': spread(figures.on),
    'with, of without': ratio,
    bound: LEAST,
    'CPU of a request without, µs': spread(cpuUs.off),
    'CPU of a request with, µs': spread(cpuUs.on),
    'CPU, with to without': ratios(cpuUs.on, cpuUs.off),
    'logged, left out': { logged: count('logged'), dropped: count('dropped') },
    'bytes a request': bytes / count('logged'),
  });
  if (ratio.median < LEAST) process.exitCode = 1;
} finally {
  for (const child of [...served, load]) child.kill('SIGTERM');
  await Promise.all(served.map((child) => (child.exitCode === null ? once(child, 'exit') : null)));
  rmSync(store, { recursive: true, force: true });
}
