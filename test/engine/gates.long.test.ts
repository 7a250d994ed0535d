/** The gates of `loopwright.yaml`, asked when an alias or a stage of a real store moves. */
import { existsSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { EngineConnection } from '../../src/client/connection';
import type { Params } from '../../src/protocol/requests';
import { type TestStore, testStore, until } from './support';
import { anything, begin, type Client, inside, outside, rebuilt, runningRun } from './trackingSupport';

type Edit = Params<'registry/edit'>['edits'][number];

let store: TestStore;
let connection: EngineConnection;
let client: Client;
beforeEach(async () => {
  store = testStore();
  ({ connection } = await store.open());
  client = await outside(connection);
});
afterEach(() => store.dispose());

const me = userInfo().username;
const edit = (...edits: Edit[]) => connection.request('registry/edit', { edits });
const setAlias = (version: number, more: Partial<Extract<Edit, { op: 'alias' }>> = {}) =>
  edit({ op: 'alias', name: 'fraud', version, alias: 'champion', ...more });
const judged = async (version: number, to = 'champion', kind: 'alias' | 'stage' = 'alias') =>
  (await connection.request('registry/judge', { name: 'fraud', version, kind, to })).judgement;
const told = (version: number) => connection.request('registry/version', { name: 'fraud', which: version });
const holder = async () => (await connection.request('registry/models', {})).models[0]?.aliases[0]?.version;
const gate = (text: string) =>
  writeFileSync(join(store.folder, 'loopwright.yaml'), `version: 1\ngates:\n  fraud:\n    champion: ${text}\n`);

const mlmodel = (inputs: string) => `artifact_path: model
flavors: {python_function: {loader_module: mlflow.sklearn}}
signature:
  inputs: '${inputs}'
  outputs: '[{"type": "tensor", "tensor-spec": {"dtype": "int64",
    "shape": [-1]}}]'
  params: null
`;
const ONE = '[{"type": "double", "name": "amount", "required": true}]';
const TWO =
  '[{"type": "double", "name": "amount", "required": true}, {"type": "long", "name": "hour", "required": true}]';

/** A run with a model among its artifacts, registered as the next version of fraud. */
async function version(
  metrics: Readonly<Record<string, number | string>>,
  inputs: string | null = ONE,
): Promise<number> {
  const { run } = await begin(client);
  const { run_id: runId } = run.info;
  for (const [key, value] of Object.entries(metrics))
    await client.post(anything, 'runs/log-metric', { run_id: runId, key, value, timestamp: 1, step: 0 });
  const put = (name: string, body: string) =>
    fetch(`${client.uri}/api/2.0/mlflow-artifacts/artifacts/0/${runId}/artifacts/model/${name}`, {
      method: 'PUT',
      headers: client.headers,
      body,
    });
  await put('model.pkl', 'weights');
  if (inputs !== null) await put('MLmodel', mlmodel(inputs));
  await client.post(anything, 'runs/update', { run_id: runId, status: 'FINISHED' });
  await until('nobody follows it', () => !existsSync(join(store.paths.active, runId)));
  const { results } = await edit({ op: 'register', name: 'fraud', runId, path: 'model' });
  return results[0]?.version ?? 0;
}

describe('a gate', () => {
  it('lets pass what meets it, and its verdict is kept, also when the database is made again', async () => {
    await version({ auc: 0.9 });
    await version({ auc: 0.93 });
    gate('{ metrics: { auc: { min: 0.9 } }, better_than: { metric: auc, by: 0.01 } }');
    await setAlias(1);
    expect(await judged(2)).toEqual({
      asks: ['auc at least 0.9', 'auc better than champion by 0.01'],
      against: 'champion',
      comparedWith: 1,
      verdict: {
        passed: true,
        checks: [
          { name: 'metrics.auc', passed: true, text: 'auc 0.93 is at least 0.9' },
          {
            name: 'better_than.auc',
            passed: true,
            text: 'auc 0.93 is 0.03 better than champion (v1, 0.9); 0.01 is asked',
          },
        ],
      },
    });
    await setAlias(2, { why: 'better on May' });
    const expected = { what: 'aliasSet', detail: 'champion', by: me, why: 'better on May', verdict: { passed: true } };
    expect((await told(2)).history[0]).toMatchObject(expected);
    expect((await told(2)).history[1]?.verdict).toBeNull();
    const before = (await told(2)).history;
    connection = await rebuilt(store, connection);
    expect((await told(2)).history).toEqual(before);
    expect(await holder()).toBe(2);
  });

  it('refuses what does not, in words, and nothing has moved', async () => {
    await version({ auc: 0.93 });
    await version({ auc: 0.92 });
    gate('{ metrics: { recall: { min: 0.5 } }, better_than: { metric: auc }, tags: [owner] }');
    await setAlias(1, { past: true, why: 'the first' });
    const refused = setAlias(2, { why: 'a reason alone moves nothing past a gate' });
    await expect(refused).rejects.toMatchObject({
      code: 'gate_failed',
      message:
        'fraud v2 does not pass the gate of champion: v2 has no recall; ' +
        'auc 0.92 is 0.01 worse than champion (v1, 0.93); better is asked; the tag owner is missing. ' +
        'To move it all the same takes a written reason: loopwright models alias fraud/2 champion --past-gate --why "…"',
    });
    expect(await holder()).toBe(1);
    expect((await told(2)).history.map(({ what }) => what)).not.toContain('aliasSet');
    // Of several, each is judged by itself.
    const { results } = await edit(
      { op: 'alias', name: 'fraud', version: 2, alias: 'champion' },
      { op: 'alias', name: 'fraud', version: 2, alias: 'challenger' },
    );
    expect(results).toMatchObject([{ problem: expect.stringContaining('does not pass') }, { problem: null }]);
  });

  it('is passed by with a written reason only, which is kept with what failed', async () => {
    await version({ auc: 0.7 });
    gate('{ metrics: { auc: { min: 0.9 } } }');
    await expect(setAlias(1, { past: true })).rejects.toThrow('Moving past a gate takes a reason');
    await expect(setAlias(1, { past: true, why: '  ' })).rejects.toMatchObject({ code: 'bad_request' });
    await setAlias(1, { past: true, why: 'the old one is down' });
    expect((await told(1)).history[0]).toMatchObject({
      what: 'aliasSet',
      why: 'the old one is down',
      verdict: { passed: false, checks: [{ name: 'metrics.auc', passed: false, text: 'auc 0.7 is below 0.9' }] },
    });
    // It has the alias: to say so once more moves nothing.
    await setAlias(1);
  });

  it('holds for stages, and for all models', async () => {
    await version({ auc: 0.7 });
    writeFileSync(
      join(store.folder, 'loopwright.yaml'),
      'version: 1\ngates:\n  "*":\n    Production: { metrics: { auc: { min: 0.9 } } }\n',
    );
    const toProduction = { op: 'stage', name: 'fraud', version: 1, stage: 'Production' } as const;
    await expect(edit(toProduction)).rejects.toMatchObject({ code: 'gate_failed' });
    await edit({ ...toProduction, stage: 'Staging' });
    expect((await judged(1, 'Production', 'stage'))?.verdict.passed).toBe(false);
    expect(await judged(1, 'Staging', 'stage')).toBeNull();
    await edit({ ...toProduction, past: true, why: 'needed' });
    expect((await told(1)).history[0]).toMatchObject({ what: 'stage', verdict: { passed: false } });
  });

  it('lets nothing pass while the file has an error', async () => {
    await version({ auc: 0.95 });
    gate('{ metric: { auc: { min: 0.9 } } }');
    await expect(setAlias(1)).rejects.toThrow(/loopwright\.yaml has an error, line 4: .*Did you mean metrics\?/);
    gate('{ metrics: { auc: { min: 0.9 } } }');
    await setAlias(1);
    expect(await holder()).toBe(1);
  });

  it('compares with who had the alias last, where it was taken away before', async () => {
    await version({ auc: 0.95 });
    await version({ auc: 0.9 });
    gate('{ better_than: { metric: auc } }');
    await setAlias(1);
    await edit({ op: 'removeAlias', name: 'fraud', alias: 'champion' });
    await expect(setAlias(2)).rejects.toThrow('worse than champion (v1, 0.95)');
  });

  it('asks for the signature that stands in MLmodel', async () => {
    await version({}, ONE);
    await version({}, TWO);
    await version({}, ONE);
    await version({}, null);
    gate('{ signature: unchanged }');
    await setAlias(1);
    await expect(setAlias(2)).rejects.toThrow('the signature has one more input: hour, compared with champion (v1)');
    await expect(setAlias(4)).rejects.toThrow('it has no signature any more');
    await setAlias(3);
    expect((await told(3)).history[0]?.verdict?.checks).toEqual([
      { name: 'signature', passed: true, text: 'the signature is that of champion (v1)' },
    ]);
    // Nobody knows the signature of files elsewhere.
    await client.post(anything, 'model-versions/create', { name: 'fraud', source: 's3://bucket/model' });
    await expect(setAlias(5)).rejects.toThrow("its signature can't be read");
  });

  it('judges by the values of a logged model before those of its run', async () => {
    const { run } = await begin(client);
    const runId = run.info.run_id;
    await client.post(anything, 'runs/log-metric', { run_id: runId, key: 'auc', value: 0.5, timestamp: 1, step: 0 });
    const { model } = await client.post(
      z.object({ model: z.object({ info: z.object({ model_id: z.string() }) }) }),
      'logged-models',
      { experiment_id: '0', name: 'model', source_run_id: runId },
    );
    const modelId = model.info.model_id;
    await client.post(anything, 'runs/log-batch', {
      run_id: runId,
      metrics: [{ key: 'auc', value: 0.95, timestamp: 2, step: 0, model_id: modelId }],
    });
    await client.post(anything, 'runs/log-metric', { run_id: runId, key: 'auc', value: 0.5, timestamp: 3, step: 1 });
    await client.post(anything, 'registered-models/create', { name: 'fraud' });
    await client.post(anything, 'model-versions/create', { name: 'fraud', source: `models:/${modelId}` });
    gate('{ metrics: { auc: { min: 0.9 } } }');
    expect((await judged(1))?.verdict.checks[0]?.text).toBe('auc 0.95 is at least 0.9');
  });

  it('lets one of those pass that move at once, and judges the others by it', async () => {
    const aucs = [0.9, 0.91, 0.92, 0.93];
    for (const auc of aucs) await version({ auc });
    gate('{ better_than: { metric: auc }, signature: unchanged }');
    const moves = await Promise.allSettled(aucs.map((_, index) => setAlias(aucs.length - index)));
    expect(moves.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'rejected']);
    expect(await holder()).toBe(4);
  });
});

describe('an approval', () => {
  it('is what a gate asks for, of one who may, and can be withdrawn', async () => {
    await version({ auc: 0.95 });
    gate(`{ approval: required, approvers: [nobody-else] }`);
    await expect(setAlias(1)).rejects.toThrow('nobody has approved it; nobody-else may');
    await edit({ op: 'approve', name: 'fraud', version: 1, why: 'looked at the errors' });
    await expect(setAlias(1)).rejects.toThrow(`approved by ${me}, but only nobody-else may`);
    gate('{ approval: required }');
    expect((await judged(1))?.verdict.checks[0]?.text).toMatch(new RegExp(`^approved by ${me} on \\d{4}-`));

    await edit({ op: 'withdrawApproval', name: 'fraud', version: 1 });
    await expect(setAlias(1)).rejects.toThrow('nobody has approved it');
    await expect(edit({ op: 'withdrawApproval', name: 'fraud', version: 1 })).rejects.toThrow('nothing to withdraw');
    await edit({ op: 'approve', name: 'fraud', version: 1, why: 'all the same' });
    await setAlias(1);
    const before = await told(1);
    expect(before.history.map(({ what, why }) => [what, why])).toEqual([
      ['aliasSet', null],
      ['approved', 'all the same'],
      ['approvalWithdrawn', null],
      ['approved', 'looked at the errors'],
      ['versionCreated', null],
      ['created', null],
    ]);
    expect(before.approvals).toMatchObject([{ by: me, why: 'all the same', isCurrent: true }]);
    connection = await rebuilt(store, connection);
    expect(await told(1)).toEqual(before);
    // It goes with its model.
    await edit({ op: 'rename', name: 'fraud', newName: 'risk' });
    const renamed = await connection.request('registry/version', { name: 'risk', which: 1 });
    expect(renamed.approvals).toMatchObject([{ by: me }]);
  });

  it('that was given to other content counts for nothing', async () => {
    await version({});
    gate('{ approval: required }');
    await edit({ op: 'approve', name: 'fraud', version: 1 });
    // As when its files are kept.
    const db = new Database(store.paths.database);
    db.prepare("UPDATE model_versions SET digest = 'sha256:1'").run();
    db.close();
    await expect(setAlias(1)).rejects.toThrow(`${me} has approved other content than this`);
    expect((await told(1)).approvals).toMatchObject([{ digest: expect.any(String), isCurrent: false }]);
    await edit({ op: 'approve', name: 'fraud', version: 1 });
    await setAlias(1);
    expect((await told(1)).approvals).toMatchObject([{ digest: 'sha256:1', isCurrent: true }]);
  });
});

describe("MLflow's clients", () => {
  const post = (path: string, body: object) => client.call('POST', path, body);
  const toChampion = (version: string) =>
    post('registered-models/alias', { name: 'fraud', alias: 'champion', version });

  it('are refused by a gate as by a permission, with the reasons and the way out', async () => {
    await version({ auc: 0.7 });
    gate('{ metrics: { auc: { min: 0.9 } } }');
    const refused = await toChampion('1');
    expect(refused.status).toBe(403);
    expect(await refused.json()).toEqual({
      error_code: 'PERMISSION_DENIED',
      message: expect.stringMatching(/auc 0\.7 is below 0\.9\. .*models alias fraud\/1 champion --past-gate --why/),
    });
    expect((await told(1)).version.aliases).toEqual([]);
    await version({ auc: 0.95 });
    expect((await toChampion('2')).status).toBe(200);
    expect((await told(2)).history[0]).toMatchObject({ what: 'aliasSet', by: me, verdict: { passed: true } });
  });

  it('are refused for stages, however these are written', async () => {
    await version({ auc: 0.7 });
    writeFileSync(
      join(store.folder, 'loopwright.yaml'),
      'version: 1\ngates:\n  fraud:\n    Production: { metrics: { auc: { min: 0.9 } } }\n',
    );
    const transition = (stage: string) =>
      post('model-versions/transition-stage', { name: 'fraud', version: '1', stage, archive_existing_versions: false });
    expect((await transition('production')).status).toBe(403);
    expect((await transition('Staging')).status).toBe(200);
    expect((await transition('Nowhere')).status).toBe(400);
  });

  it('have an author in the history: the user, and the run whose process it was', async () => {
    await version({});
    const run = runningRun(store);
    await connection.request('runs/announce', { runId: run.spec.run_id });
    const process = await inside(store, connection, run);
    await process.post(anything, 'registered-models/alias', { name: 'fraud', alias: 'champion', version: '1' });
    expect((await told(1)).history[0]?.by).toBe(`${me}, in run ${run.spec.run_id}`);
    await toChampion('1');
    expect((await told(1)).history[0]?.by).toBe(me);
  });
});

describe('a version that comes back', () => {
  it('has its aliases again, but none that another has taken or that was taken away', async () => {
    await version({});
    await version({});
    for (const alias of ['champion', 'challenger', 'tested']) await setAlias(1, { alias });
    await edit({ op: 'deleteVersion', name: 'fraud', version: 1 });
    await setAlias(2);
    await edit({ op: 'removeAlias', name: 'fraud', alias: 'tested' });
    await edit({ op: 'restoreVersion', name: 'fraud', version: 1, withAliases: true });
    expect((await told(1)).version.aliases).toEqual(['challenger']);
    expect((await told(2)).version.aliases).toEqual(['champion']);
  });
});
