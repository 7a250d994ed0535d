/** Whether features still go together as they did: NannyML's data reconstruction with PCA. */
import { imputed, type Matrix, scalingOf, selectedRows, standardised, varyingColumns } from './matrix';
import { type PrincipalComponents, principalComponents, residuals } from './principalComponents';

export interface ReconstructionOptions {
  /** From above 0 to 1: how much of the reference's variance the components explain. */
  readonly share: number;
  /** Into how many parts the reference is cut, in the order of its rows: at least 2. */
  readonly chunks: number;
  /**
   * By which components the chunks of the reference are judged: by those of all other chunks, or, as NannyML does, by those of the
   * whole reference, which they are part of themselves.
   */
  readonly limits: 'held_out' | 'nannyml';
}

export const RECONSTRUCTION: ReconstructionOptions = { share: 0.65, chunks: 10, limits: 'held_out' };
/** How many standard deviations of the reference's errors lie on each side of their mean. */
const WIDTH = 3;

export interface Reconstruction {
  /** Components kept, and the share of the variance that they explain. */
  readonly components: number;
  readonly explained: number;
  /** Of each part of the reference: the mean distance of its rows from what the components make of them, in standard deviations. */
  readonly referenceErrors: readonly number[];
  /** Of the current rows. */
  readonly error: number;
  /** Mean of the reference's errors less and plus three of their (sample) standard deviations: see `limits`. */
  readonly lower: number;
  readonly upper: number;
  /** The error lies outside of them. */
  readonly drift: boolean;
  /** By column: its share of how much the squared distances differ between the sides. All 0 where they don't. */
  readonly features: Float64Array;
  /** Columns that the reference has one value of: they were left out. */
  readonly constant: readonly number[];
}

/**
 * Both sides are standardised by the reference, with its means in place of missing values. Its principal components make fewer
 * numbers of a row, and a row of those again: rows whose features go together in another way than the reference's come back
 * further from where they were (or nearer, where they vary less).
 *
 * The current rows count as one chunk. Components fit the rows that they are made of best: by NannyML's limits, other rows of the
 * same kind lie above them more often than not where features are many or hardly go together (of 20 independent ones 6 times in 10,
 * of 100 always). Chunks that are held out are as strange to their components as the current rows are, at the cost of as many
 * decompositions; and where the current rows are fewer than those of a chunk, the limits are as much wider as their mean varies
 * more.
 *
 * NannyML, further, cuts off the rows that are left when chunks are equal as one more, small chunk; here chunks differ by one row
 * at most. It keeps columns that the reference has one value of, not scaled.
 *
 * @returns null where the reference has fewer than two rows for each chunk, no column that varies, or the current side no row
 */
export function pcaReconstruction(
  reference: Matrix,
  current: Matrix,
  options: Partial<ReconstructionOptions> = {},
): Reconstruction | null {
  const { share, chunks, limits } = { ...RECONSTRUCTION, ...options };
  const raw = scalingOf(reference);
  const [full, other] = [imputed(reference, raw.means), imputed(current, raw.means)];
  // Filled places count: a column with many of them varies less.
  const scaling = scalingOf(full);
  const kept = varyingColumns(scaling);
  if (kept.length === 0 || current.rows === 0 || reference.rows < 2 * chunks) return null;
  const own = standardised(full, scaling);
  const components = principalComponents(own, { share });
  const [left, otherLeft] = [residuals(own, components), residuals(standardised(other, scaling), components)];
  const referenceErrors = Array.from({ length: chunks }, (_, at) => {
    const [from, to] = [cut(at, chunks, own.rows), cut(at + 1, chunks, own.rows)];
    return limits === 'nannyml' ? meanLength(left, from, to) : heldOutError(own, from, to, components);
  });
  const mean = referenceErrors.reduce((sum, error) => sum + error, 0) / chunks;
  const deviation = Math.sqrt(referenceErrors.reduce((sum, error) => sum + (error - mean) ** 2, 0) / (chunks - 1));
  const error = meanLength(otherLeft, 0, otherLeft.rows);
  const widening = limits === 'nannyml' ? 1 : Math.sqrt(Math.max(own.rows / chunks / other.rows, 1));
  const [lower, upper] = [mean - WIDTH * deviation * widening, mean + WIDTH * deviation * widening];
  return {
    components: components.count,
    explained: components.explained.slice(0, components.count).reduce((sum, part) => sum + part, 0),
    referenceErrors,
    ...{ error, lower, upper },
    drift: error < lower || error > upper,
    features: sharesOf(differences(left, otherLeft), kept, reference.columns),
    constant: Array.from({ length: reference.columns }, (_, column) => column).filter(
      (column) => !kept.includes(column),
    ),
  };
}

/** Of rows `from` to below `to`, by as many components of the others. */
function heldOutError(own: Matrix, from: number, to: number, { count }: PrincipalComponents): number {
  const rows = Array.from({ length: own.rows }, (_, row) => row);
  const others = selectedRows(own, [...rows.slice(0, from), ...rows.slice(to)]);
  const held = selectedRows(own, rows.slice(from, to));
  return meanLength(residuals(held, principalComponents(others, { count })), 0, held.rows);
}

const cut = (at: number, chunks: number, rows: number): number => Math.floor((at * rows) / chunks);

/** The mean Euclidean length of rows `from` to below `to`. */
function meanLength({ columns, data }: Matrix, from: number, to: number): number {
  let sum = 0;
  for (let row = from; row < to; row++) {
    let squares = 0;
    for (let at = row * columns; at < (row + 1) * columns; at++) squares += (data[at] ?? 0) ** 2;
    sum += Math.sqrt(squares);
  }
  return sum / (to - from);
}

function differences(one: Matrix, other: Matrix): Float64Array {
  const [own, others] = [meanSquares(one), meanSquares(other)];
  return own.map((square, column) => Math.abs((others[column] ?? 0) - square));
}

function meanSquares({ rows, columns, data }: Matrix): Float64Array {
  const sums = new Float64Array(columns);
  for (let at = 0; at < data.length; at++) sums[at % columns] = (sums[at % columns] ?? 0) + (data[at] ?? 0) ** 2;
  return sums.map((sum) => sum / rows);
}

function sharesOf(amounts: Float64Array, columns: readonly number[], count: number): Float64Array {
  const all = amounts.reduce((sum, amount) => sum + amount, 0);
  const shares = new Float64Array(count);
  for (const [at, column] of columns.entries()) shares[column] = all === 0 ? 0 : (amounts[at] ?? 0) / all;
  return shares;
}
