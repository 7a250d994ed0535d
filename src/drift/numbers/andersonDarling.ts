/** The Anderson-Darling test of two samples: as sensitive in the tails as in the middle. */
import type { NumbersTest, PairedNumbers } from '../samples';

/**
 * The statistic of k samples with ties by half, made standard, and its p-value by a quadratic of its logarithm through the
 * table of Scholz and Stephens (1987, "K-Sample Anderson-Darling Tests", equation 7 and table 2), which goes from 0.25 to 0.001:
 * what lies outside is told as its end.
 */
export const andersonDarling: NumbersTest = (samples) => {
  if (samples.values.length < 2) return { statistic: NaN, pValue: 1 };
  const all = samples.referenceCount + samples.currentCount;
  const statistic = (statisticOf(samples, all) - 1) / Math.sqrt(varianceOf(samples, all));
  return { statistic, pValue: pValueOf(statistic) };
};

function statisticOf({ values, reference, current, referenceCount, currentCount }: PairedNumbers, all: number): number {
  let [ofReference, ofCurrent, own, other] = [0, 0, 0, 0];
  for (let at = 0; at < values.length; at++) {
    const [one, two] = [reference[at] ?? 0, current[at] ?? 0];
    const both = one + two;
    const middle = own + other + both / 2;
    const weight = both / all / (middle * (all - middle) - (all * both) / 4);
    ofReference += weight * (all * (own + one / 2) - middle * referenceCount) ** 2;
    ofCurrent += weight * (all * (other + two / 2) - middle * currentCount) ** 2;
    own += one;
    other += two;
  }
  return (ofReference / referenceCount + ofCurrent / currentCount) * ((all - 1) / all);
}

/** Scholz and Stephens' equation 4, of two samples. */
function varianceOf({ referenceCount, currentCount }: PairedNumbers, all: number): number {
  const inverse = 1 / referenceCount + 1 / currentCount;
  const { h, g } = harmonic(all);
  const a = 4 * g - 6 + (10 - 6 * g) * inverse;
  const b = (2 * g - 4) * 4 + 8 * h * 2 + (2 * g - 14 * h - 4) * inverse - 8 * h + 4 * g - 6;
  const c = (6 * h + 2 * g - 2) * 4 + (4 * h - 4 * g + 6) * 2 + (2 * h - 6) * inverse + 4 * h;
  const d = (2 * h + 6) * 4 - 4 * h * 2;
  return (a * all ** 3 + b * all ** 2 + c * all + d) / ((all - 1) * (all - 2) * (all - 3));
}

let last: { readonly all: number; readonly h: number; readonly g: number } | null = null;

/** Sums over the ranks: the same for all features of two tables. */
function harmonic(all: number): { readonly h: number; readonly g: number } {
  if (last?.all === all) return last;
  let [sum, g] = [0, 0];
  for (let at = all - 1; at > 1; at--) {
    sum += 1 / at;
    g += sum / (all - at + 1);
  }
  last = { all, h: sum + 1, g };
  return last;
}

/** Scholz and Stephens' table 2 of k = 2 samples: b0 + b1 + b2, by levels of significance. */
const LEVELS = [0.25, 0.1, 0.05, 0.025, 0.01, 0.005, 0.001] as const;
const CRITICAL = [0.325, 1.226, 1.961, 2.718, 3.752, 4.592, 6.546] as const;

function pValueOf(statistic: number): number {
  if (statistic < CRITICAL[0]) return LEVELS[0];
  if (statistic > CRITICAL[6]) return LEVELS[6];
  const [a, b, c] = FIT;
  return Math.exp(a + statistic * (b + statistic * c));
}

/** The quadratic of least squares through the logarithms of the levels. */
const FIT = fitted(
  CRITICAL,
  LEVELS.map((level) => Math.log(level)),
);

function fitted(x: readonly number[], y: readonly number[]): readonly [number, number, number] {
  const moment = (power: number, of: readonly number[] | null): number =>
    x.reduce((sum, value, at) => sum + value ** power * (of?.[at] ?? 1), 0);
  const [s0, s1, s2, s3, s4] = [0, 1, 2, 3, 4].map((power) => moment(power, null)) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const [t0, t1, t2] = [0, 1, 2].map((power) => moment(power, y)) as [number, number, number];
  const det = (a: number, b: number, c: number, d: number, e: number, f: number, g: number, h: number, i: number) =>
    a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
  const whole = det(s0, s1, s2, s1, s2, s3, s2, s3, s4);
  return [
    det(t0, s1, s2, t1, s2, s3, t2, s3, s4) / whole,
    det(s0, t0, s2, s1, t1, s3, s2, t2, s4) / whole,
    det(s0, s1, t0, s1, s2, t1, s2, s3, t2) / whole,
  ];
}
