/** Upper tails of the distributions that tests need, right to about 1e-12 of their size however small they are. */

const SERIES_END = 1e-17;
const MOST_STEPS = 100_000;
const TINY = 1e-300;

/** How likely a standard normal number is to lie above `z`. */
export function normalTail(z: number): number {
  if (Number.isNaN(z)) return NaN;
  if (z < 0) return 1 - normalTail(-z);
  return gammaTail(0.5, (z * z) / 2) / 2;
}

/** How likely a chi-squared number is to lie above `x`. */
export function chiSquaredTail(x: number, df: number): number {
  if (Number.isNaN(x) || !(df > 0)) return NaN;
  if (x <= 0) return 1;
  return gammaTail(df / 2, x / 2);
}

/** How likely Student's t is to lie as far from 0, on either side. */
export function studentTail(t: number, df: number): number {
  if (Number.isNaN(t) || !(df > 0)) return NaN;
  if (!Number.isFinite(t)) return 0;
  if (df > 1e15) return 2 * normalTail(Math.abs(t));
  const square = t * t;
  return betaShare(df / 2, 0.5, df / (df + square), square / (df + square));
}

/** The regularized upper incomplete gamma function Q(a, x): a series below (DLMF 8.11.4), a continued fraction above (DLMF 8.9.2). */
export function gammaTail(a: number, x: number): number {
  if (x <= 0) return 1;
  if (x === Infinity) return 0;
  const front = poissonShare(a, x);
  if (x < a + 1) {
    let [term, sum] = [1, 1];
    for (let step = 1; step < MOST_STEPS && term > sum * SERIES_END; step++) sum += term *= x / (a + step);
    return Math.max(0, 1 - front * sum);
  }
  // front is x^a e^-x / Gamma(a + 1); the fraction wants it over Gamma(a).
  return Math.min(
    1,
    front * a * fraction((step) => (step === 0 ? [1, x + 1 - a] : [-step * (step - a), x + 2 * step + 1 - a])),
  );
}

/** The regularized incomplete beta function I_x(a, b), by the continued fraction of Didonato and Morris (1992, formula 9); `y` is 1 - x, of which nothing is lost. */
export function betaShare(a: number, b: number, x: number, y: number): number {
  if (x <= 0) return 0;
  if (y <= 0) return 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - betaShare(b, a, y, x);
  const front = binomialShare(a, b, x, y);
  const off = a * y - b * x;
  const terms = fraction((step) => {
    const whole = a + 2 * step;
    const below =
      step + (step * (b - step) * x) / (whole - 1) + ((a + step) / (whole + 1)) * (off + 1 + step * (1 + y));
    if (step === 0) return [1, (a / (a + 1)) * (off + 1)];
    return [(((a + step - 1) * (a + b + step - 1)) / (whole - 1)) * ((step * (b - step) * x * x) / (whole - 1)), below];
  });
  return Math.min(1, front * terms);
}

/** Lentz's way through a continued fraction, as Thompson and Barnett (1986) changed it. @param part numerator and denominator of each step */
function fraction(part: (step: number) => readonly [number, number]): number {
  let [value, upper, lower] = [TINY, TINY, 0];
  for (let step = 0; step < MOST_STEPS; step++) {
    const [above, below] = part(step);
    lower = below + above * lower || TINY;
    upper = below + above / upper || TINY;
    lower = 1 / lower;
    const factor = upper * lower;
    value *= factor;
    if (Math.abs(factor - 1) < 1e-16) break;
  }
  return value;
}

/** x^a e^-x / Gamma(a + 1), by Loader's "Fast and Accurate Computation of Binomial Probabilities" (2000). */
const poissonShare = (a: number, x: number): number =>
  Math.exp(-stirlingError(a) - deviance(a, x)) / Math.sqrt(2 * Math.PI * a);

/** x^a y^b / B(a, b), with x + y = 1, by the same. */
function binomialShare(a: number, b: number, x: number, y: number): number {
  const n = a + b;
  // a - n x, before its digits are lost.
  const off = a * y - b * x;
  const exponent =
    stirlingError(n) - stirlingError(a) - stirlingError(b) - deviance(a, n * x, off) - deviance(b, n * y, -off);
  return Math.exp(exponent) * Math.sqrt((a * b) / (2 * Math.PI * n));
}

/** a ln(a / x) + x - a, without losing what is left where both are nearly equal. */
function deviance(a: number, x: number, difference = a - x): number {
  if (Math.abs(difference) >= 0.1 * (a + x)) return a * Math.log(a / x) + x - a;
  const ratio = difference / (a + x);
  let sum = difference * ratio;
  let term = 2 * a * ratio;
  for (let step = 1; step < 1000; step++) {
    term *= ratio * ratio;
    const next = sum + term / (2 * step + 1);
    if (next === sum) return next;
    sum = next;
  }
  return sum;
}

/** What Stirling's formula lacks of ln Gamma(a + 1). */
function stirlingError(a: number): number {
  if (a < 15) {
    // Gamma(a + 1) = Gamma(a + 16) / ((a + 1) ... (a + 15))
    let product = 1;
    for (let step = 1; step <= 15; step++) product *= a + step;
    const above = a + 15;
    const own = stirlingError(above) + (above + 0.5) * Math.log(above) - above;
    return own - Math.log(product) - (a + 0.5) * Math.log(a) + a;
  }
  // DLMF 5.11.1
  const square = 1 / (a * a);
  return (
    (1 / 12 -
      square * (1 / 360 - square * (1 / 1260 - square * (1 / 1680 - square * (1 / 1188 - (square * 691) / 360360))))) /
    a
  );
}
