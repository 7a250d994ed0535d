/** Tables whose columns are not sorted: bins beside the values themselves. */
import { describe, expect, it } from 'vitest';
import { added, binEnds, countsIn, noCounts, pairedBins, previousOf } from '../../src/drift/large/bins';
import { cramerVonMises } from '../../src/drift/numbers/cramerVonMises';
import { kolmogorovSmirnov } from '../../src/drift/numbers/kolmogorovSmirnov';
import { momentsOfBoth } from '../../src/drift/numbers/moments';
import { wasserstein } from '../../src/drift/numbers/wasserstein';
import { randomFrom } from '../../src/drift/random';
import { quantileOf, rangeOf } from '../../src/drift/ranks';
import { paired, type PairedNumbers } from '../../src/drift/samples';
import { finiteSorted } from '../../src/drift/sort';
import { normal } from './samplesOfChance';

const ROWS = 200_000;
const OPTIONS = { seed: 1, permutations: 9 };
const random = randomFrom(5);
const some = (of: () => number, rows = ROWS): Float64Array => Float64Array.from({ length: rows }, of);

const PAIRS: Readonly<Record<string, readonly [Float64Array, Float64Array]>> = {
  'normal, moved': [some(() => normal(random)), some(() => normal(random) + 0.02)],
  'heavy tails': [some(() => normal(random) / normal(random)), some(() => normal(random) / normal(random))],
  'whole numbers': [some(() => Math.floor(random() * 50)), some(() => Math.floor(random() * 52))],
  'half of it 0': [
    some(() => (random() < 0.5 ? 0 : Math.exp(normal(random)))),
    some(() => (random() < 0.52 ? 0 : Math.exp(normal(random))), 90_000),
  ],
  'a constant, and another': [some(() => 7), some(() => 8)],
  'in order': [some(() => random()).sort(), some(() => random() ** 1.01).sort()],
  'the ends of the range': [some(() => (random() - 0.5) * 1.7e308 * 2), some(() => (random() - 0.5) * 1.7e308 * 2)],
};

function binsOf([reference, current]: readonly [Float64Array, Float64Array]) {
  const every = (values: Float64Array) => values.filter((_, at) => at % 3 === 0);
  const extremes = [reference, current].flatMap((values) => {
    const { sorted } = finiteSorted(values.slice());
    return [sorted[0] ?? NaN, sorted.at(-1) ?? NaN];
  });
  const ends = binEnds([every(reference), every(current)], extremes);
  // In parts, as they are read.
  const counted = (values: Float64Array) =>
    [values.slice(0, 1000), values.slice(1000)].reduce(
      (all, part) => added(all, countsIn(ends, part)),
      noCounts(ends.length),
    );
  return { ends, ...pairedBins(ends, { reference: counted(reference), current: counted(current) }) };
}

const exactOf = ([reference, current]: readonly [Float64Array, Float64Array]): PairedNumbers =>
  paired(finiteSorted(reference.slice()).sorted, finiteSorted(current.slice()).sorted);

describe.each(Object.entries(PAIRS))('%s', (_, pair) => {
  const exact = exactOf(pair);
  const { samples, error, ends } = binsOf(pair);

  it('has every row in a bin, few of them in one', () => {
    const sum = (counts: Float64Array): number => counts.reduce((all, count) => all + count, 0);
    expect([sum(samples.reference), sum(samples.current)]).toEqual([exact.referenceCount, exact.currentCount]);
    expect(error).toBeLessThan(0.001);
    expect(ends.length).toBeLessThan(140_000);
    expect([...samples.values]).toEqual([...samples.values].sort((one, other) => one - other));
  });

  it('has the ends, and the same quantiles but for what it says', () => {
    for (const side of ['reference', 'current'] as const) {
      expect(rangeOf(samples, side)[side === 'reference' ? 0 : 1]).toBe(
        rangeOf(exact, side)[side === 'reference' ? 0 : 1],
      );
      for (const share of [0.01, 0.25, 0.5, 0.9]) {
        const found = quantileOf(samples, side, share);
        expect(found).toBeGreaterThanOrEqual(quantileOf(exact, side, Math.max(share - 2 * error, 0)));
        expect(found).toBeLessThanOrEqual(quantileOf(exact, side, Math.min(share + 2 * error, 1)));
      }
    }
  });

  it('says the same of how far they are apart', () => {
    const [found, wanted] = [kolmogorovSmirnov(samples, OPTIONS), kolmogorovSmirnov(exact, OPTIONS)];
    expect(Math.abs(found.statistic - wanted.statistic)).toBeLessThanOrEqual(2 * error);
    const [far, wantedFar] = [wasserstein(samples, OPTIONS).statistic, wasserstein(exact, OPTIONS).statistic];
    const [moments, { mean }] = [momentsOfBoth(exact).reference, momentsOfBoth(samples).reference];
    const near = 0.001 * moments.populationDeviation;
    expect(Math.abs(far - wantedFar)).toBeLessThanOrEqual(near);
    expect(Math.abs(mean - moments.mean)).toBeLessThanOrEqual(near);
  });
});

it('ties are ties: of few values nothing is lost', () => {
  for (const name of ['whole numbers', 'a constant, and another']) {
    const pair = PAIRS[name];
    if (!pair) throw new Error(`There is no ${name}.`);
    const [exact, { samples, error }] = [exactOf(pair), binsOf(pair)];
    expect(error).toBe(0);
    expect([[...samples.values], [...samples.reference]]).toEqual([[...exact.values], [...exact.reference]]);
    expect(cramerVonMises(samples, OPTIONS)).toEqual(cramerVonMises(exact, OPTIONS));
  }
});

it('what is missing and infinite is counted apart', () => {
  const values = Float64Array.of(1, NaN, -Infinity, 3, NaN, Infinity, -0);
  const { counts, rows, missing, infinite } = countsIn(Float64Array.of(0, 2, Infinity), values);
  expect([[...counts], rows, missing, infinite]).toEqual([[1, 1, 1], 7, 2, 2]);
});

it.each([
  [1, 1 - Number.EPSILON / 2],
  [0, -Number.MIN_VALUE],
  [-0, -Number.MIN_VALUE],
  [Number.MIN_VALUE, 0],
  [-1, -1 - Number.EPSILON],
  [Infinity, Number.MAX_VALUE],
  [-Number.MAX_VALUE, -Infinity],
])('before %d comes %d', (value, before) => expect(previousOf(value)).toBe(before));
