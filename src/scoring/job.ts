/** A job: chunk after chunk is read, run and written, three of them at the same time; each is committed in its turn. */
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { RanRows } from '../inference/rows';
import { LoopwrightError } from '../protocol/errors';
import {
  errorsFileOf,
  type ScoreCommit,
  type ScoreOrder,
  type ScorePlan,
  type ScoreResult,
  type ScoreShape,
  SHARE_FROM_ROWS,
} from '../protocol/score';
import { assemble } from './assemble';
import { type Duck, openDuck } from './duck';
import { JobFolder, jobFolderOf } from './folder';
import { type InputChunk, inputChunks, reachedBy } from './input';
import { checkUnchanged, planOf } from './plan';
import { grouped, Progress, type ProgressSink } from './progress';
import { Runner } from './runner';
import { ENDINGS, writeChunk } from './write';

export type Beginning = 'new' | 'resume' | 'anew';

export interface JobParts extends ProgressSink {
  readonly signal: AbortSignal;
  /** What is fixed now. */
  readonly onPlan: (plan: ScorePlan) => void;
}

/** @throws LoopwrightError `bad_request`, `not_found`; `cancelled` where the signal came */
export async function score(order: ScoreOrder, how: Beginning, parts: JobParts): Promise<ScoreResult> {
  const folder = new JobFolder(jobFolderOf(order.output));
  if (how === 'resume' && folder.plan() === null) throw nothingToResume(order);
  checkOutput(order, (path) => how === 'resume' && folder.hasPlaced(path));
  folder.claim();
  const model = new Runner(order);
  const kill = () => model.kill();
  parts.signal.addEventListener('abort', kill, { once: true });
  try {
    const before = how === 'anew' ? null : folder.plan();
    if (before && how === 'new')
      throw new LoopwrightError(
        'bad_request',
        `A job into ${order.output} was begun and not ended. --resume goes on with it, --anew begins again.`,
      );
    const duck = await openDuck([folder.path, dirname(order.output)], pathsOf(before, order));
    try {
      const plan = before
        ? resumed(before, order)
        : await planOf(order, { duck, model: model.current, at: (name) => folder.at(name), signal: parts.signal });
      if (before) await checkUnchanged(plan);
      else folder.begin(plan);
      parts.onPlan(plan);
      const result = await run(plan, { folder, duck, model, ...parts });
      folder.remove();
      return result;
    } finally {
      duck.close();
    }
  } catch (error) {
    if (parts.signal.aborted)
      throw new LoopwrightError('cancelled', 'It was stopped. --resume goes on with it.', { cause: error });
    if (error instanceof Error && 'code' in error && error.code === 'ENOSPC') throw full(error);
    if (error instanceof Error && /No space left/i.test(error.message)) throw full(error);
    throw error;
  } finally {
    parts.signal.removeEventListener('abort', kill);
    model.kill();
    folder.leave();
  }
}

/** What would be done. Nothing is made for it. @throws as `score` */
export async function planned(order: ScoreOrder, signal: AbortSignal): Promise<ScorePlan> {
  const folder = mkdtempSync(join(tmpdir(), 'lw-plan-'));
  const model = new Runner(order);
  try {
    const duck = await openDuck([folder], pathsOf(null, order));
    try {
      return await planOf(order, { duck, model: model.current, at: (name) => join(folder, name), signal });
    } finally {
      duck.close();
    }
  } finally {
    model.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

const nothingToResume = ({ output }: ScoreOrder) =>
  new LoopwrightError(
    'not_found',
    `No job into ${output} was begun: there is nothing to resume.${existsSync(output) ? ' The output is there.' : ''}`,
  );

const full = (cause: Error) =>
  new LoopwrightError(
    'bad_request',
    'The disk is full. What is done stays: free some space, and --resume goes on with it.',
    { cause },
  );

/** What may be asked anew: it changes no byte of the output. */
const resumed = (plan: ScorePlan, { errors }: ScoreOrder): ScorePlan => ({ ...plan, order: { ...plan.order, errors } });

const pathsOf = (plan: ScorePlan | null, { input }: ScoreOrder): string[] => [
  input,
  ...(plan?.files.map(({ path }) => path) ?? []),
];

/** @param isOurs whether a file was put there by the job that is resumed */
function checkOutput({ input, output, replaces }: ScoreOrder, isOurs: (path: string) => boolean): void {
  if (output === input)
    throw new LoopwrightError('bad_request', 'The output would be the input itself. Name another file.');
  mkdirSync(dirname(output), { recursive: true });
  const there = [output, errorsFileOf(output)].find((path) => existsSync(path) && !isOurs(path));
  if (there !== undefined && !replaces)
    throw new LoopwrightError(
      'bad_request',
      `${there} is there already. --replace replaces it once the new one is whole.`,
    );
}

interface Work extends JobParts {
  readonly folder: JobFolder;
  readonly duck: Duck;
  readonly model: Runner;
}

async function run(plan: ScorePlan, work: Work): Promise<ScoreResult> {
  const { folder, duck, signal } = work;
  const commits = await folder.commits(ENDINGS[plan.order.format]);
  const sums = { rows: 0, bad: 0 };
  for (const { rows, bad } of commits) {
    sums.rows += rows;
    sums.bad += bad;
  }
  const resumedAt = sums.rows;
  const progress = new Progress(plan, resumedAt, work);
  const shareBefore = shareOf(plan, commits.at(-1));
  if (resumedAt > 0) work.line(`${grouped(resumedAt)} rows are done; it goes on behind them.`);
  await scoreChunks(plan, commits, work, (commit) => {
    sums.rows += commit.rows;
    sums.bad += commit.bad;
    progress.add(commit.rows, commit.bad, shareOf(plan, commit), shareBefore);
    checkErrors(plan, sums);
  });
  if (signal.aborted) throw new LoopwrightError('cancelled', 'It was stopped.');
  const { bytes, errors } = await assemble(duck.writing, plan, folder, commits);
  progress.tell(1, shareBefore);
  return {
    ...{ output: plan.order.output, errors, model: plan.order.model.label, bytes, resumedAt },
    ...{ rows: sums.rows, scored: sums.rows - sums.bad, bad: sums.bad },
    ...{ seconds: progress.seconds, rowsPerSecond: progress.rowsPerSecond },
    ...shapeOf(plan),
  };
}

/** Which columns go where, by their names. */
export const shapeOf = ({ matched, inputs, kept, outputs, columns }: ScorePlan): ScoreShape => ({
  matched,
  inputs: inputs.map(({ name, at }) => ({ input: name, columns: at.map((place) => columns[place]?.name ?? '') })),
  kept: kept.map((place) => columns[place]?.name ?? ''),
  outputs: outputs.flatMap((output) => output.columns),
});

/** @param commits what is in place; what comes is added */
async function scoreChunks(
  plan: ScorePlan,
  commits: ScoreCommit[],
  work: Work,
  onCommit: (commit: ScoreCommit) => void,
): Promise<void> {
  const { duck, folder, signal } = work;
  const from = reachedBy(commits);
  const chunks = inputChunks(plan, from, { connection: duck.reading, at: (name) => folder.at(name), signal });
  let reading = chunks.next();
  let writing: Promise<void> = Promise.resolve();
  try {
    for (let read = await reading; read.done !== true; read = await reading) {
      reading = chunks.next();
      reading.catch(() => undefined); // told where it is awaited
      const chunk = read.value;
      const answered = await answersOf(chunk, plan, work);
      await writing;
      writing = write(chunk, answered, plan, work).then((commit) => {
        commits.push(commit);
        onCommit(commit);
      });
      writing.catch(() => undefined);
    }
    await writing;
  } catch (error) {
    duck.interrupt();
    throw error;
  } finally {
    // Nothing is closed that is still used.
    await Promise.allSettled([reading, writing]);
  }
}

async function write(
  chunk: InputChunk,
  { outputs, refused }: RanRows,
  plan: ScorePlan,
  { duck, folder }: Work,
): Promise<ScoreCommit> {
  const { chunk: number, file, end, lines, isLast, rows, rowsBefore, table, good, tellOf } = chunk;
  const out = new Set(refused.map(({ row }) => row));
  if (out.size > 0) await deleteRows(duck.writing, table, out);
  const numbers = good.filter((_, row) => !out.has(row)).map((row) => rowsBefore + row + 1);
  const told = refused.map(({ row, why }) => ({ ...tellOf(good[row] ?? 0), column: null, reason: why.slice(0, 300) }));
  const bad = [...chunk.bad, ...told].sort((one, other) => one.row - other.row);
  const files = await writeChunk(duck.writing, plan, folder, { chunk: number, table, numbers, outputs, bad });
  const commit = { chunk: number, file, end, lines, isLast, rows, bad: bad.length, ...files };
  folder.commit(commit);
  return commit;
}

/** @param places among the rows that it has */
async function deleteRows(connection: DuckDBConnection, table: string, places: ReadonlySet<number>): Promise<void> {
  const found = await connection.runAndReadAll(`SELECT rowid FROM ${table} ORDER BY rowid`);
  const ids = found.getRowsJson().flatMap(([id], place) => (places.has(place) ? [Number(id)] : []));
  await connection.run(`DELETE FROM ${table} WHERE rowid IN (${ids.join(', ')})`);
}

async function answersOf({ feeds, good }: InputChunk, { batchRows }: ScorePlan, { model }: Work): Promise<RanRows> {
  return good.length === 0 ? { outputs: [], refused: [] } : model.rows(feeds, batchRows);
}

/** How much of the input lies behind a place, by bytes of the files; of Parquet by rows. */
function shareOf({ files, text, rows }: ScorePlan, commit: ScoreCommit | undefined): number {
  if (!commit) return 0;
  const total = files.reduce((sum, { size }) => sum + size, 0);
  const before = files.slice(0, commit.file).reduce((sum, { size }) => sum + size, 0);
  const own = files[commit.file]?.size ?? 0;
  if (commit.isLast) return (before + own) / total;
  // Of what is packed, and of several Parquet files, nobody knows: it is told a file at a time.
  const isPlain =
    text === null ? files.length === 1 && rows !== null : text.compression === 'none' && text.encoding === 'utf-8';
  const within = isPlain ? commit.end / (text === null ? (rows ?? 1) : own) : 0;
  return (before + own * Math.min(within, 1)) / total;
}

/** @throws LoopwrightError `bad_request` where too many are bad */
function checkErrors({ order }: ScorePlan, { rows, bad }: { readonly rows: number; readonly bad: number }): void {
  const { errors } = order;
  if (errors === null) return;
  const isOver = 'count' in errors ? bad > errors.count : rows >= SHARE_FROM_ROWS && bad > rows * errors.share;
  if (!isOver) return;
  const limit = 'count' in errors ? grouped(errors.count) : `${String(errors.share * 100)} %`;
  throw new LoopwrightError(
    'bad_request',
    `${grouped(bad)} of ${grouped(rows)} rows are bad, more than ${limit}. They are in the folder of the job, errors-*.jsonl. ` +
      '--max-errors allows more, with --resume it goes on.',
  );
}
