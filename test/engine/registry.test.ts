import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { EngineConnection } from '../../src/client/connection';
import type { Params } from '../../src/protocol/requests';
import { type TestStore, testStore, until } from './support';
import { anything, begin, type Client, outside, rebuilt } from './trackingSupport';
import { rare } from '../support/rare';

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

/** A run with a metric and a model among its artifacts. */
async function runWithModel(auc = 0.9): Promise<string> {
  const { run } = await begin(client);
  const { run_id: runId } = run.info;
  await client.post(anything, 'runs/log-metric', { run_id: runId, key: 'auc', value: auc, timestamp: 1, step: 0 });
  await client.call('PUT', `/api/2.0/mlflow-artifacts/artifacts/0/${runId}/artifacts/model/model.pkl`, { weights: 1 });
  await client.post(anything, 'runs/update', { run_id: runId, status: 'FINISHED' });
  await until('nobody follows it', () => !existsSync(join(store.paths.active, runId)));
  return runId;
}

const edit = async (one: Edit, through = connection) =>
  (await through.request('registry/edit', { edits: [one] })).results[0]?.version;
const register = (runId: string, name = 'fraud') => edit({ op: 'register', name, runId, path: 'model' });
const versions = async (name = 'fraud') => (await connection.request('registry/versions', { name })).versions;
const words = async (name: string, which: number) =>
  (await connection.request('registry/version', { name, which })).history.map(({ what, detail, why }) =>
    [what, detail, why].filter(Boolean).join(' '),
  );

describe('the registry', () => {
  rare('takes what a front end has made among the drafts as a version with files of its own', async () => {
    const draft = 'convert-0123456789ab';
    mkdirSync(join(store.paths.drafts, draft), { recursive: true });
    writeFileSync(join(store.paths.drafts, draft, 'model.onnx'), 'onnx');
    const asked = {
      name: 'fraud',
      draft,
      runId: null,
      description: 'Converted',
      tags: { 'loopwright.onnx.from': 'x' },
    };
    expect(await connection.request('registry/take', asked)).toEqual({ version: 1 });
    rmSync(join(store.paths.drafts, draft), { recursive: true });
    connection = await rebuilt(store, connection);
    // No run is there that would be waited for.
    await until(
      'the registry is read again',
      async () => (await connection.request('registry/models', {})).models.length > 0,
    );
    const found = await connection.request('registry/version', { name: 'fraud', which: 1 });
    expect(found).toMatchObject({
      version: { status: 'READY', description: 'Converted' },
      tags: [{ key: 'loopwright.onnx.from', value: 'x' }],
      place: { owner: 'version' },
    });
    expect(await connection.request('registry/verify', { name: 'fraud', which: 1 })).toMatchObject({
      versions: [{ state: 'whole', fileCount: 1, sizeBytes: 4 }],
    });
    for (const draft of ['../../runs', 'code-0123456789ab', ''])
      await expect(connection.request('registry/take', { ...asked, draft })).rejects.toThrow('no such model');
  });

  it('has versions of artifacts with their run and its metric, and clients see the same', async () => {
    const runId = await runWithModel();
    expect([await register(runId), await register(runId)]).toEqual([1, 2]);
    await edit({ op: 'alias', name: 'fraud', version: 2, alias: 'champion', why: 'better on May' });

    expect((await connection.request('registry/models', {})).models).toMatchObject([
      { name: 'fraud', versionCount: 2, latestVersion: 2, aliases: [{ alias: 'champion', version: 2 }] },
    ]);
    expect(await versions()).toMatchObject([
      { version: 2, aliases: ['champion'], headline: { key: 'auc', value: 0.9 }, run: { runId } },
      { version: 1, aliases: [] },
    ]);
    expect(await client.get(anything, 'registered-models/alias?name=fraud&alias=champion')).toMatchObject({
      model_version: { version: '2', run_id: runId, source: `mlflow-artifacts:/0/${runId}/artifacts/model` },
    });
    const { version } = await connection.request('registry/version', { name: 'fraud', which: 'champion' });
    expect(version.version).toBe(2);
  });

  it('tells what happened to a version, who did it and why, also after the database is made again', async () => {
    const runId = await runWithModel();
    await register(runId);
    await edit({ op: 'alias', name: 'fraud', version: 1, alias: 'champion', why: 'better on May' });
    await client.post(anything, 'model-versions/transition-stage', {
      name: 'fraud',
      version: '1',
      stage: 'production',
      archive_existing_versions: false,
    });
    const expected = ['stage Production', 'aliasSet champion better on May', 'versionCreated', 'created'];
    expect(await words('fraud', 1)).toEqual(expected);
    const { history } = await connection.request('registry/version', { name: 'fraud', which: 1 });
    expect(history.at(1)?.by).not.toBeNull();
    connection = await rebuilt(store, connection);
    expect(await words('fraud', 1)).toEqual(expected);
  });

  it('hides what is deleted, and has it again when it is restored', async () => {
    const runId = await runWithModel();
    await register(runId);
    await register(runId);
    await edit({ op: 'alias', name: 'fraud', version: 1, alias: 'champion' });
    await edit({ op: 'deleteVersion', name: 'fraud', version: 2 });
    expect((await versions()).map(({ version }) => version)).toEqual([1]);
    // Its number is not given again.
    expect(await register(runId)).toBe(3);
    await edit({ op: 'restoreVersion', name: 'fraud', version: 2 });
    expect((await versions()).map(({ version }) => version)).toEqual([3, 2, 1]);

    await edit({ op: 'delete', name: 'fraud' });
    expect((await connection.request('registry/models', {})).models).toEqual([]);
    expect((await client.call('GET', 'registered-models/get?name=fraud')).status).toBe(404);
    expect(await client.get(anything, 'model-versions/search')).toMatchObject({ model_versions: [] });
    await edit({ op: 'restore', name: 'fraud' });
    expect(await versions()).toMatchObject([{ version: 3 }, { version: 2 }, { version: 1, aliases: ['champion'] }]);
  });

  rare('begins anew where a model has the name of one that was deleted', async () => {
    const runId = await runWithModel();
    await register(runId);
    await register(runId);
    await edit({ op: 'delete', name: 'fraud' });
    expect(await register(runId)).toBe(1);
    expect(await words('fraud', 1)).toEqual(['versionCreated', 'created']);
    await expect(edit({ op: 'restore', name: 'fraud' })).rejects.toThrow(/no deleted/);
    await edit({ op: 'delete', name: 'fraud' });
    await register(runId, 'other');
    await edit({ op: 'rename', name: 'other', newName: 'fraud' });
    expect(await versions()).toMatchObject([{ name: 'fraud', version: 1 }]);
    expect(await words('fraud', 1)).toEqual(['renamed other', 'versionCreated', 'created']);
  });

  rare('copies a version to another model, which clients load from the same files', async () => {
    const runId = await runWithModel();
    await register(runId);
    expect(await edit({ op: 'copyVersion', name: 'fraud', version: 1, to: 'fraud-prod' })).toBe(1);
    expect(await versions('fraud-prod')).toMatchObject([{ source: 'models:/fraud/1', run: { runId } }]);
    const uriOf = (name: string) =>
      client.get(z.object({ artifact_uri: z.string() }), `model-versions/get-download-uri?name=${name}&version=1`);
    expect(await uriOf('fraud-prod')).toEqual(await uriOf('fraud'));
  });

  it('says what it refuses', async () => {
    const runId = await runWithModel();
    await expect(edit({ op: 'register', name: 'a/b', runId, path: 'model' })).rejects.toThrow(/models:\/NAME/);
    await expect(edit({ op: 'register', name: 'a', runId, path: 'nothing' })).rejects.toThrow(/no artifact "nothing"/);
    await expect(edit({ op: 'alias', name: 'a', version: 1, alias: 'v3' })).rejects.toThrow(/another alias/);
    await expect(edit({ op: 'alias', name: 'a', version: 1, alias: 'x' })).rejects.toThrow(/name=a/);
    await register(runId);
    await expect(connection.request('registry/version', { name: 'fraud', which: 9 })).rejects.toThrow(/no version 9/);
    await expect(connection.request('registry/version', { name: 'fraud', which: 'b' })).rejects.toThrow(/no alias "b"/);
    // Of several each is told of by itself.
    const { results } = await connection.request('registry/edit', {
      edits: [
        { op: 'deleteVersion', name: 'fraud', version: 7 },
        { op: 'describeVersion', name: 'fraud', version: 1, description: 'x' },
      ],
    });
    expect(results).toMatchObject([{ problem: expect.stringContaining('version=7') }, { version: 1, problem: null }]);
  });

  it('gives versions that are registered at once different numbers', async () => {
    const runId = await runWithModel();
    await register(runId);
    const again = await Promise.all(Array.from({ length: 20 }, () => register(runId)));
    expect([...again].sort((left, right) => Number(left) - Number(right))).toEqual(
      Array.from({ length: 20 }, (_, index) => index + 2),
    );
  });

  it('tells those who look that it has changed', async () => {
    const runId = await runWithModel();
    const told = new Promise<void>((resolve) => {
      connection.onChanged(({ registry }) => {
        if (registry === true) resolve();
      });
    });
    await register(runId);
    await told;
  });
});

const hasFile = (runId: string) => existsSync(join(store.paths.runFolder(runId), 'artifacts/model/model.pkl'));

/** Everything that is over goes, and all that was deleted. */
const ALL: Params<'store/planGc'> = { olderThanMs: 0, includeRecent: true, deletedOlderThanMs: 0 };

async function freeSpace(): Promise<Record<string, number>> {
  const { plan } = await connection.request('store/planGc', ALL);
  await connection.request('store/gc', { ...ALL, planId: plan.planId });
  return Object.fromEntries(plan.kept.map(({ reason, count }) => [reason, count]));
}

describe('the run of a registered version whose files are not kept apart', () => {
  it('keeps its files when it is deleted and space is freed, until the version is deleted', async () => {
    const [byId, bySource, none] = [await runWithModel(), await runWithModel(), await runWithModel()];
    await client.post(anything, 'registered-models/create', { name: 'fraud' });
    const registerAs = (source: string, runId: string) =>
      client.post(anything, 'model-versions/create', { name: 'fraud', source, run_id: runId });
    // Nothing is there yet, so that there is nothing to keep.
    await registerAs(`runs:/${byId}/later`, byId);
    await registerAs(`mlflow-artifacts:/0/${bySource}/artifacts/later`, '');
    await connection.request('runs/delete', { runIds: [byId, bySource, none] });

    expect(await freeSpace()).toEqual({ registered: 2 });
    expect([byId, bySource, none].map(hasFile)).toEqual([true, true, false]);

    await client.call('DELETE', 'model-versions/delete', { name: 'fraud', version: '1' });
    expect(await freeSpace()).toEqual({ registered: 1 });
    expect([byId, bySource].map(hasFile)).toEqual([false, true]);
  });
});
