/** Sums of powers of 1, 1/2, 1/3 and so on. */

/** Up to here they are summed one by one; beyond it a series of Euler and Maclaurin (DLMF 2.10.1) is right to the last digit. */
const SUMMED = 60;
const EULER = 0.577_215_664_901_532_9;

/** Riemann's zeta, less its first term. @param n a whole number, 2 or more */
export function zetaMinusOne(n: number): number {
  const last = SUMMED ** -n;
  const front = n / (12 * SUMMED);
  const second = ((n + 1) * (n + 2)) / (60 * SUMMED * SUMMED);
  const third = ((n + 3) * (n + 4)) / (42 * SUMMED * SUMMED);
  let sum = last * (SUMMED / (n - 1) - 0.5 + front * (1 - second * (1 - third)));
  for (let k = SUMMED; k >= 2; k--) sum += k ** -n;
  return sum;
}

/** 1 + 1/2 + ... + 1/n. @param n a whole number, 0 or more */
export function harmonic(n: number): number {
  if (n > SUMMED) {
    const square = 1 / (n * n);
    return Math.log(n) + EULER + 0.5 / n - square * (1 / 12 - square * (1 / 120 - square * (1 / 252 - square / 240)));
  }
  let sum = 0;
  for (let k = n; k >= 1; k--) sum += 1 / k;
  return sum;
}

/** 1 + 1/4 + ... + 1/n^2. @param n a whole number, 0 or more */
export function harmonicOfSquares(n: number): number {
  if (n > SUMMED) {
    const [inverse, square] = [1 / n, 1 / (n * n)];
    const small = square * (1 / 6 - square * (1 / 30 - square * (1 / 42 - square / 30)));
    return (Math.PI * Math.PI) / 6 - inverse * (1 - 0.5 * inverse + small);
  }
  let sum = 0;
  for (let k = n; k >= 1; k--) sum += 1 / (k * k);
  return sum;
}
