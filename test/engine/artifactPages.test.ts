import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Artifact } from '../../src/protocol/entities';
import type { Params, Result } from '../../src/protocol/requests';
import { preparedRun, type TestStore, testStore, until, writeJournal, writeRunner } from './support';

let store: TestStore;
beforeEach(() => {
  store = testStore();
});
afterEach(() => store.dispose());

const artifact = (path: string, change: object = {}) => ['artifact', 1, { path, size: 10, kind: 'file', ...change }];
const LONG = `a/${'名'.repeat(4000)}`;

async function ingested(records: unknown[][]) {
  const { connection } = await store.open();
  const run = preparedRun(store);
  writeJournal(run.folder, records);
  writeFileSync(join(run.folder, 'output.log'), 'one\r\n\u001B[31mT\u001B[0mwo\r\n');
  writeRunner(run.folder, {});
  const { run_id: runId } = run.spec;
  await connection.request('runs/announce', { runId });
  const paths = new Set(records.map((record) => (record[2] as { path: string }).path));
  await until('all', async () => (await connection.request('runs/get', { runId })).counts.artifacts === paths.size);
  return { connection, runId };
}

describe('artifacts', () => {
  it('are a tree, searched, and seen by name and step', async () => {
    const steps = [7, -1, 3, 3].map((step) =>
      artifact(`x.step-${String(step)}.png`, { kind: 'figure', name: 'x', step, size: step + 10 }),
    );
    const { connection, runId } = await ingested([
      artifact('reports', { kind: 'directory' }),
      artifact('reports/a.csv'),
      artifact('reports/deep/b_1.csv'),
      artifact('reports/deep/c%.csv'),
      artifact('reports0.txt'),
      artifact("it's.txt"),
      artifact(LONG),
      artifact('x', { kind: 'figure' }),
      artifact('charts/x.roc.json', { kind: 'chart', name: 'x' }),
      ...steps,
    ]);
    const folder = (under: string) => connection.request('runs/artifactFolder', { runId, under });
    const names = ({ entries }: Result<'runs/artifactFolder'>) =>
      entries.map(({ name, count, artifact: own }) => [name.slice(0, 12), count, own?.kind ?? null]);
    expect(names(await folder(''))).toEqual([
      ['a', 1, null],
      ['charts', 1, null],
      ['reports', 3, 'directory'],
      ["it's.txt", 0, 'file'],
      ['reports0.txt', 0, 'file'],
      ['x', 0, 'figure'],
      ['x.step--1.pn', 0, 'figure'],
      ['x.step-3.png', 0, 'figure'],
      ['x.step-7.png', 0, 'figure'],
    ]);
    expect(names(await folder('reports/'))).toEqual([
      ['deep', 2, null],
      ['a.csv', 0, 'file'],
    ]);
    expect((await folder('reports/deep/')).entries.map(({ path }) => path)).toEqual([
      'reports/deep/b_1.csv',
      'reports/deep/c%.csv',
    ]);
    expect(names(await folder('a/'))).toEqual([['名'.repeat(12), 0, 'file']]);
    expect(names(await folder("it's/' OR 1=1 --/"))).toEqual([]);

    const search = async (text: string) =>
      (await connection.request('runs/artifacts', { runId, search: text })).artifacts.map(({ path }) => path);
    expect(await search('CSV deep')).toEqual(['reports/deep/b_1.csv', 'reports/deep/c%.csv']);
    expect(await search('%')).toEqual(['reports/deep/c%.csv']);
    expect(await search("_1 '")).toEqual([]);

    const { figures } = await connection.request('runs/figures', { runId });
    expect(figures.map(({ kind, count, last }) => [kind, count, last.name, last.path, last.step])).toEqual([
      ['chart', 1, 'x', 'charts/x.roc.json', null],
      ['figure', 1, null, 'x', null],
      ['figure', 3, 'x', 'x.step-7.png', 7],
    ]);
    expect((await connection.request('runs/get', { runId })).counts.figures).toBe(3);
    const at = async (index: number) =>
      (await connection.request('runs/figureAt', { runId, name: 'x', kind: 'figure', index })).artifact?.step;
    expect([await at(0), await at(1), await at(2), await at(3)]).toEqual([-1, 3, 7, undefined]);
    expect(await connection.request('runs/searchOutput', { runId, text: 'TWO' })).toMatchObject({
      hits: [{ line: 1, offset: 5, nth: 0 }],
      next: null,
    });
  });

  it('are a page at a time, also where there are 10,000 in one folder', async () => {
    const paths = Array.from({ length: 10_000 }, (_, index) => `many/${String(index).padStart(5, '0')}.bin`);
    const { connection, runId } = await ingested(paths.map((path) => artifact(path)));
    const read = async (under: string) => {
      const seen: string[] = [];
      let params: Params<'runs/artifactFolder'> = { runId, under, limit: 500 };
      for (;;) {
        const { entries, nextPageToken } = await connection.request('runs/artifactFolder', params);
        seen.push(...entries.map(({ path }) => path));
        if (nextPageToken === null) return seen;
        params = { ...params, pageToken: nextPageToken };
      }
    };
    expect(await read('')).toEqual(['many']);
    expect(await read('many/')).toEqual(paths);
    const found = await connection.request('runs/artifacts', { runId, search: '0999' });
    expect(found.artifacts.map(({ path }: Artifact) => path).slice(0, 2)).toEqual(['many/00999.bin', 'many/09990.bin']);
  });
});
