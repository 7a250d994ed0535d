/**
 * The distribution of the two-sided Kolmogorov-Smirnov statistic of one sample: by the methods that Simard and L'Ecuyer (2011,
 * "Computing the Two-Sided Kolmogorov-Smirnov Distribution") choose among by n and x.
 */

/** Up to it exact methods are taken throughout. */
const FEW = 140;
/** Beyond, the sum of the one-sided distribution takes too long, and its limit is as good: see `tail`. */
const MANY = 50_000;
/** Beyond, the limit is as good as anything. */
const LIMIT = 1_000_000;
/** Below such a tail the difference of 1 and what is nearly 1 has no digits left. */
const FAR = 1e-9;

/** How likely the statistic of `n` values is to be at least `x`; absolute error below 1e-12. */
export function kolmogorovTail(n: number, x: number): number {
  if (Number.isNaN(x) || n <= 0) return NaN;
  const t = n * x;
  if (x >= 1) return 0;
  if (t <= 0.5) return 1;
  if (t <= 1) return 1 - rubenGambino(n, 2 * t - 1);
  if (t >= n - 1) return 2 * (1 - x) ** n;
  const square = t * x;
  if (x >= 0.5) return Math.min(1, 2 * smirnovTail(n, x));
  if (n <= FEW) return square <= 4 ? 1 - durbin(n, x) : Math.min(1, 2 * smirnovTail(n, x));
  if (square >= 370) return 0;
  if (square >= 2.2) return tail(n, x, t);
  return 1 - (n <= 100_000 && n * x ** 1.5 <= 1.4 ? durbin(n, x) : pelzGood(n, x));
}

/** Where the statistic is large, both sides hardly ever are: twice the one-sided tail. */
function tail(n: number, x: number, t: number): number {
  if (n <= MANY) return Math.min(1, 2 * smirnovTail(n, x));
  // Maag and Dicaire (1971).
  const limit = 2 * Math.exp(-((6 * t + 1) ** 2) / (18 * n));
  if (n > LIMIT) return limit;
  // What is on both sides counts twice there: 5e-8 at most, of 0.02.
  const near = 1 - pelzGood(n, x) + 2 * Math.exp(-8 * t * x);
  return near > FAR ? near : limit;
}

/** n! (share / n)^n, where each value must lie in a place of its own. */
function rubenGambino(n: number, share: number): number {
  let log = n * Math.log(share);
  for (let at = 1; at <= n; at++) log += Math.log(at / n);
  return Math.exp(log);
}

/** Birnbaum and Tingey (1951): the one-sided tail, as a sum of terms that are all positive. */
export function smirnovTail(n: number, x: number): number {
  if (x <= 0) return 1;
  if (x >= 1) return 0;
  let sum = 0;
  // ln of the binomial coefficient, term by term.
  let log = 0;
  const last = Math.floor(n * (1 - x));
  for (let at = 0; at <= last; at++) {
    if (at > 0) log += Math.log((n - at + 1) / at);
    const [below, above] = [x + at / n, 1 - x - at / n];
    if (above > 0) sum += Math.exp(log + (at - 1) * Math.log(below) + (n - at) * Math.log(above));
    else if (at === n) sum += below ** (at - 1);
  }
  return Math.min(1, x * sum);
}

/** Powers of two by which numbers are kept within range. */
const SCALE = 2 ** 128;

/** Durbin's matrix (1968), as Marsaglia, Tsang and Wang (2003) raise it to its power: P(D < x). */
function durbin(n: number, x: number): number {
  const k = Math.ceil(n * x);
  const h = k - n * x;
  const m = 2 * k - 1;
  const base = durbinMatrix(m, h);
  const { values, scale } = powerOf({ values: base, scale: 0 }, m, n, (k - 1) * m + k - 1);
  let result = values[(k - 1) * m + k - 1] ?? 0;
  let own = scale;
  for (let at = 1; at <= n; at++) {
    result *= at / n;
    if (result < 1 / SCALE) {
      result *= SCALE;
      own--;
    }
  }
  return Math.min(1, result * SCALE ** own);
}

function durbinMatrix(m: number, h: number): Float64Array {
  const matrix = new Float64Array(m * m);
  const inverse = [1];
  for (let at = 1; at <= m; at++) inverse.push((inverse[at - 1] ?? 0) / at);
  for (let row = 0; row < m; row++)
    for (let column = 0; column <= Math.min(row + 1, m - 1); column++)
      matrix[row * m + column] = inverse[row - column + 1] ?? 0;
  for (let at = 0; at < m; at++) {
    const edge = (1 - h ** (at + 1)) * (inverse[at + 1] ?? 0);
    matrix[at * m] = edge;
    matrix[(m - 1) * m + (m - 1 - at)] = edge;
  }
  matrix[(m - 1) * m] = (1 - 2 * h ** m + Math.max(0, 2 * h - 1) ** m) * (inverse[m] ?? 0);
  return matrix;
}

/** A matrix times `SCALE` to a power. */
interface Scaled {
  readonly values: Float64Array;
  readonly scale: number;
}

/** @param middle the place of the entry that is kept within range */
function powerOf(base: Scaled, m: number, exponent: number, middle: number): Scaled {
  let result: Scaled | null = null;
  let square = base;
  for (let left = exponent; ; left = Math.floor(left / 2)) {
    if (left % 2 === 1) result = result ? multiplied(result, square, m, middle) : square;
    if (left <= 1) return result ?? square;
    square = multiplied(square, square, m, middle);
  }
}

function multiplied(one: Scaled, other: Scaled, m: number, middle: number): Scaled {
  const values = new Float64Array(m * m);
  for (let row = 0; row < m; row++)
    for (let at = 0; at < m; at++) {
      const factor = one.values[row * m + at] ?? 0;
      if (factor === 0) continue;
      for (let column = 0; column < m; column++)
        values[row * m + column] = (values[row * m + column] ?? 0) + factor * (other.values[at * m + column] ?? 0);
    }
  const scale = one.scale + other.scale;
  if ((values[middle] ?? 0) < SCALE) return { values, scale };
  return { values: values.map((value) => value / SCALE), scale: scale + 1 };
}

/** Pelz and Good (1976), "Approximating the lower tail-areas of the Kolmogorov-Smirnov one-sample statistic": four terms. */
function pelzGood(n: number, x: number): number {
  const z = Math.sqrt(n) * x;
  const [z2, z4, z6] = [z ** 2, z ** 4, z ** 6];
  const [pi2, pi4, pi6] = [Math.PI ** 2, Math.PI ** 4, Math.PI ** 6];
  const most = Math.ceil((16 * z) / Math.PI) + 1;
  const sums = [0, 0, 0, 0];
  const add = (at: number, value: number): void => void (sums[at] = (sums[at] ?? 0) + value);
  for (let k = most; k >= 1; k--) {
    const odd2 = (2 * k - 1) ** 2;
    const weight = Math.exp((-pi2 * odd2) / (8 * z2));
    add(0, weight);
    add(1, weight * ((pi2 * odd2) / 4 - z2));
    add(2, weight * (6 * z6 + 2 * z4 + ((2 * z4 - 5 * z2) * pi2 * odd2) / 4 + (pi4 * (1 - 2 * z2) * odd2 ** 2) / 16));
    add(
      3,
      weight *
        ((pi6 * odd2 ** 3 * (5 - 30 * z2)) / 64 +
          (pi4 * odd2 ** 2 * (-60 * z2 + 212 * z4)) / 16 +
          (pi2 * odd2 * (135 * z4 - 96 * z6)) / 4 -
          30 * z6 -
          90 * z ** 8),
    );
  }
  const root = Math.sqrt(2 * Math.PI);
  let [second, third] = [0, 0];
  for (let k = most; k >= 1; k--) {
    const weight = k * k * Math.exp((-pi2 * k * k) / (2 * z2));
    second += weight;
    third += weight * (3 * z2 - pi2 * k * k);
  }
  const [k0 = 0, k1 = 0, k2 = 0, k3 = 0] = sums.map((sum) => sum * root);
  const terms = [
    k0 / z,
    k1 / (6 * z4),
    k2 / (72 * z ** 7) - (pi2 * root * second) / (36 * z ** 3),
    k3 / (6480 * z ** 10) + (pi2 * root * third) / (216 * z6),
  ];
  return terms.reduce((all, term, at) => all + term / n ** (at / 2), 0);
}
