/** Parquet files put together without being read: DuckDB reads the whole as it reads the parts. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { footerOf, MAGIC, moved } from '../../src/scoring/parquet/footer';
import { readStruct, writeStruct } from '../../src/scoring/parquet/thrift';

const folder = mkdtempSync(join(tmpdir(), 'lw-parquet-'));
const at = (name: string): string => join(folder, name);
let instance: DuckDBInstance;
let connection: DuckDBConnection;

beforeAll(async () => {
  instance = await DuckDBInstance.create(':memory:');
  connection = await instance.connect();
});

afterAll(() => {
  connection.closeSync();
  instance.closeSync();
  rmSync(folder, { recursive: true, force: true });
});

/** Dictionaries with bloom filters, nulls, lists, texts, and numbers of all sizes. */
const COLUMNS =
  "i AS id, 'k' || (i % 7) AS key, CASE WHEN i % 3 = 0 THEN NULL ELSE i / 7 END AS part, [i, i + 1] AS both, i % 2 = 0 AS even";

const rowsAt = (name: string, order = '') => `SELECT * FROM read_parquet('${at(name)}')${order}`;

async function part(name: string, from: number, to: number, groupRows: number): Promise<Buffer> {
  await connection.run(
    `COPY (SELECT ${COLUMNS} FROM range(${String(from)}, ${String(to)}) t(i)) TO '${at(name)}' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE ${String(groupRows)})`,
  );
  return readFileSync(at(name));
}

function joined(parts: readonly Buffer[]): Buffer {
  const bodies: Buffer[] = [MAGIC];
  const groups: Buffer[] = [];
  const sums = { end: MAGIC.length, count: 0, rows: 0 };
  let frame: Buffer | undefined;
  for (const file of parts) {
    const one = moved(file, sums.end);
    bodies.push(one.body);
    groups.push(one.groups);
    sums.end += one.body.length;
    sums.count += one.count;
    sums.rows += one.rows;
    frame = one.frame;
  }
  return Buffer.concat([...bodies, footerOf(frame ?? MAGIC, Buffer.concat(groups), sums.count, sums.rows)]);
}

describe('parts', () => {
  it('are one file, in their order, with what stands of their pages and filters', async () => {
    const parts = [
      await part('one.parquet', 0, 10_000, 2048),
      await part('none.parquet', 0, 0, 2048),
      await part('two.parquet', 10_000, 90_000, 4096),
      await part('three.parquet', 90_000, 90_001, 2048),
    ];
    writeFileSync(at('whole.parquet'), joined(parts));
    const read = await connection.runAndReadAll(rowsAt('whole.parquet'));
    const expected = await connection.runAndReadAll(`SELECT ${COLUMNS} FROM range(0, 90001) t(i)`);
    expect(read.getRowsJson()).toEqual(expected.getRowsJson());
    const found = await connection.runAndReadAll(rowsAt('whole.parquet', " WHERE key = 'k3' AND id >= 80000"));
    const third = (id: unknown) => Number(id) >= 80_000 && Number(id) % 7 === 3;
    expect(found.currentRowCount).toBe(expected.getRowsJson().filter(([id]) => third(id)).length);
    const meta = `SELECT row_group_id, min(data_page_offset) FROM parquet_metadata('${at('whole.parquet')}') GROUP BY 1 ORDER BY 1`;
    const groups = (await connection.runAndReadAll(meta)).getRowsJson().map(([, offset]) => Number(offset));
    expect(groups).toHaveLength(26);
    expect([...groups].sort((one, other) => one - other)).toEqual(groups);
    const filters = await connection.runAndReadAll(
      `SELECT count(*) FROM parquet_bloom_probe('${at('whole.parquet')}', 'key', 'k3') WHERE NOT bloom_filter_excludes`,
    );
    expect(Number(filters.getRowsJson()[0]?.[0])).toBeGreaterThanOrEqual(25);
  });

  it('of no rows at all are a table of no rows', async () => {
    const none = await part('none.parquet', 0, 0, 2048);
    writeFileSync(at('empty.parquet'), joined([none, none]));
    const read = await connection.runAndReadAll(rowsAt('empty.parquet'));
    expect([read.currentRowCount, read.columnNames()]).toEqual([0, ['id', 'key', 'part', 'both', 'even']]);
  });
});

describe('a footer', () => {
  it('is written as it was read', async () => {
    const file = await part('same.parquet', 0, 9000, 2048);
    const size = file.readUInt32LE(file.length - 8);
    const footer = file.subarray(file.length - 8 - size, file.length - 8);
    expect(writeStruct(readStruct(footer)).equals(footer)).toBe(true);
  });

  it('that is cut short, or garbage, is refused', async () => {
    const file = await part('cut.parquet', 0, 9000, 2048);
    const size = file.readUInt32LE(file.length - 8);
    const footer = file.subarray(file.length - 8 - size, file.length - 8);
    for (let end = 0; end < footer.length; end += 37)
      expect(() => readStruct(footer.subarray(0, end))).toThrow(RangeError);
    const list = Buffer.from([0x19, 0xf8, 0xff, 0xff, 0xff, 0x7f]);
    expect(() => readStruct(list)).toThrow(RangeError);
  });
});
