/** The limiting distribution of the Cramér-von Mises statistic. */

/** Csörgő and Faraway (1996), "The Exact and Asymptotic Distributions of Cramér-von Mises Statistics", equation 1.3. */
export function cramerVonMisesTail(x: number): number {
  if (Number.isNaN(x)) return NaN;
  if (x < 0.003) return 1;
  let [sum, ratio] = [0, Math.sqrt(Math.PI)]; // Gamma(k + 1/2) / Gamma(k + 1)
  for (let k = 0; k < 1000; k++) {
    if (k > 0) ratio *= (k - 0.5) / k;
    const odd = 4 * k + 1;
    const q = odd ** 2 / (16 * x);
    const term = (ratio / (Math.PI ** 1.5 * Math.sqrt(x))) * Math.sqrt(odd) * Math.exp(-2 * q) * besselK(0.25, q);
    sum += term;
    if (term < 1e-17) break;
  }
  return Math.max(0, 1 - sum);
}

/** e^x K_order(x), by the integral of exp(x - x cosh t) cosh(order t) over t from 0 on (DLMF 10.32.9): the trapezoidal rule loses nothing. */
function besselK(order: number, x: number): number {
  const step = 0.05;
  let sum = 0.5;
  for (let at = 1; ; at++) {
    const t = at * step;
    const term = Math.exp(-2 * x * Math.sinh(t / 2) ** 2) * Math.cosh(order * t);
    sum += term;
    if (term < 1e-18 * sum) return sum * step;
  }
}
