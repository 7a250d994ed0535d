/** The limiting distribution of the Cramér-von Mises statistic. */

/** Below it the series of what is smaller converges at once, above it the integral of what is larger. */
const MIDDLE = 0.25;
/** Points of each integral: it is of a smooth periodic function, of which so many are exact. */
const POINTS = 64;
const ROUNDING = 1e-17;

/** How likely the statistic is to be above `x`, to 1e-12 of its size. */
export function cramerVonMisesTail(x: number): number {
  if (Number.isNaN(x)) return NaN;
  if (x <= 0) return 1;
  return x < MIDDLE ? 1 - shareBelow(x) : shareAbove(x);
}

/** Csörgő and Faraway, "The Exact and Asymptotic Distributions of Cramér-von Mises Statistics" (1996), equation 1.3. */
export function shareBelow(x: number): number {
  let sum = 0;
  let ratio = Math.sqrt(Math.PI); // Gamma(k + 1/2) / k!
  for (let k = 0; ; k++) {
    const q = (4 * k + 1) ** 2 / (16 * x);
    const term = ratio * Math.sqrt(4 * k + 1) * Math.exp(-2 * q) * scaledBessel(q);
    sum += term;
    if (term <= sum * ROUNDING) return sum / (Math.PI * Math.sqrt(Math.PI * x));
    ratio *= (k + 0.5) / (k + 1);
  }
}

/**
 * Smirnov, "On the distribution of the omega^2 criterion" (1936): an alternating sum of integrals from one zero of the sine to the
 * next. Written over an angle whose cosine goes through them, what is infinite at their ends vanishes.
 */
export function shareAbove(x: number): number {
  let sum = 0;
  for (let j = 0; ; j++) {
    const low = (2 * j + 1) * Math.PI;
    let part = 0;
    for (let at = 0; at < POINTS; at++) {
      const angle = (Math.PI * (at + 0.5)) / POINTS;
      const off = Math.PI * Math.sin(angle / 2) ** 2;
      const s = low + off;
      part += (Math.sin(angle) / Math.sqrt(s * Math.sin(off))) * Math.exp((-x * s * s) / 2);
    }
    part *= Math.PI / POINTS;
    sum += j % 2 === 0 ? part : -part;
    if (part <= sum * ROUNDING) return Math.min(1, sum);
  }
}

/**
 * e^x K(x), with the Bessel function of order 1/4, by the integral of exp(-x (cosh t - 1)) cosh(t / 4) (DLMF 10.32.9): the
 * trapezoidal rule is exact for what falls so fast.
 */
function scaledBessel(x: number): number {
  const step = 0.1 / Math.sqrt(1 + x);
  let sum = 0.5;
  for (let at = 1; ; at++) {
    const t = at * step;
    const term = Math.exp(-2 * x * Math.sinh(t / 2) ** 2) * Math.cosh(t / 4);
    sum += term;
    if (term <= sum * ROUNDING) return sum * step;
  }
}
