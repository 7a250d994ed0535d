/** Code that runs a model in Python, run by Python on models that scikit-learn's converter wrote, and of registered versions. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { EngineConnection } from '../../src/client/connection';
import { embeddingCode } from '../../src/engine/serving/embedding';
import { EmbeddingLanguage } from '../../src/protocol/requests/endpoints';
import { columns } from '../endpoint/models';
import { mirroredRow, mirrors, written } from './embeddingSupport';
import { temporaryFolder } from './models/modelFile';
import { repository, type TestStore, testStore } from './support';

const PYTHON = process.env.LOOPWRIGHT_CAPTURE_PYTHON ?? join(repository, '.cache/venv-capture/bin/python');
const python = (code: string) => execFileSync(PYTHON, ['-c', code], { encoding: 'utf8' });
const node = (code: string) => execFileSync(process.execPath, ['-e', code], { cwd: repository, encoding: 'utf8' });

const TRAIN = `
import json, sys
import numpy as np, onnx
from skl2onnx import to_onnx
from sklearn.linear_model import LogisticRegression
random = np.random.default_rng(0)
X = random.standard_normal((200, 3)).astype(np.float32)
model = LogisticRegression().fit(X, np.where(X[:, 0] > 0, 7, 4))
onnx.save(to_onnx(model, X[:1]), sys.argv[1] + '/model.onnx')
print(json.dumps([model.predict_proba(np.array([[1, 0.5, -2]], np.float32))[0].tolist(), X[0].tolist()]))
`;

const MLMODEL = `flavors:
  onnx: { data: model.onnx }
saved_input_example_info: { artifact_path: input_example.json, type: dataframe }
`;

let store: TestStore;
let connection: EngineConnection;
beforeAll(async () => {
  store = testStore();
  ({ connection } = await store.open());
});
afterAll(() => store.dispose());

it('runs a version of a classifier with the row of its example, in Python with its probabilities', async () => {
  const folder = join(store.folder, 'fraud');
  mkdirSync(folder, { recursive: true });
  const [probabilities = []] = JSON.parse(
    execFileSync(PYTHON, ['-c', TRAIN, folder], { encoding: 'utf8' }),
  ) as number[][];
  writeFileSync(join(folder, 'MLmodel'), MLMODEL);
  const example = { columns: ['a', 'b', 'c'], data: [[1, 0.5, -2]] };
  writeFileSync(join(folder, 'input_example.json'), JSON.stringify(example));
  const edit = { op: 'registerFile' as const, name: 'fraud', file: folder, runId: null };
  await connection.request('registry/edit', { edits: [edit] });
  await connection.request('registry/verify', { name: 'fraud', which: 1 });

  const of = { name: 'fraud', which: 1 };
  const { code } = await connection.request('endpoints/embedding', { ...of, language: 'python' });
  expect(code).toMatch(/^# fraud version 1 \([0-9a-f]{64}\): a row through the model, in this process\.$/m);
  expect(code).toContain(`MODEL = "${store.paths.root}/models/v-`);
  expect(code).toContain('a row of the input example');
  const said = python(code);
  expect(said).toContain('output_label [7]');
  const told = /4: (?:np\.float32\()?([\d.]+)\)?, 7: (?:np\.float32\()?([\d.]+)/.exec(said);
  expect(Number(told?.[1])).toBeCloseTo(probabilities[0] ?? NaN, 5);
  expect(Number(told?.[2])).toBeCloseTo(probabilities[1] ?? NaN, 5);

  const { code: forNode } = await connection.request('endpoints/embedding', { ...of, language: 'node' });
  expect(node(forNode)).toBe('output_label [ 1 ] BigInt64Array(1) [ 7n ]\n');
});

it('runs several inputs, and values of all types, in Python', async () => {
  const zeros = python(embeddingCode(await written(temporaryFolder(), columns(), null), 'python'));
  expect(zeros).toBe("below [[0.]]\nwhere [['']]\nsame [[0]]\n");
  const mirrored = python(embeddingCode(await written(temporaryFolder(), mirrors(), mirroredRow), 'python'));
  expect(mirrored.trimEnd().split('\n')).toEqual([
    'out float [[-1.5]]',
    'out uint8 [[255]]',
    'out int8 [[-128]]',
    'out uint16 [[65535]]',
    'out int16 [[-32768]]',
    'out int32 [[-7]]',
    'out int64 [[-9223372036854775807]]',
    String.raw`out string [['say "hé\\n']]`,
    'out bool [[ True]]',
    'out float16 [[-0.25]]',
    'out double [[1.e-07]]',
    'out uint32 [[4294967295]]',
    'out uint64 [[18446744073709551615]]',
  ]);
});

it('is there in each language for a file that is not registered, and for no other file', async () => {
  const file = join(store.folder, 'plain.onnx');
  writeFileSync(file, columns());
  for (const language of EmbeddingLanguage.options) {
    const { code } = await connection.request('endpoints/embeddingOfFile', { file, language });
    expect(code.split('\n')[0]).toMatch(/^(#|\/\/) plain\.onnx: a row through the model, in this process\.$/);
    expect(code).toContain(JSON.stringify(file));
  }
  const other = join(store.folder, 'model.pkl');
  writeFileSync(other, 'nothing');
  await expect(connection.request('endpoints/embeddingOfFile', { file: other, language: 'python' })).rejects.toThrow(
    /model\.pkl/,
  );
});
