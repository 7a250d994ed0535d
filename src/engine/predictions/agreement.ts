/** Gathers, row by row, in what two models agree; of the rows that differ it keeps those that differ the most. Pure. */
import { toWireNumber } from '../../protocol/entities';
import type { ComparedPredictions, PredictedRow } from '../../protocol/predictions';
import type { NamedTensor } from '../../inference/datatype';
import { type Difference, differenceOf, type OutputPair, outputText } from './outputs';

const KEPT_ROWS = 50;
const SHOWN_COLUMNS = 30;
const CELL_CHARS = 60;
const CELL_DIGITS = 7;

interface Kept {
  /** Whether they name another class. */
  readonly isOtherClass: boolean;
  readonly largest: number;
  readonly row: PredictedRow;
}

interface Total {
  agree: number;
  sum: number;
  count: number;
  largest: number;
}

export class Agreement {
  private readonly totals: readonly Total[];
  private readonly basis: OutputPair['kind'];
  private kept: Kept[] = [];
  private rows = 0;
  private agree = 0;
  private differing = 0;

  constructor(
    private readonly pairs: readonly OutputPair[],
    private readonly tolerance: number,
  ) {
    this.totals = pairs.map(() => ({ agree: 0, sum: 0, count: 0, largest: 0 }));
    this.basis = pairs.some(({ kind }) => kind === 'class') ? 'class' : 'number';
  }

  add(cells: readonly unknown[], left: readonly NamedTensor[], right: readonly NamedTensor[]): void {
    this.rows++;
    const found = this.pairs.flatMap((pair, at) => {
      const [one, other] = [left[pair.at[0]], right[pair.at[1]]];
      if (!one || !other) return [];
      const difference = differenceOf(pair, one, other, this.tolerance);
      const total = this.totals[at];
      if (total) {
        if (!difference.differs) total.agree++;
        total.sum += difference.sum;
        total.count += difference.count;
        total.largest = Math.max(total.largest, difference.largest ?? 0);
      }
      return [{ pair, one, other, difference }];
    });
    if (!found.some(({ pair, difference }) => pair.kind === this.basis && difference.differs)) this.agree++;
    if (!found.some(({ difference }) => difference.differs)) return;
    this.differing++;
    this.keep(cells, found);
  }

  result(): Pick<ComparedPredictions, 'agree' | 'basis' | 'outputs' | 'rows'> {
    return {
      basis: this.basis,
      agree: this.agree,
      outputs: this.pairs.map(({ names, kind }, at) => {
        const { agree, sum, count, largest } = this.totals[at] ?? { agree: 0, sum: 0, count: 0, largest: 0 };
        return {
          names: names[0] === names[1] ? [cut(names[0])] : names.map(cut),
          kind,
          agree,
          meanDifference: kind === 'class' ? null : toWireNumber(count === 0 ? NaN : sum / count),
          largestDifference: kind === 'class' ? null : toWireNumber(largest),
        };
      }),
      rows: { items: this.kept.map(({ row }) => row), total: this.differing },
    };
  }

  private keep(
    cells: readonly unknown[],
    found: readonly { pair: OutputPair; one: NamedTensor; other: NamedTensor; difference: Difference }[],
  ): void {
    const isOtherClass = found.some(({ pair, difference }) => pair.kind === 'class' && difference.differs);
    const largest = Math.max(0, ...found.map(({ difference }) => difference.largest ?? 0));
    const last = this.kept.at(-1);
    if (last && this.kept.length === KEPT_ROWS && !isMore({ isOtherClass, largest }, last)) return;
    const row: PredictedRow = {
      row: this.rows,
      inputs: cells.slice(0, SHOWN_COLUMNS).map(cellText),
      outputs: found.map(({ pair, one, other, difference }) => ({
        values: [outputText(one, null), outputText(other, pair.order)],
        differs: difference.differs,
        difference: difference.largest === null ? null : toWireNumber(difference.largest),
      })),
    };
    const at = this.kept.findIndex((one) => isMore({ isOtherClass, largest }, one));
    this.kept.splice(at === -1 ? this.kept.length : at, 0, { isOtherClass, largest, row });
    this.kept = this.kept.slice(0, KEPT_ROWS);
  }
}

const isMore = (one: Omit<Kept, 'row'>, other: Omit<Kept, 'row'>): boolean =>
  one.isOtherClass === other.isOtherClass ? one.largest > other.largest : one.isOtherClass;

function cellText(cell: unknown): string {
  if (cell === null || cell === undefined) return '';
  if (cell instanceof Date) return cell.toISOString();
  if (typeof cell === 'string') return cut(cell);
  if (typeof cell === 'number') return String(Number(cell.toPrecision(CELL_DIGITS)));
  if (typeof cell === 'bigint' || typeof cell === 'boolean') return String(cell);
  return cut(JSON.stringify(cell, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value)));
}

export const cut = (text: string): string => (text.length > CELL_CHARS ? `${text.slice(0, CELL_CHARS)}…` : text);

/** The names of as many columns as a row's inputs are shown of. */
export const shownColumns = (columns: readonly string[] | null, width: number): ComparedPredictions['columns'] => ({
  items: Array.from({ length: Math.min(width, SHOWN_COLUMNS) }, (_, at) =>
    cut(columns?.[at] ?? `column ${String(at + 1)}`),
  ),
  total: width,
});
