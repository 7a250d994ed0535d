/** `loopwright runs …`: what a store holds, read by people and by programs. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import {
  completed,
  Artifacts,
  Edited,
  cliFile,
  Finished,
  Marked,
  MetricPoints,
  OutputDocument,
  RunDocument,
  RunList,
  SeveralMarked,
  workplace,
  type Workplace,
} from './support';

const TRAIN = `
import loopwright, sys
loopwright.param(depth=8, model="rf")
loopwright.tag(stage="baseline")
values = [0.5, float("nan"), float("inf"), 0.25]
for step, value in enumerate(values):
    loopwright.log({"val/auc": value, "loss": 1 / (step + 1)}, step=step)
open("model.bin", "wb").write(b"x" * 1500)
loopwright.artifact("model.bin")
print("größe", flush=True)
sys.stdout.buffer.write(b"\\xff\\x00\\n")
`;

let at: Workplace;
let train: z.infer<typeof Finished>;

beforeAll(async () => {
  at = workplace();
  at.write('train.py', TRAIN);
  at.write('fail.py', 'raise SystemExit(3)\n');
  at.write('wait.py', 'import sys, time\nprint("waiting", flush=True)\ntime.sleep(60)\n');
  train = await at.json(Finished, ['run', '--experiment', 'fraud', '-P', 'lr=0.1', 'train.py', '--n', '5']);
  await at.call(['run', '--name', 'bad', 'fail.py']);
});
afterAll(() => at.dispose());

const list = (...words: string[]) => at.json(RunList, ['runs', 'list', ...words]);
const namesOf = async (...words: string[]) => (await list(...words)).runs.map(({ name }) => name);

describe('show', () => {
  it('gives all that is known as one document', async () => {
    const run = await completed(at, train.run_id);
    expect(run).toMatchObject({
      run_id: train.run_id,
      experiment: 'fraud',
      name: 'train',
      status: 'FINISHED',
      exit_code: 0,
      signal: null,
      reason: null,
      deleted: false,
      params: { lr: '0.1', depth: '8', model: 'rf' },
      metrics: {
        'val/auc': { last: 0.25, min: 0.25, max: 0.5, step: 3, count: 4 },
        loss: { last: 0.25, min: 0.25, max: 1, step: 3, count: 4 },
      },
      tags: { stage: 'baseline' },
      artifacts: [{ path: 'model.bin', kind: 'file', size: 1500 }],
      inputs: [],
      outputs: [{ path: join(at.folder, 'model.bin'), kind: 'file', size: 1500, problem: null }],
      code: { root: at.folder, repository: null, leftOutCount: 0 },
      source: 'train.py',
      cwd: at.folder,
      store: at.store,
    });
    expect(run.command.slice(1)).toEqual(['train.py', '--n', '5']);
    expect(run.environment.python).toMatch(/^3\.\d+\.\d+/);
    expect(run.environment.interpreter).toBe(run.command[0]);
  }, 200_000);

  it('is a page for people', async () => {
    const { stdout, code } = await at.call(['runs', 'show', train.run_id]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^✔ train {2}finished · \d/);
    for (const line of [
      /^ {2}experiment {2}fraud$/m,
      /^ {2}lr +0\.1 +cli$/m,
      /^ {2}val\/auc +0\.25 +0\.25 +0\.5 +3 +4$/m,
      /^ {2}model\.bin +file +1\.5 kB$/m,
    ])
      expect(stdout).toMatch(line);
    expect(stdout).not.toContain('\u001b');
    expect(stdout).not.toMatch(/ $/m);
  });
});

describe('an id', () => {
  it('may be its beginning, or latest', async () => {
    for (const id of [train.run_id.slice(0, 12), train.run_id.slice(0, 20)])
      expect((await at.json(RunDocument, ['runs', 'show', id])).run_id).toBe(train.run_id);
    expect((await at.json(RunDocument, ['runs', 'show', 'latest'])).name).toBe('bad');
  });

  it.each([
    [
      'the beginning of several runs',
      () => train.run_id.slice(0, 4),
      'bad_request',
      /begins several runs: .*bad.*Give more of it/,
    ],
    ['no beginning of any', () => 'ffff', 'not_found', /no run ffff.*runs list/],
    ['a whole one that is not there', () => 'f'.repeat(32), 'not_found', /no run f{32}/],
    ['too short', () => 'fff', 'bad_request', /at least the first 4/],
    ['no id at all', () => "a' OR 1", 'bad_request', /is no run id/],
    ['one with wildcards', () => `${train.run_id.slice(0, 11)}_`, 'not_found', /no run/],
  ])('%s is refused', async (_, id, errorCode, message) => {
    const refusal = await at.refusal(['runs', 'show', id()]);
    expect(refusal).toMatchObject({ exitCode: 2, code: errorCode });
    expect(refusal.message).toMatch(message);
  });
});

describe('list', () => {
  it('has the newest first, each with its headline', async () => {
    const { runs, next_page_token } = await list();
    expect(next_page_token).toBeNull();
    expect(runs.map(({ name, status, exit_code }) => [name, status, exit_code])).toEqual([
      ['bad', 'FAILED', 3],
      ['train', 'FINISHED', 0],
    ]);
    expect(runs[1]?.headline).toEqual({ key: 'val/auc', value: 0.25 });
  });

  it('filters, orders and pages', async () => {
    expect(await namesOf('--filter', "status = 'FAILED'")).toEqual(['bad']);
    expect(await namesOf('--filter', "metrics.loss < 0.3 AND params.model = 'rf'")).toEqual(['train']);
    expect(await namesOf('--experiment', 'fraud')).toEqual(['train']);
    expect(await namesOf('--order-by', 'start_time ASC')).toEqual(['train', 'bad']);
    expect(await namesOf('--order-by', 'attributes.name DESC')).toEqual(['train', 'bad']);
    expect(await namesOf('--order-by', 'name')).toEqual(['bad', 'train']);
    const first = await list('--limit', '1');
    expect(first.runs.map(({ name }) => name)).toEqual(['bad']);
    expect(await namesOf('--limit', '1', '--page-token', first.next_page_token ?? '')).toEqual(['train']);
  });

  it.each([
    ['a filter', ['--filter', 'auc >'], /filter is not understood at character 1/],
    ['an order', ['--order-by', 'auc'], /--order-by takes start_time, end_time, duration/],
    ['columns', ['--columns', 'auc'], /--columns takes metrics.KEY/],
    ['a limit', ['--limit', '-1'], /--limit takes a whole number/],
    ['a page token', ['--page-token', 'x'], /page token is not one of this store/],
  ])('refuses %s that makes no sense', async (_, words, message) => {
    const refusal = await at.refusal(['runs', 'list', ...words]);
    expect(refusal).toMatchObject({ exitCode: 2, code: 'bad_request' });
    expect(refusal.message).toMatch(message);
  });

  it('is a table for people that is not cut in a pipe', async () => {
    const name = `a very long name ${'x'.repeat(120)}`;
    await at.call(['run', '--name', name, 'fail.py']);
    const { stdout } = await at.call(['runs', 'list']);
    const [title = '', ...rows] = stdout.trimEnd().split('\n');
    expect(title).toMatch(/^RUN +STATUS +NAME +EXPERIMENT +RESULT +DURATION +STARTED$/);
    expect(rows[0]).toContain(name);
    // It has ended a moment ago; the others may have begun longer ago than a minute.
    expect(rows[0]).toMatch(/ \d\.\ds {2}just now$/);
    expect(rows[2]).toMatch(
      /^[0-9a-f]{12} {2}✔ finished {2}train .* fraud +val\/auc 0\.25 +[\dms. ]+s {2}(just now|\d min ago)$/,
    );
    const { run_id: id } = await at.json(RunDocument, ['runs', 'show', 'latest']);
    await at.call(['runs', 'delete', id]);
  });

  it('ends quietly when its reader has gone', () => {
    const { status, stderr } = spawnSync(
      'bash',
      ['-c', `set -o pipefail; '${process.execPath}' '${cliFile}' runs show latest | true`],
      {
        cwd: at.folder,
        env: at.environment(),
        encoding: 'utf8',
      },
    );
    expect([status, stderr]).toEqual([0, '']);
  });
});

describe('metric', () => {
  it('gives every point as it was logged', async () => {
    const { key, points } = await at.json(MetricPoints, ['runs', 'metric', train.run_id, 'val/auc']);
    expect(key).toBe('val/auc');
    expect(points.map(({ step, value }) => [step, value])).toEqual([
      [0, 0.5],
      [1, 'NaN'],
      [2, 'Infinity'],
      [3, 0.25],
    ]);
    const { stdout } = await at.call(['runs', 'metric', train.run_id, 'val/auc']);
    expect(stdout).toMatch(/^ +STEP {2}TIME +VALUE\n +0 {2}\d{4}-\S+Z {2}0\.5\n +1 {2}\S+ {2}NaN\n/);
  });

  it('names the metrics that there are', async () => {
    const { message } = await at.refusal(['runs', 'metric', train.run_id, 'auc']);
    expect(message).toBe('The run train has no metric "auc". It has loss, val/auc.');
  });

  it('gives long series whole', async () => {
    at.write('long.py', 'import loopwright\nfor i in range(23456):\n    loopwright.log(x=i, step=i)\n');
    const run = await at.json(Finished, ['run', 'long.py']);
    const { points } = await at.json(MetricPoints, ['runs', 'metric', run.run_id, 'x']);
    expect(points).toHaveLength(23_456);
    expect(points.every(({ step, value }, index) => step === index && value === index)).toBe(true);
    await at.call(['runs', 'delete', run.run_id]);
  });
});

it('artifacts says which files there are, and where', async () => {
  const { folder, artifacts } = await at.json(Artifacts, ['runs', 'artifacts', train.run_id]);
  expect(artifacts).toEqual([{ path: 'model.bin', kind: 'file', size: 1500 }]);
  expect(existsSync(join(folder, 'model.bin'))).toBe(true);
  const { stdout } = await at.call(['runs', 'artifacts', train.run_id]);
  expect(stdout).toMatch(/^path +kind +size\nmodel\.bin +file +1\.5 kB\n\nin \//);
});

describe('output', () => {
  it('is what the run wrote, byte for byte', () => {
    const { stdout } = spawnSync(process.execPath, [cliFile, 'runs', 'output', train.run_id], {
      cwd: at.folder,
      env: at.environment(),
    });
    expect(stdout).toEqual(Buffer.concat([Buffer.from('größe\n'), Buffer.from([0xff, 0x00, 0x0a])]));
  });

  it('is text in a document', async () => {
    expect(await at.json(OutputDocument, ['runs', 'output', train.run_id])).toEqual({
      run_id: train.run_id,
      output: 'größe\n\ufffd\u0000\n',
      size: 11,
    });
  });
});

it('delete hides a run, restore brings it back', async () => {
  expect(await at.json(Marked, ['runs', 'delete', train.run_id])).toEqual({ run_id: train.run_id, deleted: true });
  expect(await namesOf('--experiment', 'fraud')).toEqual([]);
  expect(await namesOf('--experiment', 'fraud', '--deleted')).toEqual(['train']);
  expect(await at.json(RunDocument, ['runs', 'show', train.run_id.slice(0, 14)])).toMatchObject({ deleted: true });
  const { stderr } = await at.call(['runs', 'restore', train.run_id.slice(0, 14)]);
  expect(stderr).toBe('train is back.\n');
  expect(await namesOf('--experiment', 'fraud')).toEqual(['train']);
});

it('edit changes what a run is called, and how it is marked and found', async () => {
  const id = train.run_id.slice(0, 14);
  const words = ['--name', 'base', '--note', '**kept**', '--tag', 'stage=prod', '--tag', 'a=b=c', '--star', '--pin'];
  const edited = await at.json(Edited, ['runs', 'edit', id, ...words]);
  expect(edited).toMatchObject({ name: 'base', note: '**kept**', starred: true, pinned: true });
  expect(edited.tags).toMatchObject({ stage: 'prod', a: 'b=c' });
  expect(await namesOf('--search', 'STAGE=pr', '--filter', 'starred = true')).toEqual(['base']);
  const back = ['--name', 'train', '--note', '', '--untag', 'a', '--tag', 'stage=baseline', '--no-star', '--no-pin'];
  expect(await at.json(Edited, ['runs', 'edit', id, ...back])).toMatchObject({
    name: 'train',
    starred: false,
    note: '',
  });
  const { runs } = await list('--order-by', 'params.lr DESC', '--columns', 'params.lr,metrics.`val/auc`,tags.a');
  expect(runs[0]).toMatchObject({
    name: 'train',
    values: { 'params.lr': '0.1', 'metrics.val/auc': 0.25, 'tags.a': null },
  });
  expect((await at.call(['runs', 'list', '--columns', 'params.lr'])).stdout).toMatch(/EXPERIMENT +params.lr +DURATION/);
  expect(await at.refusal(['runs', 'edit', id])).toMatchObject({ exitCode: 2, message: /Nothing is to be changed/ });
  expect(await at.refusal(['runs', 'edit', id, '--name', ' '])).toMatchObject({ exitCode: 2, code: 'bad_request' });
});

it('delete and restore take several', async () => {
  const ids = (await list()).runs.map(({ run_id: runId }) => runId);
  expect(await at.json(SeveralMarked, ['runs', 'delete', ...ids, ids[0] ?? ''])).toEqual({
    run_ids: ids,
    deleted: true,
  });
  expect((await list()).runs).toEqual([]);
  const { stderr } = await at.call(['runs', 'restore', ...ids]);
  expect(stderr).toBe(`${String(ids.length)} runs are back.\n`);
  expect((await list()).runs).toHaveLength(ids.length);
});

describe('where there is no store', () => {
  it.each([[['runs', 'list']], [['runs', 'show', 'latest']], [['engine', 'status']], [['engine', 'repair']]])(
    '%j says so and makes none',
    async (words) => {
      at.write('empty/.git/HEAD', '');
      const cwd = join(at.folder, 'empty');
      const here = await at.refusal(words, { cwd });
      expect(here).toMatchObject({ exitCode: 2, code: 'not_found' });
      expect(here.message).toMatch(/^No store here: .*loopwright run FILE.*--store DIR\.$/);
      const elsewhere = await at.refusal([...words, '--store', 'nowhere'], { cwd });
      expect(elsewhere).toMatchObject({ exitCode: 2, code: 'not_found' });
      expect(elsewhere.message).toMatch(/no store at .*nowhere/);
      expect(readdirSync(cwd)).toEqual(['.git']);
    },
  );

  it('--store takes the store, or the folder that holds it, wherever the option stands', async () => {
    const cwd = join(at.folder, '..');
    for (const words of [
      ['--store', at.store, 'runs', 'list'],
      ['runs', '--store', at.folder, 'list'],
      ['runs', 'list', '--store', at.store],
    ])
      expect((await at.json(RunList, words, { cwd })).runs.length).toBeGreaterThan(1);
  });
});

it('--help tells of what there is, with examples', async () => {
  for (const words of [['--help'], ['run', '--help'], ['runs', '-h'], ['runs', 'list', '--help'], ['help', 'engine']]) {
    const { code, stdout, stderr } = await at.call(words);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^Usage: loopwright/);
    expect(stdout).toMatch(/\$ loopwright /);
    for (const later of ['monitor', 'stream']) expect(stdout).not.toMatch(new RegExp(`\\b${later}\\b`));
  }
  expect((await at.call(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});
