/** MLflow's own tracking server, on a port of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { ensureVenv } from '../../scripts/lib/python.mjs';
import { until } from '../engine/support';

export interface MlflowServer {
  readonly url: string;
  /** @throws Error what the server answers with, if that is no success */
  post<T>(path: string, body: object): Promise<T>;
  get<T>(path: string): Promise<T>;
  put(artifact: string, content: string): Promise<void>;
  stop(): Promise<void>;
}

export async function startMlflowServer(folder: string): Promise<MlflowServer> {
  const python = await ensureVenv('venv-bench', join(import.meta.dirname, '../../bench/requirements.txt'));
  mkdirSync(folder, { recursive: true });
  const port = await freePort();
  const url = `http://127.0.0.1:${String(port)}`;
  const log = join(folder, 'server.log');
  const args = [
    ...['-m', 'mlflow', 'server', '--host', '127.0.0.1', '--port', String(port), '--workers', '1'],
    ...['--backend-store-uri', `sqlite:///${join(folder, 'mlflow.db')}`],
    ...['--artifacts-destination', join(folder, 'artifacts')],
  ];
  const written = openSync(log, 'a');
  // A group of its own: it has workers.
  const child = spawn(python, args, { cwd: folder, detached: true, stdio: ['ignore', written, written] });
  await until(
    `MLflow's server: ${log}`,
    async () => {
      if (child.exitCode !== null) throw new Error(readFileSync(log, 'utf8'));
      return (await fetch(`${url}/health`).catch(() => null))?.ok;
    },
    120_000,
  );
  const ask = async <T>(method: string, path: string, body?: object): Promise<T> => {
    const answer = await fetch(`${url}/api/2.0/mlflow/${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${path}: ${text}`);
    // The caller knows what MLflow answers with.
    return JSON.parse(text) as T;
  };
  return {
    url,
    post: (path, body) => ask('POST', path, body),
    get: (path) => ask('GET', path),
    put: async (artifact, content) => {
      const place = `${url}/api/2.0/mlflow-artifacts/artifacts/${artifact}`;
      const answer = await fetch(place, { method: 'PUT', body: content });
      if (!answer.ok) throw new Error(`${artifact}: ${await answer.text()}`);
    },
    stop: () => ended(child),
  };
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null) return;
  process.kill(-child.pid, 'SIGTERM');
  await until('the server ends', () => child.exitCode !== null || child.signalCode !== null);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** A run with points, a file and a child, in an experiment of its own. */
export async function madeRun(server: MlflowServer, experiment: string, name: string): Promise<string> {
  const startMs = Date.now() - 60_000;
  const { experiment_id: id } = await server.post<{ experiment_id: string }>('experiments/create', {
    name: experiment,
  });
  const create = async (run_name: string, tags: readonly object[]) => {
    const body = { experiment_id: id, run_name, user_id: 'ada', start_time: startMs, tags };
    return (await server.post<{ run: { info: { run_id: string } } }>('runs/create', body)).run.info.run_id;
  };
  const run = await create(name, [{ key: 'team', value: 'risk' }]);
  const child = await create('fold 1', [{ key: 'mlflow.parentRunId', value: run }]);
  await server.post('runs/log-batch', {
    run_id: run,
    params: [{ key: 'depth', value: '6' }],
    metrics: [
      ...[0.7, 0.8, 0.9].map((value, step) => ({ key: 'auc', value, timestamp: startMs + step, step })),
      { key: 'odd', value: 'NaN', timestamp: startMs, step: 0 },
      { key: 'high', value: 'Infinity', timestamp: startMs, step: 0 },
    ],
  });
  await server.put(`${id}/${run}/artifacts/notes/a%20b.txt`, 'all is well');
  for (const run_id of [child, run])
    await server.post('runs/update', { run_id, status: 'FINISHED', end_time: startMs + 30_000 });
  return run;
}
