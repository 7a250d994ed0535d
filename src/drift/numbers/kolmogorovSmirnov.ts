/** Whether two samples are of one distribution, by the largest distance of their cumulative shares. */
import type { NumbersTest } from '../samples';
import { kolmogorovTail } from '../special/kolmogorov';

/** Up to so many values of a sample the p-value is exact, as in scipy. */
const EXACT = 10_000;

/**
 * The two-sample Kolmogorov-Smirnov test (Smirnov 1939), two-sided: exact where both samples are small, by counting paths (Hodges
 * 1958); else by the distribution of one sample of nm / (n + m) values. Ties make it conservative.
 */
export const kolmogorovSmirnov: NumbersTest = ({ reference, current, referenceCount, currentCount }) => {
  let [own, other, most] = [0, 0, 0];
  for (let at = 0; at < reference.length; at++) {
    own += reference[at] ?? 0;
    other += current[at] ?? 0;
    const distance = Math.abs(own / referenceCount - other / currentCount);
    if (distance > most) most = distance;
  }
  return { statistic: most, pValue: pValueOf(most, referenceCount, currentCount) };
};

function pValueOf(statistic: number, n: number, m: number): number {
  if (Math.max(n, m) <= EXACT) {
    const divisor = gcd(n, m);
    const steps = Math.round(statistic * (n / divisor) * m);
    if (steps === 0) return 1;
    return n === m ? outsideSquare(n, steps) : outsideShare(Math.max(n, m), Math.min(n, m), divisor, steps);
  }
  return Math.min(1, Math.max(0, kolmogorovTail(Math.round((n * m) / (n + m)), statistic)));
}

const gcd = (one: number, other: number): number => (other === 0 ? one : gcd(other, one % other));

/** Of two samples of n values each: the alternating sum of reflected paths (Gnedenko and Korolyuk 1951), from within outwards. */
function outsideSquare(n: number, steps: number): number {
  let share = 0;
  for (let reflected = Math.floor(n / steps); reflected >= 0; reflected--) {
    let factor = 1;
    for (let at = 0; at < steps; at++) factor *= (n - reflected * steps - at) / (n + reflected * steps + at + 1);
    share = factor * (1 - share);
  }
  return Math.min(1, 2 * share);
}

/**
 * Of all paths from (0, 0) to (m, n) the share that is somewhere as far from the diagonal: that of each point is the mean of
 * those of the points before it, by how many paths come from there.
 */
function outsideShare(m: number, n: number, divisor: number, steps: number): number {
  const [width, height] = [m / divisor, n / divisor];
  // Beyond the band every path has been outside.
  const shares = new Float64Array(n + 1).fill(1);
  for (let x = 0; x <= m; x++) {
    const low = Math.max(Math.floor((height * x - steps) / width) + 1, 0);
    const high = Math.min(Math.ceil((height * x + steps) / width) - 1, n);
    if (low > high) return 1;
    if (low > 0) shares[low - 1] = 1;
    let below = 1;
    for (let y = low; y <= high; y++) {
      const left = shares[y] ?? 1;
      if (x === 0) below = 0;
      else if (y === 0) below = left;
      else below = (left * x + below * y) / (x + y);
      shares[y] = below;
    }
    if (high < n) shares[high + 1] = 1;
  }
  return shares[n] ?? 1;
}
