/** Scripts that name another tracking server than ours: the token of ours does not go there, and the run says where they log. */
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import { ensureVenv } from '../../scripts/lib/python.mjs';
import { type Workplace, workplace } from '../cli/support';

const mlflow = join(import.meta.dirname, '..', 'mlflow');
const Ended = z.object({ run_id: z.string(), status: z.string(), exit_code: z.number().nullable() });
const Shown = z.object({
  notes: z.array(z.object({ level: z.string(), text: z.string() }).loose()),
  metrics: z.record(z.string(), z.object({ last: z.number() }).loose()),
});

let python: string;
beforeEach(async () => {
  python = await ensureVenv('venv-mlflow-3.17', join(mlflow, 'requirements-3.17.txt'));
});
let place: Workplace;
let server: Server;
let asked: { path: string; authorization: string | null }[];
let other: string;
beforeEach(async () => {
  place = workplace({ capture: false });
  asked = [];
  server = createServer((request, response) => {
    asked.push({ path: request.url ?? '', authorization: request.headers.authorization ?? null });
    request.resume();
    const isCreation = request.url?.endsWith('/runs/create') === true;
    const info = { run_id: 'a'.repeat(32), run_uuid: 'a'.repeat(32), experiment_id: '0', status: 'RUNNING' };
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify(isCreation ? { run: { info, data: {} } } : {}));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  other = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
});
afterEach(async () => {
  server.close();
  server.closeAllConnections();
  await place.dispose();
});

async function run(way: string, { to = other, env = {} }: { to?: string; env?: NodeJS.ProcessEnv } = {}) {
  copyFileSync(join(mlflow, 'scripts', 'elsewhere.py'), join(place.folder, 'elsewhere.py'));
  const words = ['--json', 'run', '--capture', 'none', '--python', python, 'elsewhere.py', way, to];
  const called = await place.call(words, { env });
  const ended = Ended.parse(
    JSON.parse(called.stdout.slice(called.stdout.lastIndexOf('\n{', called.stdout.length - 3) + 1)),
  );
  expect(ended).toMatchObject({ status: 'FINISHED', exit_code: 0 });
  const { notes, metrics } = await place.json(Shown, ['runs', 'show', ended.run_id]);
  return { notes: notes.map(({ text }) => text), metrics, output: called.stderr + called.stdout };
}
const noted = (name = other) => [
  `For MLflow, the code uses ${name} and not this store: what it logs there is not here.`,
];
const sent = () => [...new Set(asked.map(({ authorization }) => authorization))];

it.each(['set', 'environment', 'client', 'child'])('has none of our token where it says so by %s', async (way) => {
  const { notes, metrics } = await run(way);
  expect(asked.map(({ path }) => path.split('/').slice(-2).join('/'))).toContain('runs/log-metric');
  expect(sent()).toEqual([null]);
  expect(notes).toEqual(noted());
  // A client beside it that names no server goes on logging here.
  expect(metrics).toEqual(way === 'client' ? { auc: expect.objectContaining({ last: 0.5 }) as unknown } : {});
});

it.each(['set', 'client', 'registry'])('has none of it with an old client: %s', { timeout: 900_000 }, async (way) => {
  python = await ensureVenv('venv-mlflow-2.9', join(mlflow, 'requirements-2.9.txt'));
  await run(way);
  expect(asked.length).toBeGreaterThan(0);
  expect(sent()).toEqual([null]);
});

it('has none of it where only its models are registered elsewhere', async () => {
  const { notes, metrics } = await run('registry');
  expect(asked.map(({ path }) => path.split('/').slice(-2).join('/'))).toContain('registered-models/create');
  expect(sent()).toEqual([null]);
  expect(notes).toEqual([]);
  expect(metrics).toMatchObject({ auc: { last: 0.5 } });
});

it('logs here again when it comes back', async () => {
  const { output, notes, metrics } = await run('back');
  expect(sent()).toEqual([null]);
  expect(output).toContain('token in the environment: none\n');
  expect(output).toContain('token in the environment: lw-\n');
  expect(notes).toEqual(noted());
  expect(metrics).toMatchObject({ auc: { last: 0.5 } });
});

it('gives the other server the token that the user has for it', async () => {
  const { output, metrics } = await run('back', { env: { MLFLOW_TRACKING_TOKEN: 'their-own' } });
  expect(sent()).toEqual(['Bearer their-own']);
  expect(output).toContain('token in the environment: their\n');
  expect(metrics).toMatchObject({ auc: { last: 0.5 } });
});

it('logs here though there are a name and a password for another server', async () => {
  const home = join(place.folder, 'home');
  mkdirSync(join(home, '.mlflow'), { recursive: true });
  writeFileSync(
    join(home, '.mlflow', 'credentials'),
    '[mlflow]\nmlflow_tracking_username = ada\nmlflow_tracking_password = secret\n',
  );
  const { metrics } = await run('back', { env: { HOME: home } });
  expect(sent()).toEqual([`Basic ${Buffer.from('ada:secret').toString('base64')}`]);
  expect(metrics).toMatchObject({ auc: { last: 0.5 } });
});

it('says so of a server that the user has named around it, without the password', async () => {
  const uri = other.replace('//', '//ada:secret@');
  const { notes } = await run('environment', { to: uri, env: { MLFLOW_TRACKING_URI: uri } });
  expect(notes).toEqual(noted());
});

it('says so of a folder', async () => {
  const folder = join(place.folder, 'my runs');
  const env = { MLFLOW_ALLOW_FILE_STORE: 'true' };
  expect((await run('client', { to: folder, env })).notes).toEqual(noted(`the folder ${folder}`));
  expect((await run('client', { to: `file://${folder.replace(' ', '%20')}`, env })).notes).toEqual(
    noted(`the folder ${folder}`),
  );
  expect(existsSync(folder)).toBe(true);
});
