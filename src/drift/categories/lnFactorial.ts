/** ln n! */

const LISTED = 256;
const LIST = listed();
const HALF_LN_TAU = 0.5 * Math.log(2 * Math.PI);

/** By Stirling's series (DLMF 5.11.1) beyond a list: to the last digits of a double. @param n a whole number, 0 or more */
export function lnFactorial(n: number): number {
  if (n < LISTED) return LIST[n] ?? NaN;
  const inverse = 1 / n;
  const square = inverse * inverse;
  return (n + 0.5) * Math.log(n) - n + HALF_LN_TAU + inverse * (1 / 12 - square * (1 / 360 - square / 1260));
}

function listed(): Float64Array {
  const list = new Float64Array(LISTED);
  for (let n = 1; n < LISTED; n++) list[n] = (list[n - 1] ?? 0) + Math.log(n);
  return list;
}
