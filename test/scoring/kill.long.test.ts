/** A job that is killed at any moment, and resumed, leaves what an undisturbed one does, to the byte. */
import { existsSync, rmSync } from 'node:fs';
import { DuckDBInstance } from '@duckdb/node-api';
import { expect, it } from 'vitest';
import { begin, digest, isBegun, orderFor, run, useFolder } from './jobs';

const { at, put } = useFolder();
const KILLS = 50;
const ROWS = 60_000;
const SCORED = { columns: ['a', 'b', 'c'], errors: null, isNumbered: true };

const csv = put(
  'table.csv',
  `id,a,b,c\n${Array.from({ length: ROWS }, (_, row) => {
    // Some rows are bad, some go over two lines.
    const first = row % 997 === 0 ? 'x' : String(Math.sin(row));
    const id = row % 501 === 0 ? `"r\n${String(row)}"` : `r${String(row)}`;
    return `${id},${first},${String(row % 3)},${String(row % 7)}`;
  }).join('\n')}\n`,
);

it.each([
  ['csv', 'csv'],
  ['csv', 'parquet'],
  ['parquet', 'jsonl'],
])('from %s to %s', async (from, to) => {
  const input = from === 'csv' ? csv : at('table.parquet');
  if (from === 'parquet') await copy(csv, input);
  const began = performance.now();
  const whole = orderFor(at('classifier.onnx'), input, at(`whole-${from}.${to}`), SCORED);
  expect(await run(whole)).toMatchObject({ code: 0 });
  const tookMs = performance.now() - began;
  const expected = digest(whole.output);
  const hasErrors = existsSync(`${whole.output}.errors.jsonl`);
  let kills = 0;
  for (let round = 0; kills < KILLS / 3; round++) {
    const order = { ...whole, output: at(`killed-${String(round)}.${to}`) };
    for (let attempt = 0; ; attempt++) {
      // It is killed between what says that there is no job any more and its end: then it is whole.
      if (existsSync(order.output) && !isBegun(order)) break;
      const { child, ended } = begin(order, isBegun(order) ? 'resume' : 'new');
      const timer = attempt > 5 ? null : setTimeout(() => child.kill('SIGKILL'), Math.random() * tookMs);
      const { code, said } = await ended;
      if (timer) clearTimeout(timer);
      if (code === 0) break;
      expect([code, said]).toEqual([null, said]);
      kills++;
    }
    expect(digest(order.output)).toBe(expected);
    expect(existsSync(`${order.output}.errors.jsonl`)).toBe(hasErrors);
    if (hasErrors) expect(digest(`${order.output}.errors.jsonl`)).toBe(digest(`${whole.output}.errors.jsonl`));
    rmSync(order.output);
  }
  expect(kills).toBeGreaterThanOrEqual(KILLS / 3);
});

async function copy(source: string, target: string): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    const read = `read_csv('${source}', types = {'a': 'VARCHAR'}, header = true)`;
    await connection.run(`COPY (SELECT * FROM ${read}) TO '${target}' (ROW_GROUP_SIZE 8192)`);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
