/** Programs that use a store as their tracking server, over HTTP. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import * as z from 'zod';
import type { EngineConnection } from '../../src/client/connection';
import type { PreparedRun } from '../../src/client/launch';
import { addressesOf, tokenOf } from '../../src/protocol/node/addresses';
import { startOf } from '../../src/protocol/node/processes';
import { runToken } from '../../src/protocol/node/tracking';
import { exists, preparedRun, type TestStore, until, writeRunner } from './support';

export const Info = z.object({
  run_id: z.string(),
  run_name: z.string(),
  experiment_id: z.string(),
  status: z.string(),
  artifact_uri: z.string(),
  lifecycle_stage: z.string(),
});
export const Pairs = z.array(z.object({ key: z.string(), value: z.string() }));
export const Run = z.object({
  run: z.object({
    info: Info,
    data: z.object({
      params: Pairs,
      tags: Pairs,
      metrics: z.array(z.object({ key: z.string(), value: z.union([z.number(), z.string()]), step: z.number() })),
    }),
  }),
});

export interface Client {
  readonly uri: string;
  readonly headers: { readonly Authorization: string };
  call(method: string, path: string, body?: object, headers?: Record<string, string>): Promise<Response>;
  post<T>(form: z.ZodType<T>, path: string, body: object): Promise<T>;
  get<T>(form: z.ZodType<T>, path: string): Promise<T>;
}

export function clientOf(uri: string, token: string): Client {
  const call: Client['call'] = (method, path, body, headers = {}) =>
    fetch(path.startsWith('/') ? `${uri}${path}` : `${uri}/api/2.0/mlflow/${path}`, {
      method,
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const read = async <T>(form: z.ZodType<T>, answer: Promise<Response>): Promise<T> => {
    const response = await answer;
    const text = await response.text();
    if (!response.ok) throw new Error(`${String(response.status)}: ${text}`);
    return form.parse(JSON.parse(text));
  };
  return {
    uri,
    headers: { Authorization: `Bearer ${token}` },
    call,
    post: (form, path, body) => read(form, call('POST', path, body)),
    get: (form, path) => read(form, call('GET', path)),
  };
}

/** A program outside of runs. */
export async function outside(connection: EngineConnection): Promise<Client> {
  const { uri, token } = await connection.request('engine/tracking', {});
  return clientOf(uri, token);
}

/** A process of a tracked run. */
export async function inside(store: TestStore, connection: EngineConnection, run: PreparedRun): Promise<Client> {
  const { uri } = await connection.request('engine/tracking', {});
  return clientOf(uri, runToken(tokenOf(addressesOf(store.paths.root)), run.spec.run_id));
}

/** A run whose script is this process, as far as anybody can see. */
export function runningRun(store: TestStore): PreparedRun {
  const run = preparedRun(store, { experiment: 'fraud', name: 'train' });
  const self = { pid: process.pid, start: startOf(process.pid) ?? '' };
  const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  writeRunner(run.folder, { state: 'running', keeper: self, runner: self, child: self, boot_id: boot, ended_ms: null });
  return run;
}

export const anything = z.unknown();
export const begin = (client: Client, body: object = {}) =>
  client.post(Run, 'runs/create', { experiment_id: '0', start_time: Date.now(), ...body });
export const tagOf = ({ run }: z.infer<typeof Run>, key: string) => run.data.tags.find((tag) => tag.key === key)?.value;
export const experimentNamed = async (client: Client, name: string) =>
  (await client.post(z.object({ experiment_id: z.string() }), 'experiments/create', { name })).experiment_id;

/** The same store with a database that was made again from the folders of its runs. */
/** With a database that was made again from the folders. */
export async function rebuilt(store: TestStore, connection: EngineConnection): Promise<EngineConnection> {
  const { pid } = await connection.request('engine/status', {});
  await connection.request('engine/stop', { reason: 'user' });
  await until('it is gone', () => !exists(pid));
  writeFileSync(store.paths.database, 'no database');
  const { connection: again } = await store.open();
  await again.request('store/repair', {});
  await until('all was taken in', () => readdirSync(store.paths.active).length === 0);
  return again;
}
