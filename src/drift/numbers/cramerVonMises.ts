/** The Cramér-von Mises test of two samples: by the squared distance of their cumulative shares. */
import type { NumbersTest } from '../samples';
import { cramerVonMisesTail } from '../special/cramerVonMises';

/** Up to so many values of a sample the p-value is exact, as in scipy. */
const EXACT = 20;

/**
 * Anderson's T (1962, "On the Distribution of the Two-Sample Cramer-von Mises Criterion") with ties by half; its p-value by the
 * limiting distribution of T made standard, exact for small samples (Xiao, Gordon and Yakovlev 2006). NaN with fewer than two
 * values of either sample.
 */
export const cramerVonMises: NumbersTest = ({ reference, current, referenceCount: n, currentCount: m }) => {
  if (Math.min(n, m) < 2) return { statistic: NaN, pValue: NaN };
  let [own, other, ofReference, ofCurrent] = [0, 0, 0, 0];
  for (let at = 0; at < reference.length; at++) {
    const [one, two] = [reference[at] ?? 0, current[at] ?? 0];
    const rank = own + other + (one + two + 1) / 2;
    ofReference += squares(one, rank - own);
    ofCurrent += squares(two, rank - other);
    own += one;
    other += two;
  }
  const u = n * ofReference + m * ofCurrent;
  const [pairs, all] = [n * m, n + m];
  const statistic = u / (pairs * all) - (4 * pairs - 1) / (6 * all);
  if (Math.max(n, m) <= EXACT) return { statistic, pValue: exact(u, n, m) };
  const variance = ((all + 1) * (4 * pairs * all - 3 * (n * n + m * m) - 2 * pairs)) / (45 * all * all * 4 * pairs);
  return { statistic, pValue: cramerVonMisesTail(1 / 6 + (statistic - (1 + 1 / all) / 6) / Math.sqrt(45 * variance)) };
};

/** The sum of (rank - i)² over i from 1 to `count`. */
const squares = (count: number, rank: number): number =>
  count * (rank - (count + 1) / 2) ** 2 + (count * (count * count - 1)) / 12;

/** Of all orders of the values how many reach the statistic: each path through them adds a whole number at each step. */
function exact(u: number, n: number, m: number): number {
  const common = lcm(n, m);
  const [across, up] = [common / n, common / m];
  const pairs = n * m;
  const least = Math.floor((common ** 2 * (n + m) * (6 * u - pairs * (4 * pairs - 1))) / (6 * pairs ** 2));
  // By how far along the reference a path is: how many come with which sum.
  let columns = Array.from({ length: n + 1 }, () => new Map<number, number>());
  for (let y = 0; y <= m; y++) {
    const next: Map<number, number>[] = [];
    for (let x = 0; x <= n; x++) {
      const step = (across * x - up * y) ** 2;
      const sums = new Map<number, number>();
      if (x === 0 && y === 0) sums.set(0, 1);
      for (const before of [y > 0 ? columns[x] : undefined, next[x - 1]])
        for (const [sum, count] of before ?? []) sums.set(sum + step, (sums.get(sum + step) ?? 0) + count);
      next.push(sums);
    }
    columns = next;
  }
  let [all, far] = [0, 0];
  for (const [sum, count] of columns[n] ?? []) {
    all += count;
    if (sum >= least) far += count;
  }
  return far / all;
}

const gcd = (one: number, other: number): number => (other === 0 ? one : gcd(other, one % other));
const lcm = (one: number, other: number): number => (one / gcd(one, other)) * other;
