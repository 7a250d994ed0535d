/** The exact distribution of Mann and Whitney's U, without ties. */

/**
 * How likely U, or nm - U, is to be as large as `u`. How often it is what is a coefficient of Gauss' binomial polynomial, the product
 * of (1 - x^(many + i)) / (1 - x^i) over i from 1 to `few` (Andrews, "The Theory of Partitions", chapter 3). By symmetry the small end
 * of it is the large one. It takes few nm steps.
 *
 * @param u a whole number, nm / 2 or more
 */
export function exactMannWhitney(u: number, n: number, m: number): number {
  const [few, many] = [Math.min(n, m), Math.max(n, m)];
  const last = few * many - u;
  const counts = new Float64Array(last + 1);
  counts[0] = 1;
  let ways = 1;
  for (let i = 1; i <= few; i++) {
    // What is divided first stays whole and positive until it is taken off itself.
    for (let at = i; at <= last; at++) counts[at] = (counts[at] ?? 0) + (counts[at - i] ?? 0);
    for (let at = last; at >= many + i; at--) counts[at] = (counts[at] ?? 0) - (counts[at - many - i] ?? 0);
    ways *= (many + i) / i;
  }
  return Math.min(1, (2 * counts.reduce((sum, count) => sum + count, 0)) / ways);
}
