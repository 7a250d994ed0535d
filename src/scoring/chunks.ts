/** Chunks are read, run and written, several of them at the same time; each is committed in its turn. */
import type { DuckDBConnection } from '@duckdb/node-api';
import type { RanRows } from '../inference/rows';
import type { BadRow, ScoreCommit, ScorePlan } from '../protocol/score';
import type { Duck } from './duck';
import type { JobFolder } from './folder';
import { type InputChunk, inputChunks } from './input';
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
  let reading = chunks.next();
  let writing: Promise<void> = Promise.resolve();
  try {
    for (let read = await reading; read.done !== true; read = await reading) {
      reading = chunks.next();
      reading.catch(() => undefined); // told where it is awaited
      const chunk = read.value;
      const answered = await answersOf(chunk, plan, work);
      await writing;
      writing = write(chunk, answered, plan, rowsBefore.get(chunk.piece.file) ?? 0, work).then((commit) => {
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
    await Promise.allSettled([reading, writing]);
    await chunks.return(undefined);
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
  const { piece, rows, table, good, tellOf } = chunk;
  const out = new Set(refused.map(({ row }) => row));
  if (out.size > 0) await deleteRows(duck.writing, table, out);
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
async function deleteRows(connection: DuckDBConnection, table: string, places: ReadonlySet<number>): Promise<void> {
  const found = await connection.runAndReadAll(`SELECT rowid FROM ${table} ORDER BY rowid`);
  const ids = found.getRowsJson().flatMap(([id], place) => (places.has(place) ? [Number(id)] : []));
  await connection.run(`DELETE FROM ${table} WHERE rowid IN (${ids.join(', ')})`);
}
