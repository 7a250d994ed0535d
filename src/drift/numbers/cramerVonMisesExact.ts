/** The exact distribution of the two-sample Cramér-von Mises statistic. */
import { gcd } from './latticePaths';

/** How many paths to a point have which sum, from `low` on. */
interface Point {
  readonly low: number;
  readonly counts: Float64Array;
}

/**
 * The share of all orders of the values, as paths through a grid, whose statistic is as large. Each point of a path adds the square of
 * its distance from the diagonal, a whole number in units of the least common multiple (Xiao, Gordon & Yakovlev, "A C++ Program for
 * the Cramér-Von Mises Two-Sample Test", 2006). Sums that can reach the limit no more, or have reached it, are not followed further.
 *
 * @param n, m up to about 20: it takes up to half a second where they have no common divisor
 */
export function exactCramerVonMises(statistic: number, n: number, m: number): number {
  const common = (n / gcd(n, m)) * m;
  const [across, up] = [common / n, common / m];
  // The least sum whose statistic is as large: whole, or between two of them where there are ties.
  const limit = Math.floor(((statistic * (n + m)) / (n * m)) * (n + m) * common ** 2 * (1 + 1e-13) + 1e-7);
  const square = (x: number, y: number): number => (across * x - up * y) ** 2;
  const furthest = furthestFrom(n, m, square);
  const ways = waysFrom(n, m);
  let reached = 0;
  let column: Point[] = [];
  for (let x = 0; x <= n; x++) {
    const next: Point[] = [];
    for (let y = 0; y <= m; y++) {
      const rest = at(furthest, x * (m + 1) + y) - square(x, y);
      const left = x > 0 ? column[y] : undefined;
      const below = y > 0 ? next[y - 1] : undefined;
      const from = left && below ? [left, below] : left ? [left] : below ? [below] : [START];
      const { point, over } = passed(from, square(x, y), limit, limit - rest);
      reached += over * at(ways, x * (m + 1) + y);
      next.push(point);
    }
    column = next;
  }
  return Math.min(1, reached / at(ways, 0));
}

const START: Point = { low: 0, counts: Float64Array.of(1) };
const at = (cells: Float64Array, index: number): number => cells[index] ?? 0;

/**
 * What comes to a point adds its square.
 *
 * @param least with less no path from here reaches the limit
 * @returns what goes on, and how many have reached the limit here
 */
function passed(from: readonly Point[], step: number, limit: number, least: number): { point: Point; over: number } {
  const low = Math.max(Math.min(...from.map((point) => point.low)) + step, least, 0);
  const high = Math.min(Math.max(...from.map((point) => point.low + point.counts.length)) + step, limit);
  const counts = new Float64Array(Math.max(0, high - low));
  let over = 0;
  for (const point of from) {
    const shift = point.low + step;
    for (let index = Math.max(0, low - shift); index < point.counts.length; index++) {
      const count = point.counts[index] ?? 0;
      const sum = shift + index;
      if (sum >= limit) over += count;
      else counts[sum - low] = (counts[sum - low] ?? 0) + count;
    }
  }
  return { point: { low, counts }, over };
}

/** The largest sum of the squares from each point to the end, both counted. */
function furthestFrom(n: number, m: number, square: (x: number, y: number) => number): Float64Array {
  const cells = new Float64Array((n + 1) * (m + 1));
  for (let x = n; x >= 0; x--)
    for (let y = m; y >= 0; y--) {
      const right = x < n ? at(cells, (x + 1) * (m + 1) + y) : 0;
      const above = y < m ? at(cells, x * (m + 1) + y + 1) : 0;
      cells[x * (m + 1) + y] = square(x, y) + Math.max(right, above);
    }
  return cells;
}

/** How many paths there are from each point to the end. */
function waysFrom(n: number, m: number): Float64Array {
  const cells = new Float64Array((n + 1) * (m + 1));
  for (let x = n; x >= 0; x--)
    for (let y = m; y >= 0; y--) {
      const right = x < n ? at(cells, (x + 1) * (m + 1) + y) : 0;
      const above = y < m ? at(cells, x * (m + 1) + y + 1) : 0;
      cells[x * (m + 1) + y] = x === n && y === m ? 1 : right + above;
    }
  return cells;
}
