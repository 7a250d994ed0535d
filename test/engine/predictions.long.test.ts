/** What two versions predict on a table: real models, run by real processes; tables as people have them, and as they should not be. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { EngineConnection } from '../../src/client/connection';
import { ComparedPredictions } from '../../src/protocol/predictions';
import type { PredictionTable } from '../../src/protocol/requests/predictions';
import { classifier, leaningClassifier } from '../endpoint/models';
import { type TestStore, testStore, until } from './support';

const MLMODEL = `flavors:
  onnx: { data: model.onnx }
saved_input_example_info: { artifact_path: input_example.json, type: dataframe }
signature:
  inputs: '[{"type": "float", "name": "a"}, {"type": "float", "name": "b"}, {"type": "float", "name": "c"}]'
  outputs: '[{"type": "long"}]'
`;

let store: TestStore;
let connection: EngineConnection;
beforeAll(async () => {
  store = testStore();
  ({ connection } = await store.open());
  // The second one adds 2 to what is said for the second class.
  await register('fraud', 'one', { 'model.onnx': classifier(), MLmodel: MLMODEL, 'input_example.json': EXAMPLE });
  await register('fraud', 'two', { 'model.onnx': leaningClassifier([0, 2, 0]) });
});
afterAll(() => store.dispose());

const EXAMPLE = JSON.stringify({
  columns: ['a', 'b', 'c'],
  data: [
    [1, 0, 0],
    [0, 5, 0],
  ],
});

async function register(
  name: string,
  folder: string,
  files: Readonly<Record<string, Buffer | string>>,
): Promise<number> {
  const path = join(store.folder, folder);
  mkdirSync(path, { recursive: true });
  for (const [file, content] of Object.entries(files)) writeFileSync(join(path, file), content);
  const edit = { op: 'registerFile' as const, name, file: path, runId: null };
  const { results } = await connection.request('registry/edit', { edits: [edit] });
  return results[0]?.version ?? 0;
}

function file(name: string, content: string): PredictionTable {
  writeFileSync(join(store.folder, name), content);
  return { kind: 'file', path: join(store.folder, name) };
}

const both = [1, 2].map((version) => ({ name: 'fraud', version }));
const compare = async (table: PredictionTable, versions = both, more: object = {}) =>
  ComparedPredictions.parse(await connection.request('predictions/compare', { versions, table, ...more }));

it('says on which rows they agree, and shows those that differ the most with their inputs', async () => {
  const found = await compare(file('rows.csv', 'id,c,b,a\n7,0,0,1\n8,0,0,9\n9,0,1,2.5\n10,9,0,0\n'));
  expect(found).toMatchObject({
    table: { name: 'rows.csv', rows: 4, total: 4, cut: null },
    basis: 'class',
    agree: 2,
    columns: { items: ['id', 'c', 'b', 'a'], total: 4 },
    leftOut: [],
  });
  // The names are of the signature that came with the first; the second has none of its own.
  for (const side of found.sides)
    expect(side).toMatchObject({
      matched: 'signature',
      columns: { items: ['a', 'b', 'c'] },
      leftOut: { items: ['id'] },
    });
  expect(found.outputs.map(({ names, kind, agree }) => [names, kind, agree])).toEqual([
    [['label'], 'class', 2],
    [['probability'], 'number', 0],
  ]);
  // Softmax of (1, 0, 0) and of (1, 2, 0); of (2.5, 1, 0) and of (2.5, 3, 0).
  expect(found.rows.items.map(({ row, inputs, outputs }) => [row, inputs, outputs[0]?.values])).toEqual([
    [1, ['7', '0', '0', '1'], ['0', '1']],
    [3, ['9', '0', '1', '2.5'], ['0', '1']],
    [2, ['8', '0', '0', '9'], ['0', '0']],
    [4, ['10', '9', '0', '0'], ['2', '2']],
  ]);
  const e = Math.exp;
  const first = e(2) / (e(1) + e(2) + 1) - 1 / (e(1) + 2);
  expect(found.outputs[1]?.largestDifference).toBeCloseTo(first, 4);
  const tolerant = await compare(file('rows.csv', 'a,b,c\n0,0,9\n'), both, { tolerance: 0.5 });
  expect(tolerant).toMatchObject({ agree: 1, tolerance: 0.5, rows: { total: 0 } });
});

it('takes the input example of a version, JSON lines and columns without names', async () => {
  expect(await compare({ kind: 'example', of: { name: 'fraud', version: 1 } })).toMatchObject({
    table: { name: 'input_example.json', rows: 2 },
    agree: 1,
  });
  expect(await compare(file('rows.jsonl', '{"a":1,"b":0,"c":0}\n{"c":9,"b":0,"a":0}\n'))).toMatchObject({ agree: 1 });
  expect(await compare(file('plain.csv', '1,0,0\n0,0,9\n'))).toMatchObject({
    agree: 1,
    sides: [{ matched: 'position' }, { matched: 'position' }],
  });
  await expect(compare({ kind: 'example', of: { name: 'fraud', version: 2 } })).rejects.toThrow(
    'No input example came with fraud v2.',
  );
});

it('takes Parquet, with whole numbers and others', async () => {
  const path = join(store.folder, 'rows.parquet');
  const instance = await DuckDBInstance.create(':memory:');
  const writer = await instance.connect();
  await writer.run(
    `COPY (SELECT i AS id, (i % 2)::DOUBLE AS a, 0.5::FLOAT AS b, i::BIGINT AS c FROM range(4) t(i)) TO '${path}'`,
  );
  writer.closeSync();
  instance.closeSync();
  const found = await compare({ kind: 'file', path });
  expect(found).toMatchObject({
    table: { name: 'rows.parquet', rows: 4, total: 4, cut: null },
    columns: { items: ['id', 'a', 'b', 'c'] },
    sides: [{ matched: 'signature', leftOut: { items: ['id'] } }, { matched: 'signature' }],
  });
  // (0, 0.5, 0) has its largest in the second; (1, 0.5, 1), (0, 0.5, 2) and (1, 0.5, 3) of the first, with 2 more, too, but the last.
  const labels = found.rows.items.map(({ row, outputs }) => [row, outputs[0]?.values]);
  expect(labels.toSorted()).toEqual([
    [1, ['1', '1']],
    [2, ['0', '1']],
    [3, ['2', '1']],
    [4, ['2', '2']],
  ]);
});

it('takes no more rows than it says', async () => {
  const found = await compare(file('many.csv', `a,b,c\n${'1,0,0\n'.repeat(11_000)}`));
  expect(found.table).toEqual({ name: 'many.csv', rows: 10_000, total: 11_000, cut: 'rows' });
  expect(found.rows.items).toHaveLength(50);
  expect(found.rows.total).toBe(10_000);
});

it.each([
  ['empty.csv', '', 'empty.csv is empty.'],
  ['header.csv', 'a,b,c\n', 'header.csv has no rows.'],
  [
    'missing.csv',
    'a,b,d\n1,2,3\n',
    'missing.csv does not fit fraud v1. Missing columns: "c". The table has "a", "b", "d".',
  ],
  [
    'wide.csv',
    'p,q,r,s\n1,2,3,4\n',
    'wide.csv does not fit fraud v1. It takes 3 columns ("x" FP32 [N, 3]), and nothing says which',
  ],
  ['text.csv', 'a,b,c\n1,2,3\n4,five,6\n', 'fraud v1: Row 2: "b" takes FP32; "five" is none.'],
  ['ragged.csv', 'a,b,c\n1,2,3\n4,5\n6,7,8\n', "ragged.csv can't be read: line 3 has 2 cells in place of 3."],
  ['ragged.json', '[[1,2,3],[4,5]]', 'ragged.json is no table: row 2 has 2 values for 3 columns.'],
  ['note.txt', 'a', 'note.txt is no table that can be read.'],
  ['broken.parquet', 'PAR1', "broken.parquet can't be read: "],
])('names what is wrong with %s', async (name, content, why) => {
  await expect(compare(file(name, content))).rejects.toThrow(why);
});

it('runs what was made of a version in its place, and refuses one of which nothing was made', async () => {
  const version = await register('fraud', 'three', { 'model.pkl': 'no model' });
  const versions = [{ name: 'fraud', version }, ...both.slice(1)];
  const table = file('rows.csv', 'a,b,c\n1,0,0\n');
  await expect(compare(table, versions)).rejects.toThrow('fraud v3 is no ONNX model (its model is model.pkl)');
  const draft = 'convert-0123456789ab';
  mkdirSync(join(store.paths.drafts, draft), { recursive: true });
  writeFileSync(join(store.paths.drafts, draft, 'model.onnx'), classifier());
  const asked = { name: 'fraud', draft, runId: null, description: '', tags: { 'loopwright.onnx.from': 'fraud v3' } };
  const { version: made } = await connection.request('registry/take', asked);
  await until('it is kept', async () => {
    const { version: row } = await connection.request('registry/version', { name: 'fraud', which: made });
    return row.status === 'READY';
  });
  expect((await compare(table, versions)).sides[0].ran).toEqual({ name: 'fraud', version: made, isConversion: true });
});

it('can be cancelled, and those who ask for the same wait for one', async () => {
  const table = file('long.csv', `a,b,c\n${'1,0,0\n'.repeat(9000)}`);
  const order = { versions: both, table };
  const results = Promise.allSettled([compare(table), compare(table)]);
  await until('it runs', async () => (await connection.request('predictions/state', order)).progress !== null);
  await connection.request('predictions/cancel', order);
  for (const one of await results) expect(one).toMatchObject({ status: 'rejected', reason: { code: 'cancelled' } });
  expect((await connection.request('predictions/state', order)).progress).toBeNull();
  expect((await compare(table)).table.rows).toBe(9000);
});

it.each([
  ['LOOPWRIGHT_PREDICTIONS_MB', '20', 'needed more than 20 MB of memory, which is what a model gets here.'],
  ['LOOPWRIGHT_PREDICTIONS_MS', '10', 'Nothing was compared within 0 s'],
])('ends what takes more than its limit: %s', async (name, limit, why) => {
  const table = file('rows.csv', 'a,b,c\n1,0,0\n');
  await connection.request('engine/stop', { reason: 'user' });
  process.env[name] = limit;
  try {
    await until('another engine is there', async () => {
      ({ connection } = await store.open());
      return (await connection.request('engine/status', {})).uptimeMs < 60_000;
    });
    await expect(compare(table, both, { anew: true })).rejects.toThrow(why);
  } finally {
    Reflect.deleteProperty(process.env, name);
  }
});
