/** Rows that are looked at: JavaScript and SQL pick the same. */
import { DuckDBInstance } from '@duckdb/node-api';
import { expect, it } from 'vitest';
import type { ComparedColumn } from '../../src/drift/columns';
import { blocksIn, isPickedSql, rowOfBlock } from '../../src/drift/picked';
import { SampledRows } from '../../src/drift/sampled';

async function rowsWhere(rows: number, condition: string): Promise<number[]> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    const found = await connection.runAndReadAll(
      `SELECT place FROM range(${String(rows)}) r(place) WHERE ${condition} ORDER BY place`,
    );
    return found.getRowsJson().map(([place]) => Number(place));
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

it.each([
  [10, 1],
  [1000, 7],
  [72_000, 24],
  [1_000_000, 333],
])('of %d rows one of every %d', async (rows, size) => {
  const picked = Array.from({ length: blocksIn(rows, size) }, (_, at) => rowOfBlock(at, size));
  const whole = `place < ${String(picked.length * size)}`;
  expect(await rowsWhere(rows, `${whole} AND ${isPickedSql('place', size)}`)).toEqual(picked);
  // Of rows by the clock each hour has its share.
  if (size === 24) {
    const hours = new Map<number, number>();
    for (const row of picked) hours.set(row % 24, (hours.get(row % 24) ?? 0) + 1);
    expect(Math.max(...hours.values()) - Math.min(...hours.values())).toBeLessThan(5);
  }
});

it.each([1, 3])('of what was thinned before (%d) the rows are the same, too', async (thin) => {
  const rows = 100_003;
  const table = { side: 'reference', label: '', rows, columns: [], notes: [] } as const;
  const sampled = new SampledRows([table, { ...table, side: 'current' }], { reference: thin, current: thin });
  const kept = Float64Array.from({ length: blocksIn(rows, thin) }, (_, at) => rowOfBlock(at, thin));
  const column: ComparedColumn = {
    ...{
      name: 'x',
      type: 'number' as const,
      role: 'feature' as const,
      sql: { reference: 'x', current: 'x' },
      notes: [],
    },
    ...{ distinct: { reference: null, current: null }, isGrouped: { reference: false, current: false } },
  };
  sampled.addNumbers(column, kept, kept.slice());
  const { data } = sampled.matrices(['x']).reference;
  expect(await rowsWhere(rows, sampled.isSampledSql('place', 'reference'))).toEqual([...data]);
  expect(data.length).toBeGreaterThan(2700);
});
