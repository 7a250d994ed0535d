/** Tests of two samples of numbers, beside scipy's. */
import { beforeAll, describe, expect, it } from 'vitest';
import { andersonDarling } from '../../src/drift/numbers/andersonDarling';
import { levelOf } from '../../src/drift/numbers/andersonDarlingLevels';
import { cramerVonMises } from '../../src/drift/numbers/cramerVonMises';
import { kolmogorovSmirnov } from '../../src/drift/numbers/kolmogorovSmirnov';
import { kuiper } from '../../src/drift/numbers/kuiper';
import { mannWhitney } from '../../src/drift/numbers/mannWhitney';
import { exactMannWhitney } from '../../src/drift/numbers/mannWhitneyExact';
import { momentsOf, momentsOfBoth } from '../../src/drift/numbers/moments';
import { energyDistance, normedWasserstein, wasserstein } from '../../src/drift/numbers/wasserstein';
import { welch } from '../../src/drift/numbers/welch';
import { randomFrom } from '../../src/drift/random';
import { quantileOf } from '../../src/drift/ranks';
import { paired, type NumbersTest, type PairedNumbers } from '../../src/drift/samples';
import { expectNear, type Pair, PYTHON, type Told, toldOfSamples } from './expectedOfNumbers';

const OPTIONS = { seed: 1, permutations: 99 };
const random = randomFrom(23);
const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
const some = (count: number, of: (at: number) => number): Float64Array =>
  Float64Array.from({ length: count }, (_, at) => of(at));
const same = (count: number, value: number): Float64Array => new Float64Array(count).fill(value);
const whole =
  (from: number): (() => number) =>
  () =>
    Math.floor(random() * from);

const PAIRS: Readonly<Record<string, Pair>> = {
  'one value each': [Float64Array.of(1), Float64Array.of(2)],
  'one value each, the same': [Float64Array.of(3), Float64Array.of(3)],
  'one value against two': [Float64Array.of(2), Float64Array.of(1, 3)],
  'two and three values': [Float64Array.of(1, 2), Float64Array.of(1.5, 2.5, 7)],
  'three values each, with a tie': [Float64Array.of(1, 2, 2), Float64Array.of(2, 3, 4)],
  'one value against ten thousand': [Float64Array.of(2.5), some(10_000, normal)],
  'one value against more than that': [Float64Array.of(0.3), some(20_001, normal)],
  'equal samples': [Float64Array.of(1, 2, 3, 4), Float64Array.of(1, 2, 3, 4)],
  'equal samples of many': [some(1500, (at) => at * 0.1), some(1500, (at) => at * 0.1)],
  'a constant': [same(30, 5), same(20, 5)],
  'constants that differ': [same(30, 5), same(20, 6)],
  'a constant of many, against numbers': [same(300, 0.1), some(250, normal)],
  'two values, of different shares': [some(200, (at) => (at < 80 ? 0 : 1)), some(300, (at) => (at < 170 ? 0 : 1))],
  'disjoint samples': [some(50, random), some(40, () => 2 + random())],
  'disjoint samples of many': [some(600, random), some(700, () => 2 + random())],
  'seven and nine, without ties': [some(7, normal), some(9, () => normal() + 0.5)],
  'eight and three thousand, without ties': [some(8, () => normal() + 0.8), some(3000, normal)],
  'nine and nine, of whole numbers': [some(9, whole(5)), some(9, whole(6))],
  'twenty and nineteen': [some(20, normal), some(19, () => normal() * 2)],
  'seventeen and nineteen, with ties': [some(17, whole(6)), some(19, whole(8))],
  'twelve and eighteen, far apart': [some(12, normal), some(18, () => normal() + 1.5)],
  'twelve each': [some(12, normal), some(12, normal)],
  'twenty each, with ties': [some(20, whole(9)), some(20, () => whole(9)() + 1)],
  'twenty-one and two': [some(21, normal), some(2, normal)],
  ties: [some(300, whole(7)), some(200, whole(8))],
  'two hundred each': [some(200, normal), some(200, () => normal() + 0.1)],
  'two hundred and one more, of one distribution': [some(200, normal), some(201, normal)],
  'very unequal sizes': [some(20_000, normal), some(23, () => normal() * 1.5)],
  'a thousand and 999': [some(1000, normal), some(999, () => normal() + 0.08)],
  'a few hundred, far apart': [some(800, normal), some(330, () => normal() + 1.2)],
  'ten thousand each': [some(10_000, normal), some(10_000, () => normal() + 0.03)],
  'ten thousand and a few less': [some(10_000, normal), some(9973, () => normal() + 0.02)],
  'eleven thousand and one each, of which n is a half': [some(11_001, normal), some(11_001, () => normal() + 0.01)],
  'a hundred thousand, and a little shift': [some(100_000, normal), some(120_000, () => normal() + 0.01)],
  'a hundred thousand, and a large one': [some(100_000, normal), some(100_001, () => normal() + 0.5)],
  'a hundred thousand of one distribution, rounded': [
    some(100_000, () => Math.round(normal() * 10)),
    some(150_000, () => Math.round(normal() * 10)),
  ],
  'a hundred thousand, and another spread': [some(100_000, normal), some(90_000, () => normal() * 1.05)],
  'huge numbers': [some(500, () => normal() * 1e150), some(400, () => normal() * 1.2e150)],
  'numbers whose squares are no doubles': [some(500, () => normal() * 1e300), some(400, () => normal() * 1.2e300)],
  'tiny numbers': [some(500, () => normal() * 1e-150), some(400, () => normal() * 1.2e-150)],
  'numbers whose squares are 0': [some(500, () => normal() * 1e-300), some(400, () => normal() * 1.2e-300)],
  'a small spread far from 0': [some(3000, () => 1e9 + normal()), some(2500, () => 1e9 + 0.1 + normal())],
  'numbers of all magnitudes': [some(2000, () => Math.exp(20 * normal())), some(3000, () => Math.exp(21 * normal()))],
};
const NAMES = Object.keys(PAIRS);

const TESTS: Readonly<Record<string, NumbersTest>> = {
  ...{ kolmogorovSmirnov, wasserstein, normedWasserstein, cramerVonMises, andersonDarling, kuiper, energyDistance },
  ...{ mannWhitney, welch },
};
const HAS_NO_P: readonly string[] = ['wasserstein', 'normedWasserstein', 'energyDistance'];
/** The parabola through the table is a fit of its own in numpy. */
const ABSOLUTE_OF_P: Readonly<Record<string, number>> = { andersonDarling: 1e-12, cramerVonMises: 1e-10 };
/** scipy's variances of what hardly differs have fewer digits, and so has a difference of means far from 0. */
const RELATIVE: Readonly<Record<string, number>> = { welch: 1e-9 };

const SHARES = [0, 0.001, 0.01, 0.25, 1 / 3, 0.5, 0.75, 0.9, 0.999, 1];

const sorted = (values: Float64Array): Float64Array => values.toSorted();
const samplesOf = ([one, other]: Pair): PairedNumbers => paired(sorted(one), sorted(other));
const pairOf = (name: string): Pair => PAIRS[name] ?? [new Float64Array(0), new Float64Array(0)];

describe.skipIf(PYTHON === '')('beside scipy', () => {
  let told: readonly Told[] = [];
  beforeAll(() => {
    told = toldOfSamples(
      NAMES.map((name) => pairOf(name)),
      SHARES,
    );
  }, 120_000);

  const toldOf = (name: string): Told => {
    const found = told[NAMES.indexOf(name)];
    if (!found) throw new Error(`Python says nothing of ${name}.`);
    return found;
  };

  describe.each(NAMES)('%s', (name) => {
    const samples = samplesOf(pairOf(name));

    it.each(Object.keys(TESTS))('%s', (test) => {
      const found = TESTS[test]?.(samples, OPTIONS);
      const wanted = toldOf(name).tests[test];
      if (!found || wanted === undefined) throw new Error(`There is no ${test}.`);
      if (HAS_NO_P.includes(test)) expect(found.pValue).toBeNull();
      else expect(found.pValue).toSatisfy((p: number) => p >= 0 && p <= 1);
      expect(found.statistic).not.toBeNaN();
      const [statistic, pValue] = wanted ?? [null, null];
      if (statistic === null && !HAS_NO_P.includes(test)) {
        // scipy refuses to, or has no number for it: there is nothing to tell.
        expect(found).toEqual({ statistic: 0, pValue: 1 });
        return;
      }
      // Where nothing differs scipy's sums leave what rounding leaves.
      expectNear(
        found.statistic,
        statistic ?? NaN,
        RELATIVE[test] ?? 1e-10,
        1e-13 * unitOf(samples, test),
        'the statistic',
      );
      // scipy's sum of the limit ends at 1e-7, and is taken off 1: of what is small nothing is left.
      if (test === 'cramerVonMises' && (pValue ?? 0) < 1e-4) expect(found.pValue).toBeLessThan(1.1e-4);
      else if (pValue !== null)
        expectNear(found.pValue ?? NaN, pValue, 1e-9, ABSOLUTE_OF_P[test] ?? 1e-13, 'the p-value');
    });

    it('moments of both sides', () => {
      const both = momentsOfBoth(samples);
      for (const [at, found] of [
        momentsOf(samples.values, samples.reference),
        momentsOf(samples.values, samples.current),
        both.reference,
        both.current,
      ].entries()) {
        const wanted = toldOf(name).moments[at % 2];
        if (!wanted) throw new Error('It has two sides.');
        const largest = Math.max(Math.abs(wanted.least), Math.abs(wanted.most));
        expect([found.least, found.most]).toEqual([wanted.least, wanted.most]);
        expectNear(found.mean, wanted.mean, 1e-13, 1e-14 * largest, 'the mean');
        expectNear(found.populationDeviation, wanted.populationDeviation, 1e-12, 1e-18 * largest, 'of the population');
        if (wanted.sampleDeviation === null) expect(found.sampleDeviation).toBeNaN();
        else expectNear(found.sampleDeviation, wanted.sampleDeviation, 1e-12, 1e-18 * largest, 'of the sample');
      }
    });

    it('quantiles of both sides', () => {
      for (const [at, side] of (['reference', 'current'] as const).entries()) {
        const found = SHARES.map((share) => quantileOf(samples, side, share));
        const wanted = toldOf(name).quantiles[at] ?? [];
        for (const [place, value] of found.entries())
          expectNear(value, wanted[place] ?? NaN, 1e-14, 1e-15 * Math.abs(wanted[0] ?? 0), String(SHARES[place]));
        expect(SHARES.map((share) => quantileOf(countsOf(samples), side, share))).toEqual(found);
      }
    });

    it('tests of values and counts alone say the same', () => {
      for (const [name, test] of Object.entries(TESTS)) expectSame(test, name, samples, countsOf(samples));
    });
  });
});

/** As they are where the samples are too large to be sorted. */
const countsOf = (samples: PairedNumbers): PairedNumbers => ({ ...samples, sorted: null });

/** But for rounding. */
function expectSame(test: NumbersTest, name: string, samples: PairedNumbers, others: PairedNumbers): void {
  const [found, wanted] = [test(others, OPTIONS), test(samples, OPTIONS)];
  expectNear(found.statistic, wanted.statistic, 1e-10, 1e-13 * unitOf(samples, name), name);
  expectNear(found.pValue ?? 0, wanted.pValue ?? 0, 1e-9, 1e-13, `the p-value of ${name}`);
}

/** In which rounding is to be measured: that of the values of a distance, else 1. */
function unitOf({ values }: PairedNumbers, test: string): number {
  const range = (values.at(-1) ?? 0) - (values[0] ?? 0);
  return test === 'wasserstein' ? range : test === 'energyDistance' ? Math.sqrt(range) : 1;
}

const run = (test: NumbersTest, one: Float64Array, other: Float64Array): { statistic: number; pValue: number | null } =>
  test(samplesOf([one, other]), OPTIONS);

describe('of what can be said without scipy', () => {
  it('both samples can change places: the p-value is the same, and the statistic but for its sign', () => {
    const [one, other] = [some(40, normal), some(57, () => normal() + 0.3)];
    for (const test of [kolmogorovSmirnov, cramerVonMises, andersonDarling, kuiper, mannWhitney, welch]) {
      const [there, back] = [run(test, one, other), run(test, other, one)];
      expectNear(back.pValue ?? NaN, there.pValue ?? NaN, 1e-12, 0, 'the p-value');
    }
    expect(run(welch, other, one).statistic).toBeCloseTo(-run(welch, one, other).statistic, 12);
    expect(run(mannWhitney, other, one).statistic).toBe(40 * 57 - run(mannWhitney, one, other).statistic);
  });

  it('the unit of the values matters to the distances that have one, and to nothing else', () => {
    const [one, other] = [some(100, normal), some(90, () => normal() * 1.3)];
    const [larger, largerOther] = [one.map((value) => value * 1024), other.map((value) => value * 1024)];
    for (const test of [
      kolmogorovSmirnov,
      cramerVonMises,
      andersonDarling,
      kuiper,
      mannWhitney,
      welch,
      normedWasserstein,
    ])
      expect(run(test, larger, largerOther)).toEqual(run(test, one, other));
    expect(run(wasserstein, larger, largerOther).statistic).toBe(1024 * run(wasserstein, one, other).statistic);
    expect(run(energyDistance, larger, largerOther).statistic).toBeCloseTo(
      32 * run(energyDistance, one, other).statistic,
      12,
    );
  });

  it('a value that neither sample has changes nothing', () => {
    const samples = samplesOf([some(30, whole(9)), some(40, whole(11))]);
    const { values, reference, current } = samples;
    const wider: PairedNumbers = {
      ...samples,
      values: Float64Array.of(-1e6, ...values, 1e6),
      reference: Float64Array.of(0, ...reference, 0),
      current: Float64Array.of(0, ...current, 0),
      sorted: null,
    };
    for (const [name, test] of Object.entries(TESTS)) expectSame(test, name, samples, wider);
    expect(momentsOf(wider.values, wider.current)).toEqual(momentsOf(samples.values, current));
    for (const share of SHARES) expect(quantileOf(wider, 'current', share)).toBe(quantileOf(samples, 'current', share));
  });

  it('means of constants are the same, or are not: there is no chance in them', () => {
    expect(run(welch, same(3, 0.1), same(7, 0.1))).toEqual({ statistic: 0, pValue: 1 });
    expect(run(welch, same(3, 5), same(7, 6))).toEqual({ statistic: -Infinity, pValue: 0 });
  });

  it('of too few values there is nothing to tell', () => {
    const one = Float64Array.of(1);
    expect(run(welch, one, some(50, normal))).toEqual({ statistic: 0, pValue: 1 });
    expect(run(cramerVonMises, some(50, normal), one)).toEqual({ statistic: 0, pValue: 1 });
    expect(run(andersonDarling, one, Float64Array.of(2, 3))).toEqual({ statistic: 0, pValue: 1 });
  });

  it("a U of eight values against a million is as likely as its uniform values' sum", () => {
    // Of Irwin & Hall: a sum of 8 is 7.5 or more with 0.5^8 / 8!, so U is far out with twice that.
    const million = 1_000_000;
    expectNear(exactMannWhitney(7.5 * million, 8, million), (2 * 0.5 ** 8) / 40_320, 1e-3, 0, 'the p-value');
    expect(exactMannWhitney(4 * million, 8, million)).toBe(1);
    expectNear(exactMannWhitney(million, 1, million), 2 / (million + 1), 1e-12, 0, 'of one value');
  });

  it("levels of the table by Anderson and Darling's statistic are its own, but for what the parabola lacks", () => {
    expect([levelOf(-1), levelOf(0.324), levelOf(6.547), levelOf(1e9)]).toEqual([0.25, 0.25, 0.001, 0.001]);
    expect(levelOf(1.961)).toBeCloseTo(0.05, 2);
    expect(levelOf(3.752)).toBeCloseTo(0.01, 3);
  });
});
