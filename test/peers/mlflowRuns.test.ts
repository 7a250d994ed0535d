/** Scripts that were written for MLflow, as tracked runs: one run, not two, and nothing of theirs is lost. */
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import { ensureVenv } from '../../scripts/lib/python.mjs';
import { type Workplace, workplace } from '../cli/support';

const mlflow = join(import.meta.dirname, '..', 'mlflow');

const Shown = z.object({
  run_id: z.string(),
  experiment: z.string(),
  name: z.string(),
  status: z.string(),
  params: z.record(z.string(), z.string()),
  metrics: z.record(z.string(), z.object({ last: z.number(), step: z.number() }).loose()),
});
const Listed = z.object({
  runs: z.array(z.object({ run_id: z.string(), name: z.string(), status: z.string() }).loose()),
});
const Ended = z.object({ run_id: z.string(), status: z.string(), exit_code: z.number().nullable() });

let python: string;
beforeAll(async () => {
  python = await ensureVenv('venv-mlflow-3.17', join(mlflow, 'requirements-3.17.txt'));
});
let place: Workplace;
beforeEach(() => {
  place = workplace({ capture: false });
});
afterEach(() => place.dispose());

async function run(script: string, ...words: string[]) {
  copyFileSync(join(mlflow, 'scripts', script), join(place.folder, script));
  return place.json(Ended, ['run', '--python', python, script, ...words]);
}
const shown = (runId: string) => place.json(Shown, ['runs', 'show', runId]);
const all = async () => (await place.json(Listed, ['runs', 'list', '--limit', '100', '--all'])).runs;

it('is in the experiment that it names, as it names itself', async () => {
  const ended = await run('experiments.py');
  expect(ended).toMatchObject({ status: 'FINISHED', exit_code: 0 });
  expect(await shown(ended.run_id)).toMatchObject({
    experiment: 'churn',
    name: 'from the code',
    metrics: { auc: { last: 0.9 } },
  });
  expect(await all()).toHaveLength(1);
});

it('that begins twenty runs is the first of them, and the others are its children', async () => {
  const ended = await run('loop.py');
  expect(ended).toMatchObject({ status: 'FINISHED', exit_code: 0 });
  const runs = await all();
  expect(runs).toHaveLength(20);
  expect(new Set(runs.map(({ status }) => status))).toEqual(new Set(['FINISHED']));
  expect(await shown(ended.run_id)).toMatchObject({ params: { number: '0' }, metrics: { square: { last: 0 } } });
});

it('has the runs of its processes below it', async () => {
  const ended = await run('processes.py');
  expect(await shown(ended.run_id)).toMatchObject({ metrics: { workers: { last: 3 } } });
  const names = (await all()).map(({ name }) => name).filter((name) => name.startsWith('worker'));
  expect(names.sort()).toEqual(['worker 0', 'worker 1', 'worker 2']);
});

it('may log in its own spelling what was captured of its arguments', async () => {
  const ended = await run('arguments.py', '--lr', '0.1');
  expect(ended).toMatchObject({ status: 'FINISHED', exit_code: 0 });
  expect((await shown(ended.run_id)).params).toMatchObject({ lr: '0.100', depth: '3' });
});

const Status = z.object({ pid: z.number() });

it('goes on when the engine is killed in the middle', async () => {
  const going = run('long.py');
  const begun = async () => (await all()).some(({ status }) => status === 'RUNNING');
  await expect.poll(begun, { timeout: 60_000 }).toBe(true);
  process.kill((await place.json(Status, ['engine', 'status'])).pid, 'SIGKILL');
  const ended = await going;
  expect(ended).toMatchObject({ status: 'FINISHED', exit_code: 0 });
  expect((await shown(ended.run_id)).metrics).toMatchObject({ loss: { step: 59 } });
});
