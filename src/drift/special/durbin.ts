/** The exact distribution of Kolmogorov's statistic, as a power of a matrix. */

/** Powers of two by which what grows or shrinks is kept within range: they cost no digits. */
const [HUGE, TINY] = [2 ** 128, 2 ** -128];

/** A matrix of `size` rows, times `HUGE` to a power. */
interface Scaled {
  readonly cells: Float64Array;
  readonly power: number;
}

/**
 * How likely the statistic of n values is to be below `x`: Durbin's matrix (1968), as Marsaglia, Tsang and Wang take its power
 * ("Evaluating Kolmogorov's Distribution", 2003). It costs (2 n x)^3 log n steps.
 */
export function durbinShare(n: number, x: number): number {
  const rows = Math.ceil(n * x);
  const size = 2 * rows - 1;
  const middle = (rows - 1) * (size + 1);
  const raised = powerOf({ cells: matrixOf(size, rows - n * x), power: 0 }, n, size, middle);
  let share = raised.cells[middle] ?? 0;
  let power = raised.power;
  // n! / n^n
  for (let step = 1; step <= n; step++) {
    share *= step / n;
    if (share < TINY) {
      share *= HUGE;
      power--;
    }
  }
  return Math.min(1, share * HUGE ** power);
}

/** @param rest by how much n x lies below a whole number */
function matrixOf(size: number, rest: number): Float64Array {
  const inverse = new Float64Array(size + 1).fill(1); // 1 / k!
  for (let k = 1; k <= size; k++) inverse[k] = (inverse[k - 1] ?? 0) / k;
  const cells = new Float64Array(size * size);
  for (let row = 0; row < size; row++)
    for (let column = 0; column < Math.min(row + 2, size); column++)
      cells[row * size + column] = inverse[row - column + 1] ?? 0;
  for (let at = 0; at < size; at++) {
    const edge = (1 - rest ** (at + 1)) * (inverse[at + 1] ?? 0);
    cells[at * size] = edge;
    cells[size * size - 1 - at] = edge;
  }
  cells[(size - 1) * size] = (1 - 2 * rest ** size + Math.max(0, 2 * rest - 1) ** size) * (inverse[size] ?? 0);
  return cells;
}

/** @param middle the cell that is kept within range */
function powerOf(matrix: Scaled, exponent: number, size: number, middle: number): Scaled {
  let [result, square]: [Scaled | null, Scaled] = [null, matrix];
  for (let left = exponent; ; left = Math.floor(left / 2)) {
    if (left % 2 === 1) result = result === null ? square : product(result, square, size, middle);
    if (left <= 1) return result ?? square;
    square = product(square, square, size, middle);
  }
}

function product(one: Scaled, other: Scaled, size: number, middle: number): Scaled {
  const cells = new Float64Array(size * size);
  for (let row = 0; row < size; row++)
    for (let inner = 0; inner < size; inner++) {
      const factor = one.cells[row * size + inner] ?? 0;
      for (let column = 0; column < size; column++) {
        const at = row * size + column;
        cells[at] = (cells[at] ?? 0) + factor * (other.cells[inner * size + column] ?? 0);
      }
    }
  const power = one.power + other.power;
  return (cells[middle] ?? 0) < HUGE ? { cells, power } : { cells: cells.map((cell) => cell * TINY), power: power + 1 };
}
