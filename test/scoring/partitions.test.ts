/** An output in folders, one for each value of a column; and digests of rows. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ScoreFormat, ScoreOrder } from '../../src/protocol/score';
import { badIn, begin, isBegun, linesOf, orderFor, run, table, useFolder } from './jobs';

const { at, put } = useFolder();
const CLASSIFIER = at('classifier.onnx');
const SCORED = { columns: ['a', 'b', 'c'] };

let instance: DuckDBInstance;
beforeAll(async () => {
  instance = await DuckDBInstance.create(':memory:');
});
afterAll(() => instance.closeSync());

async function sql(query: string): Promise<unknown[][]> {
  const connection = await instance.connect();
  try {
    return (await connection.runAndReadAll(query)).getRowsJson();
  } finally {
    connection.closeSync();
  }
}

const READ = { csv: 'read_csv', parquet: 'read_parquet' };
const files = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.includes('part-'))
    .sort();
const contents = (folder: string): string[] =>
  files(folder).map(
    (name) =>
      `${name} ${createHash('sha256')
        .update(readFileSync(join(folder, name)))
        .digest('hex')}`,
  );

const folders = (name: string, format: ScoreFormat, wishes: Partial<ScoreOrder> = {}): ScoreOrder =>
  orderFor(CLASSIFIER, put('some.csv', table(9000)), at(name), {
    ...SCORED,
    format,
    partitionBy: ['prediction'],
    ...wishes,
  });

describe.each(['csv', 'parquet'] as const)('of %s', (format) => {
  it('has each row in the folder of its value, in the order of the input', async () => {
    const order = folders(`by-${format}`, format);
    expect(await run(order)).toMatchObject({ code: 0 });
    expect(readdirSync(order.output).sort()).toEqual(['prediction=0', 'prediction=1', 'prediction=2']);
    expect(files(order.output)).toHaveLength(3 * 9);
    const source = `${READ[format]}('${order.output}/*/*.${format}', hive_partitioning = true)`;
    expect(await sql(`SELECT prediction, count(*), count(DISTINCT id) FROM ${source} GROUP BY 1 ORDER BY 1`)).toEqual(
      [0, 1, 2].map((value) => [String(value), '3000', '3000']),
    );
    const first = `${READ[format]}('${order.output}/prediction=1/part-0000002-0.${format}')`;
    expect(await sql(`SELECT id FROM ${first} LIMIT 2`)).toEqual([['r2002'], ['r2005']]);
  });
});

it('is the same after any kill, and takes the place of what was there when it is whole', async () => {
  const whole = folders('whole', 'parquet', { chunkRows: 300, partitionBy: ['prediction', 'id2'], keep: ['id'] });
  expect((await run(whole)).said).toContain('The output has no column id2');
  const rows = Array.from(
    { length: 9000 },
    (_, row) => `k ${String(row % 40)}/,${String(row % 3)},1,${row % 7 === 6 ? '?' : '0'}`,
  );
  const input = put('keys.csv', `key,a,b,c\n${rows.join('\n')}\n`);
  const order = { ...whole, input, keep: ['key'], partitionBy: ['key'], errors: null };
  expect(await run(order)).toMatchObject({ code: 0 });
  const killed = { ...order, output: at('killed') };
  for (let attempt = 0; ; attempt++) {
    const { child, ended } = begin(killed, isBegun(killed) ? 'resume' : 'new');
    const timer = attempt > 6 ? null : setTimeout(() => child.kill('SIGKILL'), 200 + attempt * 70);
    const { code, said } = await ended;
    if (timer) clearTimeout(timer);
    if (code === 0) break;
    expect([code, said]).toEqual([null, said]);
    if (existsSync(killed.output)) break;
  }
  expect(contents(killed.output)).toEqual(contents(order.output));
  expect(badIn(killed)).toEqual(badIn(order));
  expect((await run(killed)).said).toContain('is there already');
  const other = {
    ...killed,
    input: put('few.csv', table(3)),
    replaces: true,
    keep: ['id'] as string[],
    partitionBy: ['id'],
  };
  expect(await run(other)).toMatchObject({ code: 0 });
  expect(readdirSync(other.output).sort()).toEqual(['id=r0', 'id=r1', 'id=r2']);
});

it('is refused for JSON lines', async () => {
  const order = folders('lines', 'jsonl');
  expect(await run(order)).toMatchObject({
    code: 1,
    said: expect.stringContaining('folders have CSV or Parquet') as string,
  });
  expect(existsSync(order.output)).toBe(false);
});

it('of no rows is an empty folder', async () => {
  const order = folders('none', 'csv', { input: put('none.csv', 'id,a,b,c\n') });
  expect(await run(order)).toMatchObject({ code: 0 });
  expect(readdirSync(order.output)).toEqual([]);
});

it.each(['csv', 'parquet'] as const)('a digest is that of the cells of its row, of %s', async (kind) => {
  const csv = put('cells.csv', 'id,a,b,c\nx,1.50,,0\n"y,1",2,3,4\n');
  const input = kind === 'csv' ? csv : at('cells.parquet');
  if (kind === 'parquet') await sql(`COPY (SELECT * FROM read_csv('${csv}', all_varchar = true)) TO '${input}'`);
  const order = orderFor(CLASSIFIER, input, at(`cells.${kind}.scored.csv`), {
    ...SCORED,
    withDigest: true,
    keep: ['id'],
  });
  expect(await run(order)).toMatchObject({ code: 0 });
  const sha = (cells: readonly string[]) => createHash('sha256').update(cells.join('\u001f')).digest('hex');
  const [head, ...rows] = linesOf(order.output);
  expect(head).toMatch(/^id,row_digest,prediction/);
  expect(rows.map((row) => /,([0-9a-f]{64}),/.exec(row)?.[1])).toEqual([
    sha(['x', '1.50', '\u0000', '0']),
    sha(['y,1', '2', '3', '4']),
  ]);
});
