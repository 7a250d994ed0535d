/** What the page of an endpoint shows beside its charts: a request of the log, and rows of a table for the form. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, describe, expect, it } from 'vitest';
import { type Call, newCall } from '../../src/endpoint/call';
import { RequestLog } from '../../src/endpoint/log/requestLog';
import { readLogged } from '../../src/engine/serving/logged';
import { numberText, shownTensor } from '../../src/engine/serving/shownTensor';
import { readTableRows } from '../../src/engine/serving/tableRows';
import type { NamedTensor } from '../../src/inference/datatype';
import { requestLogFolder, requestOf } from '../../src/protocol/node/requestLog';

const folder = mkdtempSync(join(tmpdir(), 'lw-endpoint-requests-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const { signal } = new AbortController();

describe('a request of the log', () => {
  const model = { model: 'fraud', version: '3', file: '/m.onnx', digest: null };
  const floats = (name: string, rows: number, width: number): NamedTensor => ({
    ...{ name, datatype: 'FP32', shape: [rows, width] },
    data: Float32Array.from({ length: rows * width }, (_, at) => at / 10),
  });
  const asked = (id: string, feeds: readonly NamedTensor[]): Call => ({
    ...newCall('MLflow', { 'x-request-id': id }),
    ...{ model, feeds, outputs: [{ name: 'label', datatype: 'INT64', shape: [1], data: BigInt64Array.of(2n ** 60n) }] },
  });
  const log = (store: string, mask: string[] = []) =>
    new RequestLog(
      requestLogFolder(store, 'fraud'),
      { days: 7, megabytes: 256, mask },
      () => model,
      () => undefined,
    );
  const store = (name: string) => join(folder, name);
  const wanted = ({ id, timeMs }: Call) => ({ id, timeMs, tookMs: 1 });

  it('is found among others, with its label, what is masked and what is cut', async () => {
    const written = log(store('found'), ['x[1]', 'country']);
    const country: NamedTensor = { name: 'country', datatype: 'BYTES', shape: [3, 1], data: ['a', 'b', 'c'] };
    const one = asked('<b>\u0000one', [floats('x', 3, 2), country]);
    const large = asked('large', [floats('x', 10_000, 2)]);
    for (const call of [asked('before', [floats('x', 1, 2)]), one, large, asked('after', [])])
      written.request(call, 200, null);
    await written.label([{ id: one.id, timeMs: 5, label: [1, 0], comment: 'é' }]);
    await written.label([{ id: one.id, timeMs: 6, label: 2, metrics: { cost: 12.5 } }]);
    await written.end();

    const task = { store: store('found'), name: 'fraud' };
    const { found } = await readLogged({ ...task, ...wanted(one) }, { signal });
    expect(found).toMatchObject({
      label: { timeMs: 6, label: '2', metrics: '{"cost":12.5}', comment: null },
      ...{ isLabelSure: true, more: 0 },
    });
    expect(found?.inputs).toEqual([
      {
        ...{ name: 'x', datatype: 'FP32', shape: [3, 2], columns: ['0', '1'], rowCount: 3, columnCount: 2, kept: null },
        rows: [
          ['0', null],
          ['0.2', null],
          ['0.4', null],
        ],
      },
      expect.objectContaining({ columns: ['country'], rows: [[null], [null], [null]], kept: null }),
    ]);
    expect(found?.outputs).toMatchObject([{ name: 'label', rows: [['1152921504606846976']] }]);

    const cut = (await readLogged({ ...task, ...wanted(large) }, { signal })).found;
    expect(cut?.inputs[0]).toMatchObject({ rowCount: 10_000, kept: 4096 });
    expect(cut?.inputs[0]?.rows).toHaveLength(100);
    expect(cut?.label).toBeNull();
  });

  it('that is not there is told so, and how far it was looked for', async () => {
    const written = log(store('gone'));
    const calls = Array.from({ length: 40 }, (_, at) => asked(`r${String(at)}`, [floats('x', 100, 2)]));
    for (const call of calls) written.request(call, 200, null);
    await written.end();
    const task = { store: store('gone'), name: 'fraud', id: 'other' };
    const nowMs = Date.now();
    const why = async (timeMs: number) => (await readLogged({ ...task, timeMs, tookMs: 1 }, { signal })).why;
    expect(await why(nowMs)).toContain('not written to the log yet');
    expect(await why(nowMs - 600_000)).toContain('It is not in the log: it was left out');

    // Its label may stand behind what is read.
    const [first] = calls;
    if (!first) throw new Error('there are 40');
    const within = requestOf(requestLogFolder(store('gone'), 'fraud'), wanted(first), {
      mostBytes: 100,
      mostMs: 60_000,
      signal,
    });
    expect(await within).toMatchObject({ request: { id: 'r0' }, isSure: false });
    const aborted = AbortSignal.abort(new Error('enough'));
    const ended = requestOf(requestLogFolder(store('gone'), 'fraud'), wanted(first), {
      ...{ mostBytes: 1e9, mostMs: 60_000 },
      signal: aborted,
    });
    await expect(ended).rejects.toThrow('enough');
  });
});

describe('a tensor as a table', () => {
  it('has rows of which all that is shown is there, numbers as short as they can be', () => {
    expect(numberText(Math.fround(0.1), 'FP32')).toBe('0.1');
    expect(numberText(Math.fround(1 / 3), 'FP32')).toBe('0.33333334');
    expect(numberText(0.1 + 0.2, 'FP64')).toBe('0.30000000000000004');
    expect(numberText(0.123456789, 'FP32')).toBe('0.123456789');
    expect(numberText(-Infinity, 'FP32')).toBe('-Infinity');
    const data = Array.from({ length: 130 }, () => 1);
    const image = shownTensor({ name: 'image', datatype: 'FP32', shape: [4, 60], data });
    expect(image).toMatchObject({ rowCount: 4, columnCount: 60, kept: 130 });
    expect(image.rows.map((row) => row.length)).toEqual([50, 50]);
    expect(shownTensor({ name: 'e', datatype: 'FP32', shape: [0, 3], data: [] })).toMatchObject({
      rows: [],
      kept: null,
    });
  });
});

describe('rows of a table', () => {
  const file = (name: string, text: string) => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  const port = (name: string, datatype: string, shape = [-1, 1]) => ({ name, datatype, shape });
  const several = [port('land', 'BYTES'), port('age', 'FP32')];
  const read = (path: string, more: Partial<Parameters<typeof readTableRows>[0]> = {}) =>
    readTableRows({ path, inputs: several, columns: ['land', 'age'], isExample: false, ...more }, { signal });

  it('are found by the names of columns, texts as they are written', async () => {
    const csv = file('some.csv', 'id,age,land\n1,30.5,007\n2,,"x, ""y"""\n');
    expect(await read(csv)).toEqual({
      ...{ name: 'some.csv', isCut: false, isByOrder: false, leftOut: ['id'], leftOutCount: 1 },
      rows: [
        ['007', '30.5'],
        ['x, "y"', ''],
      ],
    });
    const json = file('some.json', '[{"age": 1, "land": "a"}, {"age": 2.5, "land": "b"}]');
    expect((await read(json)).rows).toEqual([
      ['a', '1'],
      ['b', '2.5'],
    ]);
    const parquet = join(folder, 'some.parquet');
    const connection = await (await DuckDBInstance.create(':memory:')).connect();
    await connection.run(
      `COPY (SELECT i AS id, (i / 10)::FLOAT AS age, 'l' || i AS land FROM range(150) t(i)) TO '${parquet}' (FORMAT parquet)`,
    );
    connection.closeSync();
    const found = await read(parquet);
    expect(found.rows).toHaveLength(100);
    expect(found).toMatchObject({ isCut: true });
    expect(found.rows[1]).toEqual(['l1', '0.1']);
  });

  it('of a model with one input are found by the names of its example, else taken in their order', async () => {
    const matrix = { inputs: [port('X', 'FP32', [-1, 2])], columns: ['a', 'b'] };
    const csv = file('matrix.csv', 'b,id,a\n1,7,2\n');
    expect((await read(csv, { ...matrix, isExample: true })).rows).toEqual([['2', '1']]);
    await expect(read(csv, matrix)).rejects.toThrow('matrix.csv does not fit the model. It takes 2 columns');
    expect(await read(file('two.csv', 'p,q\n1,7\n'), matrix)).toMatchObject({ isByOrder: true, rows: [['1', '7']] });
  });

  it('that lacks columns, or is no table, are refused by name', async () => {
    await expect(read(file('lacks.csv', 'id,age\n1,2\n'))).rejects.toThrow(
      'lacks.csv does not fit the model. Missing columns: "land"',
    );
    await expect(read(file('no.txt', 'x'))).rejects.toThrow('no.txt is no table that can be read');
    await expect(read(file('none.csv', 'land,age\n'))).rejects.toThrow('none.csv has no rows');
    await expect(read(join(folder, 'gone.csv'))).rejects.toThrow('There is no file');
  });
});
