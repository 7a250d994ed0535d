import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Asks, RunFacts } from '../../src/extension/panels/runFacts';
import { resolveLineageFile } from '../../src/extension/panels/lineageFiles';
import { runDetails } from '../../src/extension/views/runs/runDetails';
import { LoopwrightError } from '../../src/protocol/errors';
import { RunPageModel } from '../../src/protocol/pages/run';
import { type Method, requests, type Params, type Result } from '../../src/protocol/requests';
import { runRow, START_MS } from './support';

const { runId } = runRow();
const FOLDER = '/home/ada/fraud';

/** Plays the engine: every question and every answer is checked by the protocol's own schemas. */
class FakeEngine implements Asks {
  readonly asked: { method: Method; params: unknown }[] = [];
  work: Result<'runs/get'>['work'] = [];
  isComplete = false;
  code: Record<string, unknown> = {};
  hasSpec = true;

  request<M extends Method>(method: M, params: Params<M>): Promise<Result<M>> {
    this.asked.push({ method, params: requests[method].params.parse(params) });
    if (method === 'runs/spec' && !this.hasSpec)
      return Promise.reject(new LoopwrightError('not_found', 'How this run was started is not known any more.'));
    return Promise.resolve(requests[method].result.parse(this.answer(method, params)) as Result<M>);
  }

  count(method: Method): number {
    return this.asked.filter((one) => one.method === method).length;
  }

  private answer(method: Method, params: unknown): unknown {
    const counts = {
      params: 0,
      metrics: 5,
      systemMetrics: 2,
      tags: 0,
      artifacts: 0,
      notes: 0,
      inputs: 7,
      outputs: 1,
      executions: 0,
      figures: 0,
    };
    const provenance = { kind: 'script', source: 'train.py', argv: ['python', 'train.py'], cwd: FOLDER };
    const { which } = params as { which?: string };
    const metric = { key: which === 'system' ? 'system/cpu_percent' : 'loss', count: 1, last: 1, min: 1, max: 1 };
    const answers: Partial<Record<Method, unknown>> = {
      'runs/get': {
        run: runRow(),
        provenance: { ...provenance, interpreter: null, pythonVersion: null, user: 'ada', host: 'box' },
        note: '',
        counts,
        work: this.work,
        isComplete: this.isComplete,
      },
      'runs/facts': { facts: this.code },
      'runs/spec': { spec: SPEC },
      'runs/metrics': { metrics: [{ ...metric, step: 0, timestampMs: START_MS }], nextPageToken: null },
      'runs/files': { files: [], nextPageToken: null },
    };
    return answers[method] ?? { params: [], tags: [], artifacts: [], notes: [], nextPageToken: null };
  }
}

const SPEC = {
  format: 1,
  run_id: runId,
  experiment: 'Default',
  name: 'x',
  parent_run_id: null,
  kind: 'script',
  argv: ['python', 'train.py'],
  source: 'train.py',
  cwd: FOLDER,
  interpreter: null,
  params: {},
  tags: {},
  env: {},
  hook_dir: '/x',
  root: FOLDER,
  capture: { kinds: ['code', 'data'], modelLimitBytes: 1, pinLimitBytes: 1 },
  user: 'ada',
  host: 'box',
  created_ms: 1,
  socket: null,
  token: null,
};

const CODE = {
  root: FOLDER,
  repository: { root: FOLDER, commit: '3f2a9c1', branch: 'main', remote: null, operation: null, submodules: [] },
  changedCount: 2,
};

describe('what the run page shows', () => {
  it('is what the engine says, the machine’s metrics apart from the script’s', async () => {
    const engine = new FakeEngine();
    engine.code = CODE;
    const model = RunPageModel.parse({
      ...(await new RunFacts(runId).load(engine)),
      canAct: true,
      layout: null,
      rivalChanges: {},
    });
    expect(model.metrics.map(({ key }) => key)).toEqual(['loss']);
    expect(model.system.map(({ key }) => key)).toEqual(['system/cpu_percent']);
    expect(model.totals).toMatchObject({ metrics: 3, inputs: 7, outputs: 1 });
    expect(model).toMatchObject({ root: FOLDER, capture: ['code', 'data'], isComplete: false });
    expect(model.code).toMatchObject({ branch: 'main', commit: '3f2a9c1', changedCount: 2 });
  });

  it('is asked for again, but the code only when there can be something else of it', async () => {
    const engine = new FakeEngine();
    const facts = new RunFacts(runId);
    for (let time = 0; time < 3; time++) expect((await facts.load(engine)).code).toBeNull();
    expect(engine.count('runs/facts')).toBe(1);
    expect(engine.count('runs/spec')).toBe(1);
    engine.code = CODE;
    engine.work = [{ kind: 'code', state: 'done', atMs: 1, reason: null }];
    expect((await facts.load(engine)).code).toMatchObject({ branch: 'main' });
    engine.isComplete = true;
    engine.code = { ...CODE, differs: [{ path: 'train.py', reason: 'changed' }] };
    expect((await facts.load(engine)).code).toMatchObject({ differsCount: 1 });
    expect(engine.count('runs/facts')).toBe(3);
  });

  it('knows of a child run that nobody asked for by itself', async () => {
    const engine = new FakeEngine();
    engine.hasSpec = false;
    expect(await new RunFacts(runId).load(engine)).toMatchObject({ capture: null, root: null });
  });
});

it('a tooltip asks for the first few files only', async () => {
  const engine = new FakeEngine();
  engine.code = CODE;
  expect(await runDetails(engine, runId)).toMatchObject({
    code: { branch: 'main' },
    inputs: { files: [], total: 7 },
    outputs: { total: 1 },
  });
  expect(engine.asked.filter(({ method }) => method === 'runs/files')).toMatchObject([
    { params: { direction: 'in', limit: 3 } },
    { params: { direction: 'out', limit: 3 } },
  ]);
});

describe('a file that a run read or wrote', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'lw-files-'));
    writeFileSync(join(folder, 'a\nb.csv'), 'x');
    execFileSync('mkfifo', [join(folder, 'pipe')]);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('can be opened as long as it is there', async () => {
    const file = join(folder, 'a\nb.csv');
    expect(await resolveLineageFile(file)).toEqual({ file, isDirectory: false });
    expect(await resolveLineageFile(folder)).toEqual({ file: folder, isDirectory: true });
    await expect(resolveLineageFile(join(folder, 'gone.csv'))).rejects.toThrow('gone.csv is not there any more.');
  });

  it.each(['data/a.csv', 's3://bucket/a.csv', '//host/share/a.csv', '\\\\host\\share\\a.csv', '', '/a\0b'])(
    'is not opened if it lies elsewhere or nowhere: %j',
    async (path) => {
      await expect(resolveLineageFile(path)).rejects.toMatchObject({ code: 'bad_request' });
    },
  );

  it('is not opened if that would wait for ever', async () => {
    await expect(resolveLineageFile(join(folder, 'pipe'))).rejects.toMatchObject({ code: 'bad_request' });
  });
});
