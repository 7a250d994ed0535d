/** What the schema of a logged chart can't say of it, and the numbers that are shown of it. Pure. */
import { fromWireNumber } from '../../../src/protocol/entities';
import { type LoggedChart, type LoggedConfusionMatrix, type LoggedTable } from '../../../src/protocol/logged';
import { formatNumber } from '../../../src/protocol/format';

/** Why the chart can't be drawn as it is; null if it can. */
export function shapeProblem(chart: LoggedChart): string | null {
  switch (chart.type) {
    case 'table':
      return null;
    case 'confusion_matrix': {
      const { labels, matrix } = chart;
      const isSquare = matrix.length === labels.length && matrix.every((row) => row.length === labels.length);
      return isSquare ? null : 'Its matrix has not as many rows and columns as labels.';
    }
    case 'roc':
    case 'pr':
      return chart.curves.every(({ x, y }) => x.length === y.length) ? null : 'A curve has more x than y.';
  }
}

export interface ConfusionRow {
  readonly label: string;
  readonly sum: number;
  readonly cells: readonly { readonly count: number; readonly share: number; readonly isRight: boolean }[];
}

/** The matrix with the share of each cell in its row, in the order of the labels or as it was logged. */
export function confusionRows(
  { labels, matrix }: LoggedConfusionMatrix,
  byLabel: boolean,
): { readonly labels: readonly string[]; readonly rows: readonly ConfusionRow[]; readonly accuracy: number } {
  const order = labels.map((_, index) => index);
  if (byLabel) order.sort((left, right) => compareLabels(labels[left] ?? '', labels[right] ?? ''));
  let right = 0;
  let all = 0;
  const rows = order.map((at) => {
    const counts = order.map((other) => matrix[at]?.[other] ?? 0);
    const sum = counts.reduce((total, count) => total + count, 0);
    all += sum;
    right += matrix[at]?.[at] ?? 0;
    const cells = counts.map((count, place) => ({
      count,
      share: sum > 0 ? count / sum : 0,
      isRight: order[place] === at,
    }));
    return { label: labels[at] ?? '', sum, cells };
  });
  return { labels: order.map((at) => labels[at] ?? ''), rows, accuracy: all > 0 ? right / all : Number.NaN };
}

/** Numbers as numbers: `2` before `10`. */
function compareLabels(left: string, right: string): number {
  return left.localeCompare(right, undefined, { numeric: true });
}

type Cell = LoggedTable['rows'][number][number];

/** The places of the rows, sorted by a column; what has no value there comes last, whichever the direction. */
export function sortedRows({ rows }: LoggedTable, column: number | null, descending: boolean): number[] {
  const order = rows.map((_, index) => index);
  if (column === null) return order;
  const way = descending ? -1 : 1;
  return order.sort((left, right) => {
    const [one, other] = [rows[left]?.[column] ?? null, rows[right]?.[column] ?? null];
    const byRank = rank(one) - rank(other);
    if (rank(one) === LAST || rank(other) === LAST) return byRank || left - right;
    return way * (byRank || compareCells(one, other)) || left - right;
  });
}

const LAST = 3;

function rank(cell: Cell): number {
  if (cell === null || cell === 'NaN') return LAST;
  if (typeof cell === 'boolean') return 0;
  return isNumber(cell) ? 1 : 2;
}

function compareCells(left: Cell, right: Cell): number {
  if (isNumber(left) && isNumber(right)) {
    const [one, other] = [fromWireNumber(left), fromWireNumber(right)];
    // Two infinities of one sign have no difference.
    return one === other ? 0 : one - other;
  }
  return String(left).localeCompare(String(right), undefined, { numeric: true });
}

function isNumber(cell: Cell): cell is number | 'NaN' | 'Infinity' | '-Infinity' {
  return typeof cell === 'number' || cell === 'NaN' || cell === 'Infinity' || cell === '-Infinity';
}

export function cellWords(cell: Cell | undefined): string {
  if (cell === null || cell === undefined) return '';
  return isNumber(cell) ? formatNumber(fromWireNumber(cell)) : String(cell);
}

export const isNumberCell = (cell: Cell | undefined): boolean => cell !== undefined && cell !== null && isNumber(cell);
export const percent = (share: number): string => (Number.isFinite(share) ? `${(share * 100).toFixed(1)} %` : '');
