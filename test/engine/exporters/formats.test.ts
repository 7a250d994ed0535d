/** Tables and documents, read by parsers that are not ours. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ExportStore, exportStore } from './support';

let store: ExportStore;
beforeEach(() => {
  store = exportStore();
});
afterEach(() => {
  store.dispose();
});

const text = (name: string) => readFileSync(join(store.out, name), 'utf8');

/** As DuckDB reads it. */
async function table(query: string): Promise<Record<string, unknown>[]> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    return (await connection.runAndReadAll(query)).getRowObjectsJson();
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
const csv = (name: string) => table(`FROM read_csv('${join(store.out, name)}', all_varchar = true, header = true)`);
const parquet = (name: string) => table(`FROM read_parquet('${join(store.out, name)}')`);

const UGLY = 'a, "b"\r\nc\n=1+1';

describe('CSV', () => {
  it('has a row for each run, with every parameter, metric and tag, whatever characters they have', async () => {
    store.add([
      { id: 'one', name: UGLY, startMs: 0, endMs: 1500, params: { 'p,"q"': UGLY }, metrics: { auc: 0.5 } },
      { id: 'two', tags: { team: '=HYPERLINK("x")' }, metrics: { auc: Number.NaN, loss: Number.POSITIVE_INFINITY } },
      { id: 'gone', deletedMs: 5, params: { only: 'there' } },
    ]);
    const result = await store.export({ path: 'runs.csv' });
    expect(result).toMatchObject({ format: 'csv', runs: 2 });
    expect(result.files.map((file) => file.slice(store.out.length + 1))).toEqual(['runs.csv', 'runs-points.csv']);
    const [one, two] = await csv('runs.csv');
    expect(one).toMatchObject({
      run_id: 'one',
      name: UGLY,
      start_time: '1970-01-01T00:00:00.000Z',
      end_time: '1970-01-01T00:00:01.500Z',
      'params.p,"q"': UGLY,
      'metrics.auc': '0.5',
      'metrics.loss': null,
      deleted: 'false',
    });
    expect(two).toMatchObject({ 'tags.team': '=HYPERLINK("x")', 'metrics.auc': 'NaN', 'metrics.loss': 'Infinity' });
    expect(Object.keys(one ?? {})).not.toContain('params.only');
    expect(text('runs.csv')).toMatch(/^run_id,[^\n]*\r\n/);
  });

  it('has deleted runs where that is asked for', async () => {
    store.add([{ id: 'one' }, { id: 'gone', deletedMs: 5 }]);
    await store.export({ path: 'runs.csv', deleted: true });
    expect((await csv('runs.csv')).map((row) => [row.run_id, row.deleted])).toEqual([
      ['one', 'false'],
      ['gone', 'true'],
    ]);
  });

  it('has the points in a second file', async () => {
    store.add([{ id: 'one' }]);
    store.addPoint('one', 'loss', { step: 1, ms: 1000, value: 0.25 });
    store.addPoint('one', 'loss', { step: -2, ms: 9e15, value: null });
    await store.export({ path: 'runs.csv' });
    expect(await csv('runs-points.csv')).toEqual([
      { run_id: 'one', metric: 'loss', step: '1', time: '1970-01-01T00:00:01.000Z', value: '0.25' },
      { run_id: 'one', metric: 'loss', step: '-2', time: '9000000000000000', value: 'NaN' },
    ]);
  });
});

describe('Parquet', () => {
  it('has the same in types of its own', async () => {
    store.add([
      { id: 'one', startMs: 0, endMs: null, params: { lr: UGLY, LR: 'upper' }, metrics: { auc: Number.NaN } },
      { id: 'two', metrics: { auc: 0.5 } },
    ]);
    store.addPoint('one', 'loss', { step: 2 ** 40, ms: 1000, value: Number.NEGATIVE_INFINITY });
    await store.export({ path: 'deep/runs.parquet' });
    const [one, two] = await parquet('deep/runs.parquet');
    expect(one).toMatchObject({
      run_id: 'one',
      start_time: '1970-01-01 00:00:00',
      end_time: null,
      'params.LR': 'upper',
      'params.lr (2)': UGLY,
      'metrics.auc': 'NaN',
      deleted: false,
    });
    expect(two).toMatchObject({ 'metrics.auc': 0.5, 'params.LR': null });
    expect(await parquet('deep/runs-points.parquet')).toEqual([
      { run_id: 'one', metric: 'loss', step: String(2 ** 40), time: '1970-01-01 00:00:01', value: '-Infinity' },
    ]);
    expect(readdirSync(join(store.out, 'deep')).sort()).toEqual(['runs-points.parquet', 'runs.parquet']);
  });
});

describe('JSON', () => {
  it('is one document in the shape of `runs show --json`, with points and the registry', async () => {
    store.add([{ id: 'one', name: UGLY, params: { lr: '0.1' }, tags: { team: 'risk' } }, { id: 'two' }]);
    store.addPoint('one', 'loss', { step: 0, ms: 1000, value: null });
    store.addPoint('one', 'loss', { step: 1, ms: 2000, value: Number.POSITIVE_INFINITY });
    store.db.exec(
      `INSERT INTO registered_models (name, created_ms, updated_ms, description) VALUES ('fraud', 1, 2, 'finds it')`,
    );
    await store.export({ path: 'runs.json' });
    const document = JSON.parse(text('runs.json')) as { runs: object[] };
    expect(document).toMatchObject({
      format: 'loopwright-runs',
      experiments: [{ name: 'Default', deleted: false }],
      registered_models: [{ name: 'fraud', description: 'finds it', versions: [] }],
    });
    expect(document.runs).toHaveLength(2);
    expect(document.runs[0]).toMatchObject({
      run_id: 'one',
      name: UGLY,
      params: { lr: '0.1' },
      tags: { team: 'risk' },
      metrics: { loss: { last: 'Infinity', step: 1, count: 2 } },
      points: {
        loss: [
          { step: 0, timestamp: '1970-01-01T00:00:01.000Z', value: 'NaN' },
          { step: 1, timestamp: '1970-01-01T00:00:02.000Z', value: 'Infinity' },
        ],
      },
    });
  });
});

describe('which runs', () => {
  it('are those of the top level that meet a filter or have the words, with their children', async () => {
    store.add([
      { id: 'good', metrics: { auc: 0.9 }, name: 'forest' },
      { id: 'good-child', parent: 'good' },
      { id: 'good-grandchild', parent: 'good-child' },
      { id: 'good-deleted', parent: 'good', deletedMs: 5 },
      { id: 'bad', metrics: { auc: 0.1 } },
      { id: 'bad-child', parent: 'bad', metrics: { auc: 0.9 } },
    ]);
    const ids = async () => (await csv('runs.csv')).map((row) => row.run_id);
    await store.export({ path: 'runs.csv', filter: 'metrics.auc > 0.5', overwrite: true });
    expect(await ids()).toEqual(['good', 'good-child', 'good-grandchild']);
    await store.export({ path: 'runs.csv', filter: "name RLIKE '^for'", overwrite: true });
    expect(await ids()).toEqual(['good', 'good-child', 'good-grandchild']);
    await store.export({ path: 'runs.csv', runIds: ['bad', 'good-deleted'], overwrite: true });
    expect(await ids()).toEqual(['good-deleted', 'bad', 'bad-child']);
  });

  it('are refused where a filter is not understood, or a run is not there', async () => {
    await expect(store.export({ path: 'runs.csv', filter: 'metrics.auc >' })).rejects.toMatchObject({
      code: 'bad_request',
    });
    await expect(store.export({ path: 'runs.csv', runIds: ['none'] })).rejects.toMatchObject({ code: 'not_found' });
    expect(readdirSync(store.out)).toEqual([]);
  });
});
