/** Continued fractions. */

const MOST_STEPS = 1_000_000;
/** In place of a denominator of 0. */
const TINY = 1e-300;
const ROUNDING = 2e-16;

/** Where a step writes what it adds, so that none of them makes an object. */
export interface Step {
  numerator: number;
  denominator: number;
}

/**
 * a1 / (b1 + a2 / (b2 + ...)) from the front, by Lentz's method as Thompson and Barnett changed it ("Coulomb and Bessel functions
 * of complex arguments and order", 1986).
 *
 * @param write the numerator and the denominator of the step of this number, from 0 on
 */
export function continuedFraction(write: (at: number, step: Step) => void): number {
  const step = { numerator: 0, denominator: 0 };
  let [value, upper, lower] = [TINY, TINY, 0];
  for (let at = 0; at < MOST_STEPS; at++) {
    write(at, step);
    lower = 1 / (step.denominator + step.numerator * lower || TINY);
    upper = step.denominator + step.numerator / upper || TINY;
    const factor = upper * lower;
    value *= factor;
    if (Math.abs(factor - 1) <= ROUNDING) break;
  }
  return value;
}
