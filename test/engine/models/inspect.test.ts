/** The request, through an engine and the process of its jobs. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OpenEngine } from '../../../src/client/engine';
import { inspectInJob } from '../../../src/engine/models';
import { LoopwrightError } from '../../../src/protocol/errors';
import { preparedRun, type TestStore, testStore, until, writeRunner } from '../support';
import { sampleModel } from './onnxWriter';

let store: TestStore;
beforeEach(() => {
  store = testStore();
});
afterEach(() => store.dispose());

function put(path: string, bytes: Buffer | string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
}

async function endedRun(connection: OpenEngine['connection'], files: Readonly<Record<string, Buffer | string>>) {
  const { folder, spec } = preparedRun(store);
  const artifacts = join(folder, 'artifacts');
  for (const [path, bytes] of Object.entries(files)) put(join(artifacts, path), bytes);
  writeRunner(folder, {});
  const runId = spec.run_id;
  await connection.request('runs/announce', { runId });
  await until('the run is there', () => connection.request('runs/get', { runId }).catch(() => null));
  return { runId, artifacts };
}

describe('a model file is looked into', () => {
  it('among the artifacts of a run', async () => {
    const { connection } = await store.open();
    const { runId } = await endedRun(connection, { 'models/m.onnx': sampleModel(), 'notes.txt': 'text' });
    const place = { owner: 'run', runId } as const;
    expect(await connection.request('models/inspect', { ...place, path: 'models/m.onnx' })).toMatchObject({
      format: 'onnx',
      parameterCount: 15,
      graph: { foldedFrom: null },
    });
    expect(await connection.request('models/inspect', { ...place, path: 'notes.txt' })).toMatchObject({
      format: 'unknown',
    });
  });

  it('among the artifacts of a logged model', async () => {
    const { connection } = await store.open();
    const modelId = `m-${'1a'.repeat(16)}`;
    put(join(store.paths.root, 'models', modelId, 'artifacts/data/model.pkl'), Buffer.from('\x80\x04}.', 'latin1'));
    expect(
      await connection.request('models/inspect', { owner: 'model', modelId, path: 'data/model.pkl' }),
    ).toMatchObject({ format: 'pickle', root: 'dict' });
  });

  it('and nothing else is', async () => {
    const { connection } = await store.open();
    const { runId, artifacts } = await endedRun(connection, { 'folder/m.onnx': 'no model' });
    const elsewhere = mkdtempSync(join(tmpdir(), 'lw-elsewhere-'));
    put(join(elsewhere, 'm.onnx'), sampleModel());
    symlinkSync(join(elsewhere, 'm.onnx'), join(artifacts, 'link.onnx'));
    const refusalOf = (path: string) =>
      connection.request('models/inspect', { owner: 'run', runId, path }).then(
        () => null,
        (error: unknown) => LoopwrightError.from(error),
      );
    expect(await refusalOf('../spec.json')).toMatchObject({ code: 'bad_request', message: /Invalid path/ });
    expect(await refusalOf(join(elsewhere, 'm.onnx'))).toMatchObject({ code: 'bad_request', message: /Invalid path/ });
    expect(await refusalOf('link.onnx')).toMatchObject({ code: 'bad_request', message: /leads out/ });
    expect(await refusalOf('folder')).toMatchObject({ code: 'bad_request', message: /is no file/ });
    expect(await refusalOf('folder/none.onnx')).toMatchObject({ code: 'not_found' });
    expect(await refusalOf('folder/m.onnx')).toMatchObject({
      code: 'bad_request',
      message: /m\.onnx is no ONNX model/,
    });
    const unknown = { owner: 'run', runId: 'f'.repeat(32), path: 'm.onnx' } as const;
    await expect(connection.request('models/inspect', unknown)).rejects.toMatchObject({ code: 'not_found' });
    rmSync(elsewhere, { recursive: true });
  });
});

it('a file that takes too long is given up, counted from when it is begun', async () => {
  const place = { owner: 'run', runId: 'a', path: 'm.onnx' } as const;
  const asked = inspectInJob(
    {
      run: (_, __, { signal, onProgress }) =>
        new Promise((___, reject) => {
          onProgress?.(null);
          signal?.addEventListener('abort', () => reject(new LoopwrightError('cancelled', 'The job was cancelled.')));
        }),
    },
    store.paths.root,
    place,
    20,
  );
  await expect(asked).rejects.toMatchObject({ code: 'bad_request', message: /^m\.onnx was not read to its end/ });
});
