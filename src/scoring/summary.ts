/** What is shown of an output: its first rows, and how predictions are distributed, beside those of the training data. */
import { existsSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { ofHalf } from '../inference/half';
import type { NamedTensor } from '../inference/datatype';
import { LoopwrightError } from '../protocol/errors';
import type { PlannedOutput, ScoreCommit, ScorePlan, ScoreSummary } from '../protocol/score';
import { distributionOf, type Said } from './distribution';
import { type Duck, identifier, openDuck, quoted } from '../tables/duck';
import type { JobFolder } from './folder';
import { inputChunks } from './input';
import { columnsOf } from './output';
import { predicted } from './outputs';
import { reachedBy } from './pieces';
import { planOf } from './plan';
import { RecordScanner } from './records';
import type { Runner } from './runner';
import { NEWLINE } from './text';

/** Places of the output that are looked at, and how much at each. */
const PLACES = 8;
const PLACE_BYTES = 100_000;
const PLACE_ROWS = 2000;
const SHOWN_ROWS = 20;
const SHOWN_COLUMNS = 40;
const SHOWN_CHARS = 100;
const SHOWN_DISTRIBUTIONS = 6;
const TRAINING_ROWS = 10_000;

interface Parts {
  readonly duck: Duck;
  readonly folder: JobFolder;
  readonly model: Runner;
  readonly signal: AbortSignal;
}

/** Of an output that has its name. Null where it can't be told: that is no reason to have no output. */
export async function summaryOf(
  plan: ScorePlan,
  commits: readonly ScoreCommit[],
  parts: Parts,
): Promise<ScoreSummary | null> {
  try {
    return await told(plan, commits, parts);
  } catch (error) {
    if (parts.signal.aborted) throw error;
    return null;
  }
}

async function told(plan: ScorePlan, commits: readonly ScoreCommit[], parts: Parts): Promise<ScoreSummary> {
  const { duck, folder } = parts;
  const shown = predicted(plan).slice(0, SHOWN_DISTRIBUTIONS);
  await sampled(duck.writing, plan, commits, folder);
  const names = columnsOf(plan).slice(0, SHOWN_COLUMNS);
  const first = await duck.writing.runAndReadAll(
    `SELECT ${names.map(textOf).join(', ')} FROM sample LIMIT ${String(SHOWN_ROWS)}`,
  );
  const all = await duck.writing.runAndReadAll(
    `SELECT ${shown.map(({ column }) => textOf(column)).join(', ')} FROM sample`,
  );
  const rows = all.getRowsJson() as Said[][];
  await duck.writing.run('DROP TABLE sample');
  const training = await trainingOf(plan, parts);
  const distributions = shown.flatMap(({ column, isNumber }, at) => {
    const scored = rows.map((row) => row[at] ?? null);
    return distributionOf(column, isNumber, scored, training.answers?.get(column) ?? null) ?? [];
  });
  return {
    preview: { columns: names, rows: (first.getRowsJson() as (string | null)[][]).map((row) => row.map(cut)) },
    ...{ distributions, sampled: rows.length, training: training.of, trainingProblem: training.problem },
  };
}

const textOf = (column: string): string => `CAST(${identifier(column)} AS VARCHAR)`;
const cut = (text: string | null): string | null =>
  text !== null && text.length > SHOWN_CHARS ? `${text.slice(0, SHOWN_CHARS)}…` : text;

/** A table `sample` of rows from places all over the output. */
async function sampled(
  connection: DuckDBConnection,
  plan: ScorePlan,
  commits: readonly ScoreCommit[],
  folder: JobFolder,
): Promise<void> {
  const { format, output, partitionBy } = plan.order;
  if (partitionBy.length > 0) return sampledParts(connection, plan, folder);
  const link = folder.at(`sample.${format}`);
  rmSync(link, { force: true });
  if (format === 'parquet') {
    symlinkSync(output, link);
    const rows = commits.at(-1)?.groups?.rows ?? 0;
    const step = Math.max(Math.floor(rows / PLACES), PLACE_ROWS);
    const places = Array.from({ length: PLACES }, (_, at) => at * step).filter((at) => at === 0 || at < rows);
    const within = places.map(
      (at) => `(file_row_number >= ${String(at)} AND file_row_number < ${String(at + PLACE_ROWS)})`,
    );
    const source = `read_parquet(${quoted(link)}, file_row_number = true, hive_partitioning = false)`;
    await connection.run(`CREATE TABLE sample AS SELECT * FROM ${source} WHERE ${within.join(' OR ')}`);
    return;
  }
  await writeFile(link, Buffer.concat(await slicesOf(output, format, commits)));
  const columns = columnsOf(plan).map((name) => `${identifier(name)}: 'VARCHAR'`);
  const source =
    format === 'csv'
      ? `read_csv(${quoted(link)}, auto_detect = false, header = false, delim = ',', quote = '"', escape = '"', columns = {${columns.join(', ')}})`
      : `read_ndjson(${quoted(link)}, columns = {${columns.join(', ')}})`;
  await connection.run(`CREATE TABLE sample AS SELECT * FROM ${source}`);
}

/** Of some of its files the first rows each. */
async function sampledParts(connection: DuckDBConnection, { order }: ScorePlan, folder: JobFolder): Promise<void> {
  const link = folder.at('sample');
  rmSync(link, { recursive: true, force: true });
  symlinkSync(order.output, link);
  const files = readdirSync(order.output, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(`.${order.format}`))
    .sort();
  const step = Math.max(files.length / PLACES, 1);
  const some = Array.from({ length: Math.min(PLACES, files.length) }, (_, at) => files[Math.floor(at * step)] ?? '');
  const options = 'hive_partitioning = true, hive_types_autocast = false';
  const sources = some.map((name) => {
    const path = quoted(join(link, name));
    if (order.format === 'parquet') return `read_parquet(${path}, ${options})`;
    return `read_csv(${path}, header = true, all_varchar = true, delim = ',', quote = '"', escape = '"', ${options})`;
  });
  const parts = sources.map((source) => `(SELECT * FROM ${source} LIMIT ${String(PLACE_ROWS)})`);
  await connection.run(`CREATE TABLE sample AS ${parts.join(' UNION ALL BY NAME ')}`);
}

/** Whole records from the beginning of some chunks. */
async function slicesOf(path: string, format: 'csv' | 'jsonl', commits: readonly ScoreCommit[]): Promise<Buffer[]> {
  const full = commits.filter(({ output }) => output.length > 0);
  const step = Math.max(full.length / PLACES, 1);
  const some = Array.from({ length: Math.min(PLACES, full.length) }, (_, at) => full[Math.floor(at * step)]);
  const file = await open(path);
  try {
    const slices: Buffer[] = [];
    for (const commit of some) {
      if (!commit) continue;
      const { end, length } = commit.output;
      const { buffer, bytesRead } = await file.read(Buffer.alloc(Math.min(length, PLACE_BYTES)), 0, null, end - length);
      const scanner = new RecordScanner({ newline: NEWLINE, delimiter: format === 'csv' ? 0x2c : null });
      const bytes = buffer.subarray(0, bytesRead);
      // The first has the names of the columns.
      const from = commit.chunk === 0 && format === 'csv' ? scanner.advance(bytes, 0, 1).at : 0;
      let to = from;
      for (let at = from; at < bytes.length;) {
        const { at: next, found } = scanner.advance(bytes, at, 1);
        if (found === 1) to = next;
        at = next;
      }
      slices.push(bytes.subarray(from, to));
    }
    return slices;
  } finally {
    await file.close();
  }
}

interface Training {
  readonly answers: ReadonlyMap<string, readonly Said[]> | null;
  readonly of: ScoreSummary['training'];
  readonly problem: string | null;
}

/** What the model says of the first rows of the data that it was trained with. */
async function trainingOf(plan: ScorePlan, { folder, model, signal }: Parts): Promise<Training> {
  const { training } = plan.order;
  const none = { answers: null, of: null };
  if (training === null) return { ...none, problem: null };
  if (!existsSync(training)) return { ...none, problem: `${training} is not there any more.` };
  const duck = await openDuck([folder.path], [training]);
  try {
    const at = (name: string) => join(folder.path, `training-${name}`);
    const columns = plan.inputs.flatMap((input) => input.at.map((place) => plan.columns[place]?.name ?? ''));
    const order = {
      ...plan.order,
      input: training,
      keep: [],
      columns,
      chunkRows: TRAINING_ROWS,
      hasHeader: null,
      delimiter: null,
    };
    const own = await planOf(order, { duck, model: model.current, at, signal });
    const chunks = inputChunks(own, reachedBy(undefined), { connections: [duck.writing], at, signal });
    const first = await chunks.next();
    await chunks.return(undefined);
    if (first.done === true || first.value.good.length === 0) return { ...none, problem: `${training} has no rows.` };
    const { outputs } = await model.rows(first.value.feeds, plan.batchRows);
    const answers = new Map(
      predicted(plan).map(({ column, output, at: place }) => [column, valuesOf(outputs, output, place)]),
    );
    return { answers, of: { path: training, rows: outputs[0]?.shape[0] ?? 0 }, problem: null };
  } catch (error) {
    if (signal.aborted) throw error;
    return { ...none, problem: LoopwrightError.from(error).message };
  } finally {
    duck.close();
  }
}

function valuesOf(outputs: readonly NamedTensor[], { name, columns }: PlannedOutput, at: number): Said[] {
  const tensor = outputs.find((one) => one.name === name);
  if (!tensor) return [];
  const width = columns.length;
  return Array.from({ length: tensor.data.length / width }, (_, row) => {
    const value = tensor.data[row * width + at] ?? null;
    if (tensor.datatype === 'FP16') return ofHalf(Number(value));
    if (tensor.datatype === 'BOOL') return String(value !== 0);
    return typeof value === 'bigint' ? String(value) : value;
  });
}
