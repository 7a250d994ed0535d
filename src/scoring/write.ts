/** What a chunk leaves: its part of the output, and of the quarantine. */
import { rmSync, statSync } from 'node:fs';
import type { DuckDBAppender, DuckDBConnection } from '@duckdb/node-api';
import { type Datatype, type NamedTensor } from '../inference/datatype';
import { ofHalf } from '../inference/half';
import type { BadRow, ScoreCommit, ScoreFormat, ScorePlan } from '../protocol/score';
import { SQL_TYPES } from './cells';
import { isAlike, quoted } from './duck';
import { digestOf, type JobFolder, keepSynced, writeSynced } from './folder';
import { outputSql } from './rowsSql';

export const ENDINGS: Readonly<Record<ScoreFormat, string>> = { csv: 'csv', jsonl: 'jsonl', parquet: 'parquet' };

export const COPY_OPTIONS: Readonly<Record<ScoreFormat, string>> = {
  // Their header is written once, where they are put together.
  csv: `FORMAT csv, HEADER false, DELIMITER ',', QUOTE '"', ESCAPE '"'`,
  jsonl: 'FORMAT json',
  parquet: 'FORMAT parquet, COMPRESSION zstd',
};

/** Rows of a vector of DuckDB's. */
const VECTOR_ROWS = 2048;

interface Scored {
  readonly chunk: number;
  readonly table: string;
  /** Numbers of its rows in the input, from 1. */
  readonly numbers: readonly number[];
  /** Empty where there are no rows. */
  readonly outputs: readonly NamedTensor[];
  readonly bad: readonly BadRow[];
}

/** @returns what is written down of it, once its files are in place */
export async function writeChunk(
  connection: DuckDBConnection,
  plan: ScorePlan,
  folder: JobFolder,
  { chunk, table, numbers, outputs, bad }: Scored,
): Promise<Pick<ScoreCommit, 'part' | 'errors'>> {
  const answers = `answers${String(chunk)}`;
  await makeAnswers(connection, plan, answers, numbers, outputs);
  const { format } = plan.order;
  const path = folder.part(chunk, ENDINGS[format]);
  const draft = `${path}.draft`;
  rmSync(draft, { force: true });
  const rows = `SELECT ${outputSql(plan)} FROM ${table} POSITIONAL JOIN ${answers}`;
  await connection.run(`COPY (${rows}) TO ${quoted(draft)} (${COPY_OPTIONS[format]})`);
  await connection.run(`DROP TABLE ${table}; DROP TABLE ${answers};`);
  keepSynced(draft, path);
  const part = await toldOf(path);
  if (bad.length === 0) return { part, errors: null };
  const errors = folder.errors(chunk);
  writeSynced(errors, Buffer.from(bad.map((row) => `${JSON.stringify(row)}\n`).join('')));
  return { part, errors: await toldOf(errors) };
}

const toldOf = async (path: string) => ({ bytes: statSync(path).size, sha256: await digestOf(path) });

async function makeAnswers(
  connection: DuckDBConnection,
  plan: ScorePlan,
  table: string,
  numbers: readonly number[],
  outputs: readonly NamedTensor[],
): Promise<void> {
  const types = await import('@duckdb/node-api');
  const columns = plan.outputs.flatMap(({ columns: names, datatype, name }, index) =>
    names.map((_, at) => ({
      name: `answer${String(index)}_${String(at)}`,
      sql: SQL_TYPES[datatype as Datatype],
      tensor: outputs.find((one) => one.name === name),
      at,
      width: names.length,
    })),
  );
  const defined = columns.map(({ name, sql }) => `${name} ${sql}`);
  await connection.run(`CREATE TABLE ${table} (number BIGINT, ${defined.join(', ')})`);
  const vectorTypes = [types.BIGINT, ...columns.map(({ sql }) => types[sql as 'FLOAT'])];
  const appender: DuckDBAppender = await connection.createAppender(table);
  try {
    for (let from = 0; from < numbers.length; from += VECTOR_ROWS) {
      const count = Math.min(VECTOR_ROWS, numbers.length - from);
      const chunk = types.DuckDBDataChunk.create(vectorTypes, count);
      const vector = chunk.getColumnVector(0) as unknown as { items: BigInt64Array; flush(): void };
      for (let row = 0; row < count; row++) vector.items[row] = BigInt(numbers[from + row] ?? 0);
      vector.flush();
      for (const [index, { tensor, at, width }] of columns.entries())
        if (tensor) fillColumn(chunk, index + 1, tensor, { from, count, at, width });
      appender.appendDataChunk(chunk);
    }
    appender.flushSync();
  } finally {
    appender.closeSync();
  }
}

interface Span {
  readonly from: number;
  readonly count: number;
  readonly at: number;
  readonly width: number;
}

function fillColumn(
  chunk: { getColumnVector(at: number): unknown; setColumnValues(at: number, values: never[]): void },
  index: number,
  { data, datatype }: NamedTensor,
  { from, count, at, width }: Span,
): void {
  const vector = chunk.getColumnVector(index) as { readonly items?: unknown; flush(): void };
  const { items } = vector;
  const first = from * width + at;
  if (datatype !== 'FP16' && datatype !== 'BOOL' && isAlike(items, data)) {
    const to = items as Float32Array; // of the same type as the data, as was just seen
    const values = data as Float32Array;
    for (let row = 0; row < count; row++) to[row] = values[first + row * width] ?? 0;
    vector.flush();
    return;
  }
  const values = Array.from({ length: count }, (_, row) => {
    const value = data[first + row * width];
    if (datatype === 'FP16') return ofHalf(Number(value));
    return datatype === 'BOOL' ? value !== 0 : value;
  });
  chunk.setColumnValues(index, values as never[]);
}
