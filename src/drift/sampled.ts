/** Rows from all over both tables, with all features of each: what is looked at together. */
import type { DriftOrder, WholeTest } from '../protocol/drift';
import type { Duck } from '../tables/duck';
import type { ComparedColumn } from './columns';
import type { FeatureFigures } from './figures';
import { orderEncoded, type Matrix } from './multivariate/matrix';
import { blocksIn, isPickedSql, rowOfBlock } from './picked';
import type { SideName, Table } from './table';
import type { Workers } from './workers';

/** Of each table. */
const MOST_ROWS = 3000;
/** Features that are looked at together; trees of more take long. */
const MOST_COLUMNS = 200;
/** Fewer rows say nothing of so many features. */
const LEAST_ROWS = 50;

type BySide<Value> = Readonly<Record<SideName, Value>>;

/** One row of every so many, the same of every column. */
export class SampledRows {
  private readonly columns = new Map<string, BySide<Float64Array>>();
  readonly steps: BySide<number>;
  private readonly rows: BySide<number>;

  /** @param thin of how many rows of a table one is read, where columns of numbers are added */
  constructor(
    [reference, current]: readonly [Table, Table],
    readonly thin: BySide<number>,
  ) {
    this.rows = { reference: reference.rows, current: current.rows };
    this.steps = { reference: stepOf(reference.rows, thin.reference), current: stepOf(current.rows, thin.current) };
  }

  addNumbers({ name }: ComparedColumn, reference: Float64Array, current: Float64Array): void {
    if (this.columns.size >= MOST_COLUMNS) return;
    this.columns.set(name, {
      reference: every(reference, this.steps.reference / this.thin.reference),
      current: every(current, this.steps.current / this.thin.current),
    });
  }

  /** @param reference, current of the sampled rows; null is missing */
  addTexts(name: string, reference: readonly (string | null)[], current: readonly (string | null)[]): void {
    this.columns.set(name, orderEncoded(reference, current));
  }

  /** Whether a row is one of them. @param place SQL of its number, from 0 */
  isSampledSql(place: string, side: SideName): string {
    const [thin, step] = [this.thin[side], this.steps[side]];
    const kept = blocksIn(this.rows[side], thin);
    const block = `(${place} // ${String(thin)})`;
    const whole = blocksIn(kept, step / thin) * step;
    return `${place} < ${String(whole)} AND ${isPickedSql(place, thin)} AND ${isPickedSql(block, step / thin)}`;
  }

  get size(): number {
    return this.columns.size;
  }

  matrices(names: readonly string[]): BySide<Matrix> {
    const of = (side: SideName): Matrix => {
      const values = names.map((name) => this.columns.get(name)?.[side] ?? new Float64Array(0));
      const rows = values[0]?.length ?? 0;
      const data = new Float64Array(rows * names.length);
      for (const [column, own] of values.entries())
        for (let row = 0; row < rows; row++) {
          const value = own[row] ?? NaN;
          data[row * names.length + column] = Number.isFinite(value) ? value : NaN;
        }
      return { rows, columns: names.length, data };
    };
    return { reference: of('reference'), current: of('current') };
  }

  has(name: string): boolean {
    return this.columns.has(name);
  }
}

const stepOf = (rows: number, thin: number): number => thin * Math.max(1, Math.ceil(rows / thin / MOST_ROWS));

/** Rows of a large table that are kept in their order. */
const THIN_ROWS = 500_000;

export const thinOf = ({ rows }: Table, exactRows: number): number =>
  rows > exactRows ? Math.ceil(rows / THIN_ROWS) : 1;

function every(values: Float64Array, size: number): Float64Array {
  return Float64Array.from({ length: blocksIn(values.length, size) }, (_, at) => values[rowOfBlock(at, size)] ?? NaN);
}

interface Parts {
  readonly duck: Duck;
  readonly workers: Workers;
  readonly rows: SampledRows;
}

export interface FoundWhole {
  readonly whole: readonly WholeTest[];
  readonly notes: readonly string[];
}

/** Of features that decide anything; not of what is predicted, or true. */
export async function wholeOf(
  columns: readonly ComparedColumn[],
  figures: readonly FeatureFigures[],
  order: DriftOrder,
  { duck, workers, rows }: Parts,
): Promise<FoundWhole> {
  const deciding = new Set(
    figures.filter(({ tests }) => tests.some(({ decidesBy }) => decidesBy !== null)).map(({ column }) => column.name),
  );
  const wanted = columns.filter(({ name, role }) => role === 'feature' && deciding.has(name));
  const texts = wanted.filter(({ type }) => type === 'category' || type === 'boolean');
  await addTexts(duck, texts.slice(0, Math.max(MOST_COLUMNS - rows.size, 0)), rows);
  const names = wanted.map(({ name }) => name).filter((name) => rows.has(name));
  if (names.length < 2) return { whole: [], notes: [] };
  const { reference, current } = rows.matrices(names);
  if (Math.min(reference.rows, current.rows) < LEAST_ROWS) return { whole: [], notes: [] };
  const { seed, falseAlarms } = order;
  const asked = { names, reference, current, seed, falseAlarms };
  const whole = await workers.compute('whole', asked, [reference.data, current.data]);
  const left = wanted.length - names.length;
  return { whole, notes: left > 0 ? [`${String(left)} features were not looked at together with the others.`] : [] };
}

async function addTexts(duck: Duck, columns: readonly ComparedColumn[], rows: SampledRows): Promise<void> {
  if (columns.length === 0) return;
  const values: Record<SideName, (string | null)[][]> = { reference: [], current: [] };
  for (const side of ['reference', 'current'] as const) {
    const cells = columns.map(({ sql }, at) => `${sql[side]} AS c${String(at)}`).join(', ');
    const names = columns.map((_, at) => `c${String(at)}`).join(', ');
    const numbered = `SELECT ${cells}, row_number() OVER () - 1 AS place FROM ${side}`;
    const result = await duck.writing.runAndReadAll(
      `SELECT ${names} FROM (${numbered}) WHERE ${rows.isSampledSql('place', side)} ORDER BY place`,
    );
    values[side] = result.getColumnsJson() as (string | null)[][];
  }
  for (const [at, { name }] of columns.entries())
    rows.addTexts(name, values.reference[at] ?? [], values.current[at] ?? []);
}
