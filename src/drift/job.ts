/** A comparison from its beginning to its end. */
import { rmSync } from 'node:fs';
import type { DriftOrder, DriftReport } from '../protocol/drift';
import { LoopwrightError } from '../protocol/errors';
import { type Duck, openDuck } from '../tables/duck';
import { statOf } from '../tables/files';
import { chosenColumns, type ComparedColumn } from './columns';
import { categoriesOf, countsInParts, type Parts } from './counted';
import { categoryFigures } from './features/categories';
import type { FeatureFigures } from './figures';
import { reportOf } from './report';
import { EXACT_ROWS, numericFigures } from './numeric';
import { SampledRows, thinOf, wholeOf } from './sampled';
import { filesOf } from './sideFiles';
import { openTable, type Table } from './table';
import { nannymlChunks } from './presets/nannyml';
import { sampledOf } from './values';
import { windowsIn } from './windows';
import { newWorkFolder } from './workFolder';
import { Workers } from './workers';

export interface DriftParts {
  readonly signal: AbortSignal;
  /** The program of a thread that computes. */
  readonly worker: string;
  /** @param done of so many features */
  readonly progress: (done: number, all: number) => void;
}

const MEMORY_MB = 768;

/** @throws LoopwrightError `bad_request`, `not_found`; `cancelled` where the signal came */
export async function compare(order: DriftOrder, parts: DriftParts): Promise<DriftReport> {
  const began = performance.now();
  const inputs = [order.reference, order.current]
    .filter(({ log }) => log === undefined)
    .map((side) => {
      const { files, kind } = filesOf(side);
      return { kind, files: files.map(({ path }) => statOf(path)) };
    });
  const paths = inputs.flatMap(({ files }) => files.map(({ path }) => path));
  // Text is read once, and before anything else; columns of Parquet one after the other.
  const parquet = inputs.filter(({ kind }) => kind === 'parquet');
  const folder = newWorkFolder();
  const duck = await openDuck([folder], paths, { threads: order.threads, memoryMb: MEMORY_MB, spill: folder });
  const stop = () => duck.interrupt();
  parts.signal.addEventListener('abort', stop, { once: true });
  const workers = new Workers(parts.worker, order.threads);
  try {
    const reference = await openTable(duck.writing, order.reference, 'reference', folder);
    const current = await openTable(duck.writing, order.current, 'current', folder);
    refuseChanged(inputs);
    const tables = [reference, current] as const;
    const { columns, left } = await chosenColumns(readersOf(duck), tables, order);
    if (columns.length === 0)
      throw new LoopwrightError(
        'bad_request',
        `${order.reference.label} and ${order.current.label} have no column in common that can be compared.`,
      );
    const exactRows = order.exactRows ?? EXACT_ROWS;
    const thin = { reference: thinOf(reference, exactRows), current: thinOf(current, exactRows) };
    const rows = new SampledRows(tables, thin);
    const figures = await figuresOf(columns, order, { duck, workers, tables, rows, ...parts });
    const { whole, notes } = order.multivariate
      ? await wholeOf(columns, figures, order, { duck, workers, rows })
      : { whole: [], notes: [] };
    refuseChanged(parquet);
    const seconds = (performance.now() - began) / 1000;
    return reportOf(order, { tables, figures, left, whole, notes, seconds });
  } catch (error) {
    if (parts.signal.aborted) throw new LoopwrightError('cancelled', 'It was stopped.', { cause: error });
    refuseChanged(parquet); // which is why it failed then
    throw error;
  } finally {
    parts.signal.removeEventListener('abort', stop);
    await workers.close();
    duck.interrupt(); // Where one of two queries failed the other goes on, and the end of the process would wait for it.
    duck.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @throws LoopwrightError where one of them is another than it was: rows of both would be taken for one table */
function refuseChanged(inputs: readonly { readonly files: readonly ReturnType<typeof statOf>[] }[]): void {
  for (const { path, size, mtimeNs } of inputs.flatMap(({ files }) => files)) {
    const now = statOf(path);
    if (now.size !== size || now.mtimeNs !== mtimeNs)
      throw new LoopwrightError('internal', `${path} has changed while it was read. Compare again when it is written.`);
  }
}

interface Work extends DriftParts {
  readonly duck: Duck;
  readonly workers: Workers;
  readonly tables: readonly [Table, Table];
  readonly rows: SampledRows;
}

const readersOf = ({ reading, writing }: Duck) => [reading[0] ?? writing, reading[1] ?? writing] as const;

const isNumeric = ({ type }: ComparedColumn): boolean => type === 'number' || type === 'date';

async function figuresOf(columns: readonly ComparedColumn[], order: DriftOrder, work: Work): Promise<FeatureFigures[]> {
  const found = new Map<ComparedColumn, FeatureFigures>();
  const add = (column: ComparedColumn, figures: FeatureFigures) => {
    found.set(column, figures);
    work.progress(found.size, columns.length);
  };
  await numericFigures(columns.filter(isNumeric), order, {
    ...work,
    ...{ readers: readersOf(work.duck), features: columns.length, add },
  });
  for (const column of columns.filter((each) => !isNumeric(each))) {
    if (work.signal.aborted) throw new LoopwrightError('cancelled', 'It was stopped.');
    if (column.type === 'text' || column.type === 'embedding') add(column, await ofSample(column, order, work));
    else add(column, await ofCategories(column, order, columns.length, work));
  }
  return columns.flatMap((column) => found.get(column) ?? []);
}

async function ofCategories(
  column: ComparedColumn,
  order: DriftOrder,
  features: number,
  { duck, tables }: Work,
): Promise<FeatureFigures> {
  const counted = await categoriesOf(duck.writing, column, tables);
  const wanted = partsFor(order, tables);
  const parts = wanted ? await countsInParts(duck.writing, column, counted, wanted) : [];
  return categoryFigures(column, counted, order, { parts, features });
}

/** Of the reference, where thresholds are made of what they reach. */
function partsFor({ rules }: DriftOrder, [reference, current]: readonly [Table, Table]): Parts | null {
  if (rules === 'loopwright') return windowsIn(reference.rows, current.rows);
  const [chunk] = rules === 'nannyml' ? nannymlChunks(reference.rows) : [];
  return chunk ? { size: chunk.to, from: 0 } : null;
}

/** Texts and vectors of a table that are looked at. */
const MOST_SAMPLED = 2000;

async function ofSample(column: ComparedColumn, order: DriftOrder, { duck, workers }: Work): Promise<FeatureFigures> {
  const own = await sampledOf(duck.writing, 'reference', column, MOST_SAMPLED);
  const other = await sampledOf(duck.writing, 'current', column, MOST_SAMPLED);
  const given = {
    ...{ column, order },
    rows: { reference: own.rows, current: other.rows },
    missing: { reference: own.missing, current: other.missing },
  };
  if (column.type === 'text') {
    const texts = { reference: own.values.map(String), current: other.values.map(String) };
    return workers.compute('texts', { ...given, ...texts }, []);
  }
  const vectorOf = (value: unknown) =>
    Array.isArray(value) ? value.map((one) => (one === null ? NaN : Number(one))) : [];
  const vectors = { reference: own.values.map(vectorOf), current: other.values.map(vectorOf) };
  return workers.compute('embeddings', { ...given, ...vectors }, []);
}
