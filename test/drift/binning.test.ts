/** Numbers in bins, beside numpy's. */
import { execFileSync } from 'node:child_process';
import { beforeAll, describe, expect, it } from 'vitest';
import { binned, binPerValue, countsOf, type NumberBins } from '../../src/drift/binning/bins';
import { chartBins } from '../../src/drift/binning/chart';
import { doaneBins } from '../../src/drift/binning/doane';
import { quantileBins } from '../../src/drift/binning/quantiles';
import { quantileOf } from '../../src/drift/ranks';
import { sturgesBins, sturgesBinsOfDistinct } from '../../src/drift/binning/sturges';
import { psiOfNumbers } from '../../src/drift/binning/tests';
import { randomFrom } from '../../src/drift/random';
import { paired, type PairedNumbers } from '../../src/drift/samples';

const PYTHON = process.env.LOOPWRIGHT_CAPTURE_PYTHON ?? '';
const random = randomFrom(21);
const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
const made = (count: number, make: (at: number) => number): number[] =>
  Array.from({ length: count }, (_, at) => make(at));

/** Values of the reference, and of the current sample. */
const CASES: Readonly<Record<string, readonly [readonly number[], readonly number[]]>> = {
  'of normal distributions': [made(500, normal), made(400, () => normal() + 0.5)],
  'of many rows, skewed': [made(100_000, () => Math.exp(normal())), made(20_000, () => Math.exp(normal() * 1.3))],
  'very unequal in size': [made(30, normal), made(50_000, normal)],
  'whole numbers with ties': [made(3000, () => Math.round(normal() * 20)), made(2000, () => Math.round(normal() * 25))],
  'few whole numbers': [made(300, () => Math.floor(random() * 4)), made(200, () => Math.floor(random() * 5))],
  'a power of two of symmetric values': [made(1024, (at) => at - 511.5), made(256, (at) => at * 4 - 511.5)],
  equal: [made(100, (at) => at / 7), made(100, (at) => at / 7)],
  disjoint: [made(60, (at) => at / 3), made(60, (at) => 100 + at / 3)],
  constant: [made(50, () => 3.25), made(50, () => 3.25)],
  'constant in the reference': [made(50, () => 3), made(50, (at) => at - 20)],
  'one value each': [[1.5], [2.5]],
  'two and three values': [
    [1, 2],
    [0.5, 2, 4],
  ],
  'of 21 different values, some of them once': [made(40, (at) => (at % 21) * 0.1), made(10, (at) => at)],
  huge: [made(200, () => normal() * 1e150), made(200, () => normal() * 2e150)],
  tiny: [made(200, () => normal() * 1e-150), made(200, () => normal() * 2e-150)],
  'far from 0': [made(500, () => 1e9 + normal()), made(500, () => 1e9 + normal() * 2)],
};

const REFERENCE = `
import json, sys
import numpy as np
said = {}
shares = [0, 0.001, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 1]
for name, (reference, current) in json.load(sys.stdin).items():
    r, c = np.array(reference, float), np.array(current, float)
    def over(edges):
        return [edges.tolist(), np.histogram(r, edges)[0].tolist(), np.histogram(c, edges)[0].tolist()]
    both = np.concatenate([r, c])
    one = {
        "sturges": over(np.histogram_bin_edges(both, "sturges")),
        "sturgesOfDistinct": over(np.histogram_bin_edges(np.unique(both), "sturges")),
        "doane": over(np.histogram_bin_edges(r, "doane")),
        "quantiles": np.quantile(r, shares).tolist(),
        "distinct": len(np.unique(r)),
    }
    if (both == both.round()).all() and np.abs(both).max() < 1e15:
        whole = both.astype(np.int64)
        one["sturgesOfIntegers"] = over(np.histogram_bin_edges(whole, "sturges"))
        one["sturgesOfDistinctIntegers"] = over(np.histogram_bin_edges(np.unique(whole), "sturges"))
    inner = np.quantile(r, np.arange(1, 10) / 10)
    tenths = [np.bincount(np.searchsorted(inner, side, "left"), minlength=10).tolist() for side in (r, c)]
    if min(tenths[0]) > 0 and inner[0] > r.min() and inner[-1] < r.max():
        one["tenths"] = tenths
    said[name] = one
json.dump(said, sys.stdout)
`;

type Histogram = readonly [edges: readonly number[], reference: readonly number[], current: readonly number[]];
interface Expected {
  readonly sturges: Histogram;
  readonly sturgesOfDistinct: Histogram;
  readonly sturgesOfIntegers?: Histogram;
  readonly sturgesOfDistinctIntegers?: Histogram;
  readonly doane: Histogram;
  readonly quantiles: readonly number[];
  readonly distinct: number;
  readonly tenths?: readonly (readonly number[])[];
}

const pairOf = (reference: readonly number[], current: readonly number[]): PairedNumbers =>
  paired(Float64Array.from(reference).sort(), Float64Array.from(current).sort());
const histogram = ({ edges, reference, current }: NumberBins): Histogram => [[...edges], [...reference], [...current]];

describe.skipIf(PYTHON === '')('beside numpy', () => {
  let said: Readonly<Record<string, Expected>>;

  beforeAll(() => {
    const input = JSON.stringify(CASES);
    said = JSON.parse(
      execFileSync(PYTHON, ['-W', 'ignore', '-c', REFERENCE], { input, maxBuffer: 1e9 }).toString(),
    ) as typeof said;
  }, 60_000);

  for (const [name, [reference, current]] of Object.entries(CASES)) {
    const samples = pairOf(reference, current);
    const expectedOf = (): Expected => {
      const expected = said[name];
      if (!expected) throw new Error(`Python has nothing of ${name}.`);
      return expected;
    };

    it(`Sturges' bins are the same to the bit: ${name}`, () => {
      const expected = expectedOf();
      const isBinned = expected.distinct > 20;
      const own = (areIntegers: boolean): Histogram => histogram(sturgesBins(samples, { areIntegers }));
      const ofDistinct = (areIntegers: boolean) => histogram(sturgesBinsOfDistinct(samples, { areIntegers }));
      if (isBinned) expect(own(false)).toEqual(expected.sturges);
      else expect(own(false)).toEqual(histogram(binPerValue(samples)));
      expect(ofDistinct(false)).toEqual(expected.sturgesOfDistinct);
      if (!expected.sturgesOfIntegers) return;
      if (isBinned) expect(own(true)).toEqual(expected.sturgesOfIntegers);
      expect(ofDistinct(true)).toEqual(expected.sturgesOfDistinctIntegers);
      // Without being told, whole numbers are taken for what they look like.
      expect(histogram(sturgesBinsOfDistinct(samples))).toEqual(expected.sturgesOfDistinctIntegers);
    });

    it(`Doane's bins are the same to the bit: ${name}`, () => {
      const { doane } = expectedOf();
      const bins = doaneBins(samples);
      expect(histogram(bins)).toEqual(doane);
      expect(bins.outside.reference).toBe(0);
      expect(bins.outside.current + bins.current.reduce((sum, one) => sum + one, 0)).toBe(current.length);
    });

    it(`quantiles are the same, and what ten bins of them hold: ${name}`, () => {
      const { quantiles, tenths } = expectedOf();
      const shares = [0, 0.001, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 1];
      const own = shares.map((share) => quantileOf(samples, 'reference', share));
      for (const [at, value] of own.entries())
        expect(Math.abs(value - (quantiles[at] ?? NaN))).toBeLessThanOrEqual(1e-15 * Math.abs(value));
      if (!tenths) return;
      const bins = quantileBins(samples);
      expect([[...bins.reference], [...bins.current]]).toEqual(tenths);
    });

    it(`bins of a chart hold all rows: ${name}`, () => {
      const bins = chartBins(samples, 25);
      const sum = (counts: Float64Array): number => counts.reduce((all, one) => all + one, 0);
      expect([sum(bins.reference), sum(bins.current)]).toEqual([reference.length, current.length]);
      expect(bins.reference.length).toBeLessThanOrEqual(25);
      expect(bins.edges).toHaveLength(bins.reference.length + 1);
      expect(bins.outside.reference).toBeLessThanOrEqual(reference.length * 0.01);
      expect(bins.outside.current).toBeLessThanOrEqual(current.length * 0.01);
      const beyond = (side: readonly number[]) =>
        side.filter((value) => value < (bins.edges[0] ?? NaN) || value > (bins.edges.at(-1) ?? NaN)).length;
      expect(bins.outside).toEqual({ reference: beyond(reference), current: beyond(current) });
    });
  }
});

describe('edges', () => {
  it('belong to the bin that begins with them, and the last one to the last bin; or the other way round', () => {
    const samples = pairOf([0, 1, 1, 2, 3], [-1, 1, 3, 4]);
    const edges = Float64Array.of(0, 1, 2, 3);
    expect(histogram(binned(samples, edges))).toEqual([
      [0, 1, 2, 3],
      [1, 2, 2],
      [0, 1, 1],
    ]);
    expect(histogram(binned(samples, edges, 'right'))).toEqual([
      [0, 1, 2, 3],
      [3, 1, 1],
      [1, 0, 1],
    ]);
    expect(binned(samples, edges).outside).toEqual({ reference: 0, current: 2 });
    expect([...countsOf(binned(samples, edges)).current]).toEqual([0, 1, 1, 2]);
    expect([...countsOf(binned(pairOf([0, 1], [2]), edges)).current]).toEqual([0, 0, 1]);
  });

  it('of a bin for each value are the values, the last one twice', () => {
    const bins = binPerValue(pairOf([1, 1, 5], [2, 5]));
    expect(histogram(bins)).toEqual([
      [1, 2, 5, 5],
      [2, 0, 1],
      [0, 1, 1],
    ]);
    expect(histogram(binned(pairOf([1, 1, 5], [2, 5]), bins.edges))).toEqual(histogram(bins));
  });
});

describe('quantile bins', () => {
  it('that would be empty are one with their neighbour: many rows of the same value end one bin', () => {
    // Half of the reference is 0: the first five tenths end there.
    const reference = [...made(50, () => 0), ...made(50, (at) => at + 1)];
    const bins = quantileBins(pairOf(reference, [0, 0, 100]));
    expect(bins.reference[0]).toBe(50);
    expect(bins.reference.every((count) => count > 0)).toBe(true);
    expect(bins.edges[0]).toBe(-Infinity);
    expect(bins.edges.at(-1)).toBe(Infinity);
    expect([bins.current[0], bins.current.at(-1)]).toEqual([2, 1]);
  });

  it('tell what lies beyond a value that fills the outermost one', () => {
    const reference = [...made(50, () => 0), ...made(50, (at) => at + 1)];
    const below = quantileBins(pairOf(reference, [-1, -2, 0]));
    expect([...below.edges].slice(0, 3)).toEqual([-Infinity, -1, 0]);
    expect([below.reference[0], below.current[0], below.current[1]]).toEqual([0, 2, 1]);
    const constant = pairOf([7, 7, 7, 7], [5, 7, 9, 9]);
    expect(histogram(quantileBins(constant))).toEqual([
      [-Infinity, 5, 7, Infinity],
      [0, 4, 0],
      [1, 1, 2],
    ]);
    expect(psiOfNumbers(constant, { seed: 1, permutations: 0 }).statistic).toBeGreaterThan(1);
    expect(psiOfNumbers(pairOf([7, 7], [7, 7, 7]), { seed: 1, permutations: 0 }).statistic).toBe(0);
  });

  it('of less than ten values are as many as there are', () => {
    expect(histogram(quantileBins(pairOf([1, 2, 3], [0, 9]), 2))).toEqual([
      [-Infinity, 2, Infinity],
      [2, 1],
      [1, 1],
    ]);
  });
});

describe('bins of a chart', () => {
  it('are not stretched by a single value far away, and say that it is in the last', () => {
    const bins = chartBins(
      pairOf(
        [...made(999, (at) => at), 1e9],
        made(1000, (at) => at),
      ),
    );
    expect(bins.edges.at(-1)).toBeLessThan(1000);
    expect(bins.outside.reference).toBeGreaterThan(0);
    expect(bins.outside.reference).toBeLessThanOrEqual(10);
    expect(bins.reference.at(-1)).toBeGreaterThan(20);
  });

  it('are fewer where there are no doubles between, and are there for the widest range', () => {
    const next = 1 + Number.EPSILON;
    const narrow = chartBins(pairOf([1, 1, next], [1, next, next]));
    expect(histogram(narrow)).toEqual([[1, next], [3], [3]]);
    const wide = chartBins(pairOf([-1.7e308, 1.7e308], [0, 1]));
    expect([...wide.reference].reduce((sum, one) => sum + one)).toBe(2);
    const single = chartBins(pairOf([1e300], [1e300]));
    expect([...single.reference]).toEqual([1]);
  });
});
