/** Columns of numbers and of times, from the tables to their figures: sorted where there is room for it, else counted in narrow bins. */
import type { DuckDBConnection } from '@duckdb/node-api';
import type { DriftOrder } from '../protocol/drift';
import { LoopwrightError } from '../protocol/errors';
import type { ComparedColumn } from './columns';
import type { FeatureFigures } from './figures';
import { added, type BinCounts, binEnds, noCounts } from './large/bins';
import type { SampledRows } from './sampled';
import type { SideName, Table } from './table';
import { blocksOf, columnsAtOnce, everyOf, extremesOf, numbersOf } from './values';
import type { Workers } from './workers';

/** Rows of the larger table up to which a column of both is sorted: 80 MB for one, of which there are a few at a time. */
export const EXACT_ROWS = 5_000_000;

export interface NumericWork {
  readonly tables: readonly [Table, Table];
  /** One for each of them. */
  readonly readers: readonly [DuckDBConnection, DuckDBConnection];
  readonly workers: Workers;
  readonly rows: SampledRows;
  readonly signal: AbortSignal;
  /** All that are compared. */
  readonly features: number;
  readonly add: (column: ComparedColumn, figures: FeatureFigures) => void;
}

export async function numericFigures(
  columns: readonly ComparedColumn[],
  order: DriftOrder,
  work: NumericWork,
): Promise<void> {
  const [reference, current] = work.tables;
  const rows = Math.max(reference.rows, current.rows);
  const computing: Promise<void>[] = [];
  const begun = (column: ComparedColumn, figures: Promise<FeatureFigures>): void => {
    const computed = figures.then((found) => work.add(column, found));
    computed.catch(() => undefined); // told where all are awaited
    computing.push(computed);
  };
  if (rows > (order.exactRows ?? EXACT_ROWS)) for (const column of columns) await counted(column, order, work, begun);
  else {
    const step = columnsAtOnce(rows);
    for (let from = 0; from < columns.length; from += step)
      await sorted(columns.slice(from, from + step), order, work, begun);
  }
  await Promise.all(computing);
}

function goesOn({ signal }: NumericWork): void {
  if (signal.aborted) throw new LoopwrightError('cancelled', 'It was stopped.');
}

type Begun = (column: ComparedColumn, figures: Promise<FeatureFigures>) => void;

async function sorted(
  columns: readonly ComparedColumn[],
  order: DriftOrder,
  work: NumericWork,
  begun: Begun,
): Promise<void> {
  const { tables, readers, workers, rows } = work;
  const [ofReference, ofCurrent] = await Promise.all([
    numbersOf(readers[0], columns, tables[0]),
    numbersOf(readers[1], columns, tables[1]),
  ]);
  for (const [at, column] of columns.entries()) {
    await workers.room();
    goesOn(work);
    const [reference, current] = [ofReference[at] ?? NO_NUMBERS, ofCurrent[at] ?? NO_NUMBERS];
    rows.addNumbers(column, reference, current);
    begun(
      column,
      workers.compute('numbers', { column, order, features: work.features, reference, current }, [reference, current]),
    );
  }
}

const NO_NUMBERS = new Float64Array(0);

async function counted(column: ComparedColumn, order: DriftOrder, work: NumericWork, begun: Begun): Promise<void> {
  const { tables, readers, workers, rows } = work;
  const { thin } = rows;
  const ofBoth = <Value>(read: (reader: DuckDBConnection, table: Table) => Promise<Value>): Promise<[Value, Value]> =>
    Promise.all([read(readers[0], tables[0]), read(readers[1], tables[1])]);
  const [reference, current] = await ofBoth((reader, table) => everyOf(reader, column, table, thin[table.side]));
  rows.addNumbers(column, reference, current);
  const own = (await ofBoth((reader, { side }) => extremesOf(reader, column, side))).flat();
  const ends = binEnds([reference.filter(Number.isFinite), current.filter(Number.isFinite)], own);
  const [inReference, inCurrent] = await ofBoth((reader, { side }) => countedIn(ends, reader, column, side, work));
  const bins = { reference: inReference, current: inCurrent };
  await workers.room();
  const sampled = { reference, current };
  begun(
    column,
    workers.compute('bins', { column, order, features: work.features, ends, bins, sampled, thin }, [
      reference,
      current,
    ]),
  );
}

async function countedIn(
  ends: Float64Array,
  reader: DuckDBConnection,
  column: ComparedColumn,
  side: SideName,
  work: NumericWork,
): Promise<BinCounts> {
  let all = noCounts(ends.length);
  const counting: Promise<void>[] = [];
  for await (const values of blocksOf(reader, column, side)) {
    await work.workers.room();
    goesOn(work);
    const one = work.workers.compute('counts', { ends, values }, [values]).then((more) => {
      all = added(all, more);
    });
    one.catch(() => undefined);
    counting.push(one);
  }
  await Promise.all(counting);
  return all;
}
