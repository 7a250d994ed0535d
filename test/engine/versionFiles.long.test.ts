import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { EngineConnection } from '../../src/client/connection';
import { type TestStore, until } from './support';
import { anything, outside, rebuilt } from './trackingSupport';
import { MODEL, openRegistry, Registry, sha256, sourceOf } from './versionSupport';

let store: TestStore;
let connection: EngineConnection;
let registry: Registry;
beforeEach(async () => {
  registry = await openRegistry();
  ({ store, connection } = registry);
});
afterEach(() => store.dispose());

const row = async (name: string, version: number) =>
  (await connection.request('registry/version', { name, which: version })).version;
const registered = (name?: string) => registry.registered(name);

describe('the files of a version', () => {
  it('are refused where the list of them was changed to go with a changed file', async () => {
    await registered();
    const folder = await registry.folderOf('fraud', 1);
    const list = join(folder, '../manifest.json');
    for (const path of [list, join(folder, 'MLmodel')]) chmodSync(path, 0o644);
    writeFileSync(join(folder, 'MLmodel'), 'flavors: []');
    writeFileSync(list, readFileSync(list, 'utf8').replace(sha256('flavors: {}'), sha256('flavors: []')));
    const { status, text } = await registry.load('fraud', 1, 'MLmodel');
    expect([status, text]).toEqual([403, expect.stringContaining('fraud v1: The list of its files')]);
    expect((await connection.request('registry/verify', { name: 'fraud', which: 1 })).versions).toMatchObject([
      { state: 'changed', problems: [expect.stringContaining('manifest.json')] },
    ]);
  });

  it('are those of a logged model, of a single file, and of what a client names runs:/', async () => {
    const { client } = registry;
    const Logged = z.object({
      model: z.object({ info: z.object({ model_id: z.string(), artifact_uri: z.string() }) }),
    });
    const { model } = await client.post(Logged, 'logged-models', { experiment_id: '0', name: 'm' });
    const { model_id: id, artifact_uri: uri } = model.info;
    await registry.put(`${uri.replace('mlflow-artifacts:/', '')}/MLmodel`, 'flavors: {}');
    await registry.makeModel('fraud');
    await registry.create('fraud', `models:/${id}`);
    await registry.put(`${uri.replace('mlflow-artifacts:/', '')}/MLmodel`, 'changed');
    expect(await registry.load('fraud', 1, 'MLmodel')).toEqual({ status: 200, text: 'flavors: {}' });

    const runId = await registry.runWith({ 'a b/mödel.onnx': 'onnx' });
    await registry.create('fraud', sourceOf(runId, 'a b/mödel.onnx'), runId);
    expect(await registry.listed('fraud', 2)).toEqual([{ path: 'mödel.onnx', is_dir: false, file_size: 4 }]);
    expect(await registry.load('fraud', 2, 'mödel.onnx')).toEqual({ status: 200, text: 'onnx' });
    await registry.create('fraud', `runs:/${runId}/a b`, runId);
    expect((await row('fraud', 3)).digest).toBe((await row('fraud', 2)).digest);
  });

  it('lie in a folder that no name leads out of', async () => {
    const runId = await registry.runWith(MODEL);
    for (const name of ['..', '.', 'mödel ünï', '%2e%2e%2f', 'con', 'a'.repeat(200), '🤖', "'; DROP TABLE runs; --"]) {
      await registry.makeModel(name);
      await registry.create(name, sourceOf(runId), runId);
      expect([name, await registry.load(name, 1, 'MLmodel')]).toEqual([name, { status: 200, text: 'flavors: {}' }]);
    }
    expect(registry.kept()).toHaveLength(8);
    for (const path of [
      'models/../store.json',
      'models/v-0/artifacts/x',
      `models/${registry.kept()[0] ?? ''}/manifest.json`,
      `models/${registry.kept()[0] ?? ''}/artifacts/../manifest.json`,
    ])
      expect([path, (await registry.ask('GET', path)).ok]).toEqual([path, false]);
  });

  it('are its original’s where a version is a copy, also when that has gone', async () => {
    await registered();
    await connection.request('registry/edit', {
      edits: [{ op: 'copyVersion', name: 'fraud', version: 1, to: 'prod' }],
    });
    expect(registry.kept()).toHaveLength(1);
    expect((await row('prod', 1)).digest).toBe((await row('fraud', 1)).digest);
    await connection.request('registry/edit', { edits: [{ op: 'delete', name: 'fraud' }] });
    await registry.freeSpace();
    expect(await registry.load('prod', 1, 'MLmodel')).toEqual({ status: 200, text: 'flavors: {}' });
    await connection.request('registry/edit', { edits: [{ op: 'rename', name: 'prod', newName: 'live' }] });
    expect(await registry.load('live', 1, 'MLmodel')).toMatchObject({ status: 200 });
  });

  it('leave out links that lead elsewhere, by name, and take the content of those that do not', async () => {
    const runId = await registry.runWith(MODEL);
    const outside = join(store.folder, 'secret.txt');
    writeFileSync(outside, 'secret');
    mkdirSync(join(store.folder, 'secrets'));
    symlinkSync(outside, registry.artifact(runId, 'model/secret.txt'));
    symlinkSync(join(store.folder, 'secrets'), registry.artifact(runId, 'model/secrets'));
    symlinkSync('MLmodel', registry.artifact(runId, 'model/again'));
    symlinkSync('..', registry.artifact(runId, 'model/round'));
    await registry.makeModel('fraud');
    const made = await registry.create('fraud', sourceOf(runId), runId);
    expect(made.status).toBe('READY');
    for (const name of ['secret.txt', 'secrets', 'round']) expect(made.status_message).toContain(name);
    expect(await registry.listed('fraud', 1)).toMatchObject([{ path: 'MLmodel' }, { path: 'again' }, { path: 'data' }]);
    expect(await registry.load('fraud', 1, 'again')).toEqual({ status: 200, text: 'flavors: {}' });

    symlinkSync(store.folder, registry.artifact(runId, 'all'));
    expect(await registry.create('fraud', sourceOf(runId, 'all'), runId)).toMatchObject({
      status: 'FAILED_REGISTRATION',
      status_message: expect.stringContaining('leads out of the artifacts'),
    });
    expect(registry.kept()).toHaveLength(1);
  });

  it('are none of this store where the source is elsewhere, or where nothing is yet', async () => {
    const runId = await registry.runWith(MODEL);
    await registry.makeModel('fraud');
    for (const [index, source] of ['s3://bucket/model', sourceOf(runId, 'later'), sourceOf('0'.repeat(32))].entries()) {
      expect(await registry.create('fraud', source)).toMatchObject({ status: 'READY', source });
      expect(await row('fraud', index + 1)).toMatchObject({ status: 'READY', digest: null });
      expect(await registry.downloadUri('fraud', index + 1)).toBe(source);
    }
    expect(registry.kept()).toEqual([]);
    expect((await connection.request('registry/verify', { name: 'fraud', which: 1 })).versions).toMatchObject([
      { state: 'elsewhere' },
    ]);
  });

  it('are inspected where they are kept', async () => {
    const pickle = Buffer.concat([Buffer.from([0x80, 4]), Buffer.from('}.')]).toString('latin1');
    const runId = await registry.runWith({ 'model/model.pkl': '' });
    writeFileSync(registry.artifact(runId, 'model/model.pkl'), pickle, 'latin1');
    await registry.makeModel('fraud');
    await registry.create('fraud', sourceOf(runId), runId);
    rmSync(registry.artifact(runId, 'model'), { recursive: true });
    const { place } = await connection.request('registry/version', { name: 'fraud', which: 1 });
    if (place?.owner !== 'version') throw new Error('its files are not kept apart');
    expect(await connection.request('models/inspect', { ...place, path: 'model.pkl' })).toMatchObject({ root: 'dict' });
    const none = `v-${'0'.repeat(32)}`;
    await expect(
      connection.request('models/inspect', { ...place, files: none, path: 'model.pkl' }),
    ).rejects.toMatchObject({ code: 'not_found' });
  });
});

/** With no run that waits, only this tells that a new database has what the store's journal says. */
const tookIn = () =>
  until('the registry is there', async () => (await connection.request('registry/models', {})).models.length > 0);

describe('a version whose run is deleted', () => {
  it('loads when space was freed, until it is deleted itself for longer than the rule', async () => {
    const runId = await registered();
    await connection.request('runs/delete', { runIds: [runId] });
    expect(await registry.freeSpace()).toMatchObject({ kept: {}, gone: { runs: 1, models: 0 } });
    expect(existsSync(store.paths.runFolder(runId))).toBe(false);
    expect(await registry.load('fraud', 1, 'data/model.pkl')).toEqual({ status: 200, text: 'weights' });
    connection = await rebuilt(store, connection);
    await tookIn();
    registry = new Registry(store, connection, await outside(connection));
    expect(await registry.load('fraud', 1, 'data/model.pkl')).toEqual({ status: 200, text: 'weights' });

    await connection.request('registry/edit', { edits: [{ op: 'deleteVersion', name: 'fraud', version: 1 }] });
    const place = `models/${registry.kept()[0] ?? ''}/artifacts/MLmodel`;
    expect((await registry.ask('GET', place)).status).toBe(404);
    expect((await registry.freeSpace({})).gone).toMatchObject({ models: 0 });
    await connection.request('registry/edit', { edits: [{ op: 'restoreVersion', name: 'fraud', version: 1 }] });
    expect(await registry.load('fraud', 1, 'MLmodel')).toMatchObject({ status: 200 });

    await connection.request('registry/edit', { edits: [{ op: 'deleteVersion', name: 'fraud', version: 1 }] });
    expect((await registry.freeSpace()).gone).toMatchObject({ models: 1 });
    expect(registry.kept()).toEqual([]);
    const restore = { op: 'restoreVersion', name: 'fraud', version: 1 } as const;
    await expect(connection.request('registry/edit', { edits: [restore] })).rejects.toThrow(/no deleted/);
    connection = await rebuilt(store, connection);
    await tookIn();
    registry = new Registry(store, connection, await outside(connection));
    await expect(connection.request('registry/edit', { edits: [restore] })).rejects.toThrow(/no deleted/);
    // Its number is not given again.
    const other = await registry.runWith(MODEL);
    expect((await registry.create('fraud', sourceOf(other), other)).version).toBe('2');
  });

  it('goes with its model, which can not be restored then, and with one whose name another took', async () => {
    const runId = await registered();
    const edit = (op: 'delete' | 'restore') => connection.request('registry/edit', { edits: [{ op, name: 'fraud' }] });
    await edit('delete');
    expect((await registry.freeSpace({})).gone).toMatchObject({ models: 0 });
    await edit('restore');
    expect(await registry.load('fraud', 1, 'MLmodel')).toMatchObject({ status: 200 });
    await edit('delete');
    expect((await registry.freeSpace()).gone).toMatchObject({ models: 1 });
    await expect(edit('restore')).rejects.toThrow(/no deleted/);

    const again = await registry.runWith(MODEL);
    await registry.makeModel('fraud');
    await registry.create('fraud', sourceOf(again), again);
    await edit('delete');
    await registry.client.post(anything, 'registered-models/create', { name: 'fraud' });
    // Whatever the rule is for what can still be restored: this can't.
    expect((await registry.freeSpace({})).gone).toMatchObject({ models: 1 });
    expect(registry.kept()).toEqual([]);
    expect(runId).not.toBe(again);
  });
});
