/** What the statistic of Anderson and Darling's test of two samples says of how likely it is. */

/** Scholz & Stephens (1987), table 2, whose b0 + b1 + b2 holds for two samples. */
const CRITICAL: readonly (readonly [statistic: number, level: number])[] = [
  [0.325, 0.25],
  [1.226, 0.1],
  [1.961, 0.05],
  [2.718, 0.025],
  [3.752, 0.01],
  [4.592, 0.005],
  [6.546, 0.001],
];
const [LOWEST, HIGHEST] = [0.325, 6.546];
const [LIKELIEST, RAREST] = [0.25, 0.001];

/**
 * By the parabola of the logarithms of the table's levels, as scipy has it: not quite through them, so that it may be slightly more
 * than the level at the table's end.
 */
export function levelOf(statistic: number): number {
  if (statistic < LOWEST) return LIKELIEST;
  if (statistic > HIGHEST) return RAREST;
  const off = statistic - CENTRE;
  return Math.exp(PARABOLA[0] + off * (PARABOLA[1] + off * PARABOLA[2]));
}

/** Around it the powers of the statistics hardly depend on each other. */
const CENTRE = CRITICAL.reduce((sum, [statistic]) => sum + statistic, 0) / CRITICAL.length;
const PARABOLA = leastSquares(CRITICAL.map(([statistic, level]) => [statistic - CENTRE, Math.log(level)]));

/** The parabola of the least squares through points whose mean is at 0. @returns constant, linear and square */
function leastSquares(points: readonly (readonly [number, number])[]): readonly [number, number, number] {
  const sum = (of: (x: number, y: number) => number): number => points.reduce((all, [x, y]) => all + of(x, y), 0);
  const count = points.length;
  const [x2, x3, x4] = [sum((x) => x ** 2), sum((x) => x ** 3), sum((x) => x ** 4)];
  const [y, xy, x2y] = [sum((_, value) => value), sum((x, value) => x * value), sum((x, value) => x * x * value)];
  // Gauss' elimination: the sum of x is 0.
  const square = (x2y - (x2 * y) / count - (x3 * xy) / x2) / (x4 - (x2 * x2) / count - (x3 * x3) / x2);
  return [(y - x2 * square) / count, (xy - x3 * square) / x2, square];
}
