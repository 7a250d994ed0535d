/** Kolmogorov's distribution of many values. */

/**
 * How likely the statistic of n values is to be below `x`: Kolmogorov's limit and three corrections for n, in powers of 1 / sqrt n,
 * as Pelz and Good turned them around for small x ("Approximating the Lower Tail-areas of the Kolmogorov-Smirnov One-sample
 * Statistic", 1976).
 */
export function pelzGoodShare(n: number, x: number): number {
  const z = Math.sqrt(n) * x;
  const [z2, z4] = [z ** 2, z ** 4];
  const [z6, z8] = [z ** 6, z ** 8];
  let [limit, first, second, third, secondMore, thirdMore] = [0, 0, 0, 0, 0, 0];
  for (let k = Math.ceil((16 * z) / Math.PI) + 1; k >= 1; k--) {
    const odd = (Math.PI * (k - 0.5)) ** 2; // (pi m / 2)^2 of the odd numbers m
    const weight = Math.exp(-odd / (2 * z2));
    limit += weight;
    first += weight * (odd - z2);
    second += weight * (6 * z6 + 2 * z4 + odd * (2 * z4 - 5 * z2 + odd * (1 - 2 * z2)));
    third +=
      weight * (odd * (135 * z4 - 96 * z6 + odd * (212 * z4 - 60 * z2 + odd * (5 - 30 * z2))) - 30 * z6 - 90 * z8);
    const all = (Math.PI * k) ** 2;
    const more = all * Math.exp(-all / (2 * z2));
    secondMore += more;
    thirdMore += more * (3 * z2 - all);
  }
  const share =
    limit / z +
    first / (6 * z4) / Math.sqrt(n) +
    (second / (72 * z ** 7) - secondMore / (36 * z ** 3)) / n +
    (third / (6480 * z ** 10) + thirdMore / (216 * z6)) / (n * Math.sqrt(n));
  return Math.min(1, Math.max(0, share * Math.sqrt(2 * Math.PI)));
}
