/** The distributions that tests are of, beside scipy's. */
import { beforeAll, describe, expect, it } from 'vitest';
import { binomialShare } from '../../src/drift/special/beta';
import { cramerVonMisesTail, shareAbove, shareBelow } from '../../src/drift/special/cramerVonMises';
import { kolmogorovTail } from '../../src/drift/special/kolmogorov';
import { lnGamma } from '../../src/drift/special/lnGamma';
import { smirnovTail } from '../../src/drift/special/smirnov';
import { chiSquaredTail, normalTail, studentTail } from '../../src/drift/special/tails';
import { harmonic, harmonicOfSquares, zetaMinusOne } from '../../src/drift/special/zeta';
import { type AskedPoint, expectNear, PYTHON, toldOfPoints } from './expectedOfNumbers';

const over = (name: string, of: readonly number[], xs: (of: number) => readonly number[]): AskedPoint[] =>
  of.flatMap((one) => xs(one).map((x): AskedPoint => [name, x, one]));

const NORMAL = [0, 1e-12, 1e-5, 0.1, 0.5, 1.22, 1.73, 1.74, 2, 3, 5, 8, 12, 20, 30, 37, 37.5, -0.5, -3, -8, -40];
const DF = [0.5, 1, 1.5, 2, 3, 7, 29.7, 30, 100, 1000, 20_000, 1e6, 1e8];
const OF_DF = [1e-6, 0.01, 0.3, 0.7, 0.9, 0.99, 1, 1.001, 1.1, 1.3, 1.6, 2, 3, 5, 10, 50, 300, 1300];
const T = [0, 1e-9, 1e-3, 0.5, 1, 1.72, 1.74, 2, -3, 5, 10, 20, 37, 100, 1e6, 1e50, 1e149];
const GAMMA = [
  1e-300, 1e-10, 0.1, 0.499, 0.5, 0.9, 1.2, 1.499, 1.5, 1.8, 2.3, 2.5, 2.51, 3.5, 5.7, 14.9, 15, 30, 1e6, 1e100,
];
const N = [
  1, 2, 3, 5, 20, 50, 139, 140, 141, 200, 1000, 4096, 4097, 9999, 50_000, 99_999, 100_000, 100_001, 999_999, 1e6,
  1_000_001, 1e7,
];
const Z = [
  0.05, 0.1, 0.16, 0.2, 0.3, 0.4, 0.5, 0.55, 0.7, 0.9, 1, 1.2, 1.4, 1.48, 1.49, 1.6, 1.99, 2.01, 2.5, 4, 7, 10, 15, 18,
];
/** Of more values each of them takes scipy half a second. */
const SLOW = 10_000;
const FEWER_Z = [0.16, 0.3, 0.9, 1.48, 1.49, 1.6, 4];
/** Statistics of n values, n x^2 being z^2. */
const xOf = (n: number): readonly number[] =>
  n > SLOW
    ? [...FEWER_Z.map((z) => z / Math.sqrt(n)), 0.7 / n, 1 / n]
    : [...Z.map((z) => z / Math.sqrt(n)), 0.49, 0.5, 1 - 0.5 / n, 0.7 / n, 1 / n].filter((x) => x < 1);
const OMEGA = [0.004, 0.01, 0.05, 0.1, 0.2, 0.2499, 0.25, 0.3, 0.5, 0.8, 1, 1.5, 2];

const ASKED: readonly AskedPoint[] = [
  ...NORMAL.map((z): AskedPoint => ['normal', z, 0]),
  ...over('chiSquared', DF, (df) => OF_DF.map((part) => df * part)),
  ...over('student', [...DF, 1e12, 1e16], () => T),
  ...GAMMA.map((x): AskedPoint => ['lnGamma', x, 0]),
  ...over('kolmogorov', N, xOf),
  ...over(
    'smirnov',
    N.filter((n) => n < SLOW),
    xOf,
  ),
  ...OMEGA.map((x): AskedPoint => ['cramerVonMises', x, 0]),
];

const OURS: Readonly<Record<string, (x: number, of: number) => number>> = {
  normal: normalTail,
  chiSquared: chiSquaredTail,
  student: studentTail,
  lnGamma,
  kolmogorov: (x, n) => kolmogorovTail(n, x),
  smirnov: (x, n) => smirnovTail(n, x),
  cramerVonMises: cramerVonMisesTail,
};

describe.skipIf(PYTHON === '')('beside scipy', () => {
  let told: readonly number[] = [];
  beforeAll(() => {
    told = toldOfPoints(ASKED);
  }, 60_000);

  /** Below the smallest number that has all its digits there is nothing to compare. */
  const expectAll = (name: string, relative: number, absolute = 1e-300): void => {
    let count = 0;
    for (const [at, [asked, x, of]] of ASKED.entries()) {
      if (asked !== name) continue;
      expectNear(
        OURS[name]?.(x, of) ?? NaN,
        told[at] ?? NaN,
        relative,
        absolute,
        `${name} of ${String(x)}, ${String(of)}`,
      );
      count++;
    }
    expect(count).toBeGreaterThan(10);
  };

  it('the upper tail of the normal distribution has twelve digits down to 1e-300', () => {
    expectAll('normal', 1e-12);
  });
  it('so has that of chi-squared, of any degrees of freedom', () => {
    expectAll('chiSquared', 1e-12);
  });
  it("so have both tails of Student's t, as far out as doubles go", () => {
    expectAll('student', 1e-12);
  });
  it('ln Gamma has fourteen', () => {
    expectAll('lnGamma', 1e-14);
  });
  it("Kolmogorov's two-sided tail, by every one of its formulas, has thirteen of 1 and ten of itself", () => {
    expectAll('kolmogorov', 0, 1e-13);
    for (const [at, [name, x, n]] of ASKED.entries()) {
      const wanted = told[at] ?? NaN;
      if (name === 'kolmogorov' && wanted > 1e-290)
        expectNear(kolmogorovTail(n, x), wanted, 1e-10, 0, `${String(n)} ${String(x)}`);
    }
  });
  it("Smirnov's one-sided tail has eleven", () => {
    expectAll('smirnov', 1e-11, 1e-290);
  });
  it("the limit of Cramér and von Mises' statistic, as far as scipy's sum goes", () => {
    expectAll('cramerVonMises', 0, 1e-12);
  });
});

describe('without scipy', () => {
  it('what is no number, or out of range, is none', () => {
    expect([
      normalTail(NaN),
      chiSquaredTail(NaN, 1),
      chiSquaredTail(1, 0),
      studentTail(1, -1),
      studentTail(NaN, 1),
    ]).toEqual([NaN, NaN, NaN, NaN, NaN]);
    expect([lnGamma(0), lnGamma(-1), kolmogorovTail(0, 0.5), kolmogorovTail(5, NaN), cramerVonMisesTail(NaN)]).toEqual([
      NaN,
      NaN,
      NaN,
      NaN,
      NaN,
    ]);
    expect([
      normalTail(Infinity),
      normalTail(-Infinity),
      chiSquaredTail(Infinity, 3),
      studentTail(-Infinity, 3),
    ]).toEqual([0, 1, 0, 0]);
    expect([chiSquaredTail(0, 3), chiSquaredTail(-1, 3), kolmogorovTail(10, 0), kolmogorovTail(10, 1)]).toEqual([
      1, 1, 1, 0,
    ]);
  });

  it("Student's t of one and two degrees of freedom goes on where its square is no double", () => {
    for (const t of [1e151, 1e200, 1e300]) expectNear(studentTail(t, 1), 2 / Math.PI / t, 1e-12, 0, String(t));
    expectNear(studentTail(-1e152, 2), 1e-304, 1e-12, 0, 'two');
    expectNear(studentTail(1e100, 2), 1e-200, 1e-12, 0, 'two, of a smaller one');
  });

  it('ln Gamma keeps its digits at its zeros, where it is -0.5772 (x - 1) and 0.4228 (x - 2)', () => {
    expect([lnGamma(1), lnGamma(2)]).toEqual([0, 0].map((zero) => expect.closeTo(zero, 300) as number));
    const near = 2 ** -30;
    // The next term is zeta(2) / 2 (x - 1)^2.
    expectNear(lnGamma(1 + near), near * (-0.5772156649015329 + (near * Math.PI ** 2) / 12), 1e-15, 0, 'at 1');
    expectNear(lnGamma(2 + near), near * (0.42278433509846713 + near * ((Math.PI ** 2 / 6 - 1) / 2)), 1e-15, 0, 'at 2');
  });

  it('sums of inverse powers go over to their series without a step', () => {
    expectNear(zetaMinusOne(2), Math.PI ** 2 / 6 - 1, 1e-15, 0, 'zeta(2)');
    expectNear(zetaMinusOne(4), Math.PI ** 4 / 90 - 1, 1e-14, 0, 'zeta(4)');
    expectNear(zetaMinusOne(60), 2 ** -60, 1e-10, 0, 'zeta(60)');
    for (const n of [59, 60, 61, 62, 1000]) {
      expectNear(harmonic(n) - harmonic(n - 1), 1 / n, 1e-12, 0, `harmonic ${String(n)}`);
      expectNear(harmonicOfSquares(n) - harmonicOfSquares(n - 1), 1 / n ** 2, 1e-9, 0, `squares ${String(n)}`);
    }
    expect(harmonic(4)).toBeCloseTo(25 / 12, 15);
    expect([harmonic(0), harmonicOfSquares(0)]).toEqual([0, 0]);
  });

  it('shares of the binomial distribution sum up to 1', () => {
    let sum = 0;
    for (let k = 0; k <= 1000; k++) sum += binomialShare(k, 1000, 0.3, 300 - k);
    expect(sum).toBeCloseTo(1, 13);
  });

  it("the series and the integral of Cramér and von Mises' limit are of one distribution", () => {
    for (const x of [0.1, 0.2, 0.25, 0.5, 1]) expect(shareBelow(x) + shareAbove(x)).toBeCloseTo(1, 14);
  });

  it("far out it falls as Smirnov's integral does, long after 1 less its share has no digits left", () => {
    // The integral's own start at pi: the integrand is exp(-x s^2 / 2) / sqrt(s sin s) there.
    for (const x of [20, 50, 120]) {
      const first = (2 / Math.PI) * Math.sqrt(Math.PI / (Math.PI * (Math.PI * x))) * Math.exp((-x * Math.PI ** 2) / 2);
      expect(cramerVonMisesTail(x) / first).toBeGreaterThan(0.9);
      expect(cramerVonMisesTail(x) / first).toBeLessThan(1.1);
    }
  });
});
