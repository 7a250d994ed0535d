/**
 * Orders of two samples, as paths through a grid: a step to the right for a value of the one, a step up for one of the other. If
 * both are of one distribution all paths from (0, 0) to (n, m) are as likely (Hodges, "The Significance Probability of the Smirnov
 * Two-Sample Test", 1958).
 */

/** In the exponent: e to the minus of it is less than the smallest double. */
const NEVER = 760;

/**
 * The share of the paths that are somewhere as far from the diagonal as `steps`, in multiples of one over the least common multiple
 * of n and m. It is the same to about 1e-12 of its size, however small. It costs max(n, m) times the width of the band within it.
 */
export function shareOutside(n: number, m: number, steps: number): number {
  if (steps === 0) return 1;
  const [width, height] = [Math.max(n, m), Math.min(n, m)];
  const divisor = gcd(width, height);
  const distance = steps / (height / divisor) / width;
  if (distance > 1) return 0;
  // Of each of the n + m points, by Serfling's bound ("Probability inequalities for the sum in sampling without replacement", 1974).
  const exponent = ((2 * width * height) / (width + height)) * distance ** 2 * (width / (width + 1));
  if (exponent > NEVER + Math.log(2 * (width + height))) return 0;
  return width === height ? ofEqualSizes(width, steps) : ofUnequalSizes(width, height, divisor, steps);
}

/**
 * Paths reflected at the two lines, added and taken off in turn (Gnedenko and Korolyuk, "On the maximum discrepancy between two
 * empirical distributions", 1951), from the innermost out, so that nothing cancels.
 */
function ofEqualSizes(n: number, steps: number): number {
  let share = 0;
  for (let times = Math.floor(n / steps); times >= 0; times--) {
    let ratio = 1; // of two binomial coefficients
    for (let at = 0; at < steps; at++) ratio *= (n - times * steps - at) / (n + times * steps + at + 1);
    share = ratio * (1 - share);
  }
  return Math.min(1, 2 * share);
}

/**
 * Point by point: of the paths to (x, y), which come from the left and from below in the ratio of x to y, the share that has been
 * outside. Sums of what is positive alone, so small ones are right, too.
 */
function ofUnequalSizes(width: number, height: number, divisor: number, steps: number): number {
  const [across, up] = [width / divisor, height / divisor];
  const inverse = Float64Array.from({ length: width + height + 1 }, (_, at) => 1 / at);
  // Of the column to the left, and then of this one. Above and below the band all paths are outside.
  const shares = new Float64Array(height + 1).fill(1);
  for (let x = 0; x <= width; x++) {
    const low = Math.max(Math.floor((up * x - steps) / across) + 1, 0);
    const high = Math.min(Math.ceil((up * x + steps) / across) - 1, height);
    if (low > high) return 1;
    let share = low === 0 ? 0 : 1;
    for (let y = low; y <= high; y++) {
      share = x + y === 0 ? 0 : ((shares[y] ?? 0) * x + share * y) * (inverse[x + y] ?? 0);
      shares[y] = share;
    }
    // What the band has left behind is not looked at again; what it comes to still is 1.
  }
  return shares[height] ?? 1;
}

export const gcd = (one: number, other: number): number => (other === 0 ? one : gcd(other, one % other));
