import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { EngineConnection } from '../../src/client/connection';
import { type TestStore } from './support';
import { rebuilt } from './trackingSupport';
import { MODEL, openRegistry, type Registry, sha256, sourceOf } from './versionSupport';

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
  it('are kept apart with their digest when it is registered, and what is listed and loaded are those', async () => {
    const runId = await registered();
    expect(await registry.version('fraud', 1)).toMatchObject({ source: sourceOf(runId), status_message: '' });
    expect(await registry.downloadUri('fraud', 1)).toMatch(/^mlflow-artifacts:\/models\/v-[0-9a-f]{32}\/artifacts$/);
    expect(await registry.listed('fraud', 1)).toEqual([
      { path: 'MLmodel', is_dir: false, file_size: 11 },
      { path: 'data', is_dir: true },
    ]);
    expect(await registry.listed('fraud', 1, '/data')).toEqual([{ path: 'model.pkl', is_dir: false, file_size: 7 }]);
    expect(await registry.load('fraud', 1, 'data/model.pkl')).toEqual({ status: 200, text: 'weights' });
    // As the docs give it: a line for each file, by the bytes of its path.
    const lines = `${sha256('flavors: {}')} 11 "MLmodel"\n${sha256('weights')} 7 "data/model.pkl"\n`;
    expect(await row('fraud', 1)).toMatchObject({ status: 'READY', statusMessage: '', digest: sha256(lines) });
    connection = await rebuilt(store, connection);
    expect(await row('fraud', 1)).toMatchObject({ status: 'READY', digest: sha256(lines) });
  });

  it('do not change with those of the run', async () => {
    const runId = await registered();
    await registry.put(`0/${runId}/artifacts/model/data/model.pkl`, 'other weights');
    writeFileSync(registry.artifact(runId, 'model/MLmodel'), 'flavors: {x: 1}');
    await registry.put(`0/${runId}/artifacts/model/more.txt`, 'more');
    expect(await registry.load('fraud', 1, 'data/model.pkl')).toEqual({ status: 200, text: 'weights' });
    expect(await registry.load('fraud', 1, 'MLmodel')).toEqual({ status: 200, text: 'flavors: {}' });
    expect(await registry.listed('fraud', 1)).toHaveLength(2);
    // What was changed is another version.
    await registry.create('fraud', sourceOf(runId), runId);
    expect(await registry.load('fraud', 2, 'data/model.pkl')).toEqual({ status: 200, text: 'other weights' });
    expect((await row('fraud', 2)).digest).not.toBe((await row('fraud', 1)).digest);
  });

  it('can not be changed or deleted by clients', async () => {
    await registered();
    const place = await registry.placeOf('fraud', 1);
    for (const method of ['PUT', 'DELETE']) {
      const answer = await registry.ask(method, `${place}/MLmodel`, method === 'PUT' ? 'x' : undefined);
      expect([method, answer.status, await answer.json()]).toMatchObject([
        method,
        400,
        { error_code: 'INVALID_PARAMETER_VALUE', message: expect.stringContaining('can not be changed') },
      ]);
    }
    expect(await registry.load('fraud', 1, 'MLmodel')).toMatchObject({ status: 200 });
  });

  it('are refused by name where they are not what was registered', async () => {
    await registered();
    const folder = await registry.folderOf('fraud', 1);
    expect(await registry.load('fraud', 1, 'data/model.pkl')).toMatchObject({ status: 200 });
    const change = (path: string, text: string) => {
      chmodSync(join(folder, path), 0o644);
      writeFileSync(join(folder, path), text);
    };
    // Of the same length, so soon after that only the times tell.
    change('data/model.pkl', 'WEIGHTS');
    const refusedFor = async (path: string) => {
      const { status, text } = await registry.load('fraud', 1, path);
      return { status, ...z.object({ error_code: z.string(), message: z.string() }).parse(JSON.parse(text)) };
    };
    expect(await refusedFor('data/model.pkl')).toEqual({
      status: 403,
      error_code: 'PERMISSION_DENIED',
      message: `fraud v1: data/model.pkl is not the file that was registered (sha256 ${sha256('WEIGHTS')} instead of ${sha256('weights')}).`,
    });
    expect(await registry.load('fraud', 1, 'MLmodel')).toMatchObject({ status: 200 });

    rmSync(join(folder, 'MLmodel'));
    expect((await refusedFor('MLmodel')).message).toMatch(/^fraud v1: MLmodel, which was registered, is not there/);
    writeFileSync(join(folder, 'evil.pkl'), 'x');
    expect(await refusedFor('evil.pkl')).toMatchObject({ status: 404, message: expect.stringContaining('evil.pkl') });

    const { versions } = await connection.request('registry/verify', { name: 'fraud', which: null });
    expect(versions).toMatchObject([{ version: 1, state: 'changed', fileCount: 2 }]);
    const named = ['MLmodel is not there', 'data/model.pkl is not the file', 'evil.pkl is none of'];
    expect(versions[0]?.problems).toEqual(named.map((text) => expect.stringContaining(text) as string));
    // What was registered is there again.
    change('data/model.pkl', 'weights');
    expect(await registry.load('fraud', 1, 'data/model.pkl')).toMatchObject({ status: 200, text: 'weights' });
  });
});

describe('many at once', () => {
  it('have numbers and files of their own', async () => {
    const runId = await registry.runWith(MODEL);
    await registry.makeModel('fraud');
    const made = await Promise.all(Array.from({ length: 20 }, () => registry.create('fraud', sourceOf(runId), runId)));
    expect(new Set(made.map(({ version }) => version)).size).toBe(20);
    const all = await Promise.all(made.map(({ version }) => registry.ready('fraud', version)));
    expect(new Set(all.map(({ status }) => status))).toEqual(new Set(['READY']));
    expect(registry.kept()).toHaveLength(20);
    expect(await registry.load('fraud', 20, 'MLmodel')).toMatchObject({ status: 200 });
  });
});
