/** Chunks are read, run and written, several of them at the same time; each is committed in its turn. */
import type { DuckDBConnection } from '@duckdb/node-api';
import type { RanRows } from '../inference/rows';
import type { BadRow, ScoreCommit, ScorePlan } from '../protocol/score';
import type { Duck } from '../tables/duck';
import type { JobFolder } from './folder';
import { dropSql, type InputChunk, inputChunks, type Rows } from './input';
import type { GrowingOutput } from './output';
import { reachedBy } from './pieces';
import type { Runner } from './runner';
import { writeChunk } from './write';

interface Work {
  readonly folder: JobFolder;
  readonly duck: Duck;
  readonly model: Runner;
  readonly output: GrowingOutput;
  readonly signal: AbortSignal;
  readonly onCommit: (commit: ScoreCommit) => void;
}

/** @param commits what is done; what comes is added */
export async function scoreChunks(plan: ScorePlan, commits: ScoreCommit[], work: Work): Promise<void> {
  const { duck, folder, signal, onCommit } = work;
  const from = reachedBy(commits.at(-1));
  const chunks = inputChunks(plan, from, { connections: duck.reading, at: (name) => folder.at(name), signal });
  const rowsBefore = new Map<number, number>();
  const count = ({ file, rows }: ScoreCommit) => void rowsBefore.set(file, (rowsBefore.get(file) ?? 0) + rows);
  commits.forEach(count);
  const answered = answeredChunks(chunks, (chunk) => answersOf(chunk, plan, work));
  let writing: Promise<void> = Promise.resolve();
  try {
    for await (const { chunk, answers } of answered) {
      await writing;
      writing = write(chunk, answers, plan, rowsBefore.get(chunk.piece.file) ?? 0, work).then((commit) => {
        commits.push(commit);
        count(commit);
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
    await Promise.allSettled([writing]);
    await answered.return(undefined);
  }
}

/** Chunks that the model has at the same time: the next is there when it is done with one. */
const ASKED = 2;

/** In their order. */
async function* answeredChunks(
  chunks: AsyncGenerator<InputChunk>,
  ask: (chunk: InputChunk) => Promise<RanRows>,
): AsyncGenerator<{ readonly chunk: InputChunk; readonly answers: RanRows }> {
  const asked: { readonly chunk: InputChunk; readonly answers: Promise<RanRows> }[] = [];
  try {
    for await (const chunk of chunks) {
      const answers = ask(chunk);
      answers.catch(() => undefined); // told in its turn
      asked.push({ chunk, answers });
      const first = asked.length < ASKED ? undefined : asked.shift();
      if (first) yield { chunk: first.chunk, answers: await first.answers };
    }
    for (const { chunk, answers } of asked) yield { chunk, answers: await answers };
  } finally {
    await Promise.allSettled(asked.map(({ answers }) => answers));
  }
}

async function answersOf({ feeds, good }: InputChunk, { batchRows }: ScorePlan, { model }: Work): Promise<RanRows> {
  return good.length === 0 ? { outputs: [], refused: [] } : model.rows(feeds, batchRows);
}

/** @param rowsBefore of its file */
async function write(
  chunk: InputChunk,
  { outputs, refused }: RanRows,
  plan: ScorePlan,
  rowsBefore: number,
  { duck, folder, output }: Work,
): Promise<ScoreCommit> {
  const { piece, rows, good, tellOf } = chunk;
  const out = new Set(refused.map(({ row }) => row));
  const table = out.size > 0 ? await withoutRows(duck.writing, chunk.table, out) : chunk.table;
  const numbers = plan.order.isNumbered
    ? good.filter((_, row) => !out.has(row)).map((row) => rowsBefore + row + 1)
    : null;
  const told = refused.map(({ row, why }) => ({ row: good[row] ?? 0, column: null, reason: why.slice(0, 300) }));
  const bad = [...chunk.bad, ...told]
    .sort((one, other) => one.row - other.row)
    .map(({ row, column, reason }): BadRow => {
      const { file, line, text } = tellOf(row);
      return { file, line, row: rowsBefore + row + 1, text, column, reason };
    });
  const draft = folder.at('draft');
  await writeChunk(
    duck.writing,
    plan,
    { chunk: piece.chunk, table, rows: good.length - out.size, numbers, outputs },
    draft,
  );
  const added = await output.add(draft, bad);
  const { chunk: number, file, end, lines, isLast } = piece;
  const commit = { chunk: number, file, end, lines, isLast, rows, bad: bad.length, ...added };
  folder.commit(commit);
  return commit;
}

/** @param places among the rows that it has */
async function withoutRows(connection: DuckDBConnection, from: Rows, places: ReadonlySet<number>): Promise<Rows> {
  const name = from.isView ? `${from.name}_taken` : from.name;
  if (from.isView) await connection.run(`CREATE TABLE ${name} AS FROM ${from.name}; ${dropSql(from)}`);
  const found = await connection.runAndReadAll(`SELECT rowid FROM ${name} ORDER BY rowid`);
  const ids = found.getRowsJson().flatMap(([id], place) => (places.has(place) ? [Number(id)] : []));
  await connection.run(`DELETE FROM ${name} WHERE rowid IN (${ids.join(', ')})`);
  return { name, isView: false };
}
