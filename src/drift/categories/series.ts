/**
 * Sums whose first terms cancel, without the loss: what is nearly equal would else differ by the rounding of logarithms. Both are
 * Taylor series (DLMF 4.6.1) near 0 and closed forms elsewhere.
 */

const NEAR = 0.1;
/** Of the series: the next is below 1e-17 of the first at `NEAR`. */
const SQUARES = 9;
const POWERS = 18;

/** (1+d) ln(1+d) + (1-d) ln(1-d). @param d from -1 to 1. @returns from 0 to 2 ln 2 */
export function symmetricEntropy(d: number): number {
  const size = Math.abs(d);
  if (size >= 1) return 2 * Math.LN2;
  if (size > NEAR) return (1 + size) * Math.log1p(size) + (1 - size) * Math.log1p(-size);
  const square = size * size;
  let sum = 0;
  for (let term = SQUARES; term >= 1; term--) sum = (sum + 1 / (term * (2 * term - 1))) * square;
  return sum;
}

/** (1+d) ln(1+d) - d. @param d from -1 on. @returns 0 or more */
export function excessEntropy(d: number): number {
  if (d <= -1) return 1;
  if (Math.abs(d) > NEAR) return (1 + d) * Math.log1p(d) - d;
  let sum = 0;
  for (let power = POWERS; power >= 2; power--) sum = 1 / (power * (power - 1)) - d * sum;
  return sum * d * d;
}
