/** Files and folders that are no artifacts, as versions. */
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { EngineConnection } from '../../src/client/connection';
import type { Params } from '../../src/protocol/requests';
import { type TestStore, until } from './support';
import { rebuilt } from './trackingSupport';
import { openRegistry, type Registry } from './versionSupport';

let store: TestStore;
let connection: EngineConnection;
let registry: Registry;
beforeEach(async () => {
  registry = await openRegistry();
  ({ store, connection } = registry);
});
afterEach(() => store.dispose());

type Edit = Params<'registry/edit'>['edits'][number];
const edit = async (one: Edit) => (await connection.request('registry/edit', { edits: [one] })).results[0]?.version;
const register = (file: string, runId: string | null = null, name = 'fraud') =>
  edit({ op: 'registerFile', name, file, runId });
const write = (path: string, text: string): string => {
  const file = join(store.folder, path);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, text);
  return file;
};
const one = async (which: number) => (await connection.request('registry/version', { name: 'fraud', which })).version;

it('copies a file, of which clients load the copy, and says that no run is known', async () => {
  const file = write('models in use/fraud é.onnx', 'weights');
  expect(await register(file)).toBe(1);
  rmSync(file);
  const expected = {
    status: 'READY',
    statusMessage: '',
    run: null,
    source: expect.stringMatching(/^file:.*%C3%A9\.onnx$/),
  };
  const version = await one(1);
  expect(version).toMatchObject(expected);
  expect(version.digest).toMatch(/^[0-9a-f]{64}$/);
  expect(await registry.load('fraud', 1, 'fraud é.onnx')).toEqual({ status: 200, text: 'weights' });
  const { versions } = await connection.request('registry/verify', { name: 'fraud', which: null });
  expect(versions).toMatchObject([{ state: 'whole', fileCount: 1 }]);
  // Nothing of it depends on the file, nor on the database.
  connection = await rebuilt(store, connection);
  await until('the registry is there again', async () => (await connection.request('registry/models', {})).models[0]);
  expect(await one(1)).toEqual(version);
  expect(await edit({ op: 'copyVersion', name: 'fraud', version: 1, to: 'other' })).toBe(1);
  expect(registry.kept()).toHaveLength(1);
});

it('takes a folder with what is in it, and names what it leaves out', async () => {
  const model = write('model/MLmodel', 'flavors: {}');
  write('model/data/model.pkl', 'weights');
  write('secret', 'x');
  symlinkSync(join(store.folder, 'secret'), join(store.folder, 'model/link'));
  await register(join(model, '..'));
  expect((await one(1)).statusMessage).toMatch(/^Left out: link is a link that leads out/);
  const { files } = await connection.request('registry/files', { name: 'fraud', version: 1 });
  expect(files.map(({ path }) => path)).toEqual(['data', 'MLmodel']);
});

it('knows the run of a file by its content', async () => {
  const runId = await registry.runWith({ 'model/model.pkl': 'weights', 'model/MLmodel': 'model_uuid: 1' });
  const other = await registry.runWith({ 'model.pkl': 'weighed' });
  const file = write('copies/model.pkl', 'weights');
  const folder = join(write('copies/exported/MLmodel', 'model_uuid: 1'), '..');
  const originOf = async (path: string) =>
    (await connection.request('registry/originOf', { path })).runs.map((run) => [run.runId, run.path, run.how]);
  expect(await originOf(file)).toEqual([[runId, 'model/model.pkl', 'artifact']]);
  expect(await originOf(folder)).toEqual([[runId, 'model/MLmodel', 'artifact']]);
  expect(await originOf(write('new.pkl', 'new'))).toEqual([]);
  await expect(originOf(join(store.folder, 'nothing'))).rejects.toThrow(/no file or folder/);
  await register(file, runId);
  expect((await one(1)).run).toMatchObject({ runId });
  expect(other).not.toBe(runId);
});

it('registers nothing, and leaves nothing behind, where that can not be done', async () => {
  mkdirSync(join(store.folder, 'empty'));
  const file = write('model.pkl', 'weights');
  await expect(register(join(store.folder, 'empty'))).rejects.toThrow(/There is no file in/);
  await expect(register(join(store.folder, 'nothing'))).rejects.toThrow(/There is no file or folder/);
  await expect(register('model.pkl')).rejects.toThrow(/no absolute path/);
  await expect(register(file, 'f'.repeat(32))).rejects.toThrow(/no run/i);
  await expect(register(file, null, 'a/b')).rejects.toThrow(/models:\/NAME/);
  await expect(register('/dev/null')).rejects.toThrow(/no file and no folder/);
  const stranger = await store.open({ trusted: false });
  const asked = { edits: [{ op: 'registerFile' as const, name: 'fraud', file }] };
  await expect(stranger.connection.request('registry/edit', asked)).rejects.toThrow(/not trusted/);
  expect([registry.kept(), (await connection.request('registry/models', {})).models]).toEqual([[], []]);
});

it('is spared when space is freed, as long as its version is there', async () => {
  await register(write('model.pkl', 'weights'));
  await register(write('model.pkl', 'other'));
  await edit({ op: 'deleteVersion', name: 'fraud', version: 1 });
  await registry.freeSpace();
  expect(registry.kept()).toHaveLength(1);
  const [left = ''] = registry.kept();
  expect(readFileSync(join(store.paths.root, 'models', left, 'artifacts/model.pkl'), 'utf8')).toBe('other');
  expect(readdirSync(join(store.paths.root, 'models', left)).sort()).toEqual(['artifacts', 'manifest.json']);
});
