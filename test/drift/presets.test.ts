/** Which test a column gets by the rules of other tools, and when it drifts. What these say themselves is held against in test/peers. */
import { describe, expect, it } from 'vitest';
import { pairedCounts } from '../../src/drift/categories/counts';
import { evidentlyCategories, evidentlyNumbers, evidentlyTest } from '../../src/drift/presets/evidently';
import {
  nannymlCategories,
  nannymlChunks,
  nannymlNumbers,
  nannymlTests,
  nannymlThreshold,
} from '../../src/drift/presets/nannyml';
import { NANNYML_NUMBERS } from '../../src/drift/presets/nannymlMethods';
import { judged, type Rule } from '../../src/drift/presets/verdict';
import { randomFrom } from '../../src/drift/random';
import { paired, type PairedNumbers } from '../../src/drift/samples';

const options = { seed: 7, permutations: 200 };
const uniform = (count: number, seed: number, shift = 0): Float64Array => {
  const random = randomFrom(seed);
  return Float64Array.from({ length: count }, () => random() + shift);
};
const pairOf = (reference: Float64Array, current: Float64Array): PairedNumbers =>
  paired(reference.toSorted(), current.toSorted());

describe("Evidently's rules", () => {
  it.each([
    ['number', 1000, 6, 'ks', 'at most', 0.05],
    ['number', 1001, 6, 'wasserstein_normed', 'at least', 0.1],
    ['number', 1000, 5, 'chi_squared_fit', 'below', 0.05],
    ['number', 1000, 2, 'two_proportions', 'below', 0.05],
    ['number', 1001, 5, 'jensen_shannon', 'at least', 0.1],
    ['category', 1000, 3, 'chi_squared_fit', 'below', 0.05],
    ['category', 1000, 2, 'two_proportions', 'below', 0.05],
    ['category', 1001, 2, 'jensen_shannon', 'at least', 0.1],
    ['boolean', 500, 1, 'two_proportions', 'below', 0.05],
    ['text', 1000, 900, 'text_domain_classifier', 'below', 0.05],
    ['text', 1001, 900, 'text_domain_classifier', 'above', 0.55],
  ] as const)('%s, %i rows, %i values: %s', (type, referenceRows, distinct, test, isDrift, threshold) => {
    const rules = evidentlyTest({ type, referenceRows, distinct });
    expect(rules).toEqual([expect.objectContaining({ test, isDrift, threshold })]);
  });

  it('have nothing for times and embeddings', () => {
    for (const type of ['date', 'embedding'] as const)
      expect(evidentlyTest({ type, referenceRows: 10, distinct: 10 })).toEqual([]);
  });

  it('run the test that they choose', () => {
    const sizes = [
      [900, 8],
      [1200, 8],
      [900, 4],
      [900, 2],
      [1200, 4],
    ] as const;
    for (const [rows, distinct] of sizes) {
      const values = Float64Array.from({ length: rows }, (_, at) => at % distinct);
      const samples = pairOf(
        values,
        Float64Array.from(values, (value) => Math.min(value + 1, distinct - 1)),
      );
      const verdict = evidentlyNumbers(samples, options);
      expect([verdict.rule]).toEqual(evidentlyTest({ type: 'number', referenceRows: rows, distinct }));
      expect(verdict.drift).toBe(true);
      expect(evidentlyNumbers(pairOf(values, values), options).drift).toBe(false);
      if (distinct > 5) continue;
      const counts = pairedCounts(samples.reference, samples.current);
      expect([evidentlyCategories(counts).rule]).toEqual(
        evidentlyTest({ type: 'category', referenceRows: rows, distinct }),
      );
      expect(evidentlyCategories(counts)).toEqual(verdict);
    }
  });
});

it('a figure is held against its threshold in the direction of the rule', () => {
  const drifts = (isDrift: Rule['isDrift'], figure: number): boolean =>
    judged({ test: 'ks', decidesBy: 'p_value', isDrift, threshold: 0.1 }, { statistic: NaN, pValue: figure }).drift;
  expect([0.05, 0.1, 0.2].map((figure) => drifts('below', figure))).toEqual([true, false, false]);
  expect([0.05, 0.1, 0.2].map((figure) => drifts('at most', figure))).toEqual([true, true, false]);
  expect([0.05, 0.1, 0.2].map((figure) => drifts('above', figure))).toEqual([false, false, true]);
  expect([0.05, 0.1, 0.2].map((figure) => drifts('at least', figure))).toEqual([false, true, true]);
  expect(drifts('below', NaN)).toBe(false);
});

describe("NannyML's rules", () => {
  it('take the Jensen-Shannon distance for all but times and embeddings', () => {
    for (const type of ['number', 'category', 'boolean', 'text'] as const)
      expect(nannymlTests({ type })).toEqual([
        { test: 'jensen_shannon_base2', decidesBy: 'statistic', threshold: null },
      ]);
    for (const type of ['date', 'embedding'] as const) expect(nannymlTests({ type })).toEqual([]);
  });

  it('make ten chunks of one size, and one of what is left', () => {
    const sizes = (rows: number): number[] => nannymlChunks(rows).map(({ from, to }) => to - from);
    expect(sizes(100)).toEqual(new Array(10).fill(10));
    expect(sizes(103)).toEqual([...new Array<number>(10).fill(10), 3]);
    // 19 rows are 19 chunks of one row, as NannyML has it.
    expect(sizes(19)).toHaveLength(19);
    expect(sizes(9)).toEqual([]);
    expect(nannymlChunks(103).at(-1)).toEqual({ from: 100, to: 103 });
  });

  it('put the threshold three standard deviations above the mean of the chunks that have values', () => {
    expect(nannymlThreshold([0.1, 0.2, NaN, 0.3])).toBeCloseTo(0.2 + 3 * Math.sqrt(0.02 / 3), 15);
    expect(nannymlThreshold([0.1, 0.9], 1)).toBe(1);
    expect(nannymlThreshold([NaN])).toBeNaN();
    expect(nannymlThreshold([])).toBeNaN();
  });

  it('leave alone what moves as the chunks do, and see what moves further', () => {
    for (const method of ['jensen_shannon', 'hellinger', 'kolmogorov_smirnov', 'wasserstein'] as const)
      for (const rows of [5000, 20_000]) {
        const reference = uniform(rows, 1);
        const chunks = nannymlChunks(rows).map(({ from, to }) => reference.subarray(from, to));
        const verdict = (current: Float64Array) => nannymlNumbers(reference, current, chunks, options, method);
        expect(verdict(uniform(rows / 10, 2)).drift, method).toBe(false);
        expect(verdict(uniform(rows / 10, 2, 0.2)).drift, method).toBe(true);
      }
  });

  it('do not change what they are given, nor alarm without chunks', () => {
    const reference = uniform(50, 3);
    const [first, current] = [reference[0], uniform(50, 4, 5)];
    expect(nannymlNumbers(reference, current, [], options).drift).toBe(false);
    expect(reference[0]).toBe(first);
  });

  it('compare categories by their shares, and by the p-value for chi2', () => {
    const chunks = [
      [50, 50],
      [48, 52],
      [0, 0],
      [53, 47],
    ];
    const stable = pairedCounts([151, 149], [49, 51]);
    const moved = pairedCounts([151, 149], [80, 20]);
    for (const method of ['jensen_shannon', 'hellinger', 'l_infinity', 'chi2'] as const) {
      expect(nannymlCategories(stable, chunks, method).drift, method).toBe(false);
      expect(nannymlCategories(moved, chunks, method).drift, method).toBe(true);
    }
    expect(nannymlCategories(moved, chunks, 'chi2').rule).toMatchObject({ decidesBy: 'p_value', threshold: 0.05 });
  });

  it('estimate two statistics of numbers from 10,000 rows on, near to what is exact', () => {
    for (const method of ['kolmogorov_smirnov', 'wasserstein'] as const) {
      const { test } = NANNYML_NUMBERS[method];
      const current = uniform(3000, 6, 0.1);
      const estimate = test(pairOf(uniform(10_000, 5), current), options).statistic;
      const exact = test(pairOf(uniform(10_000, 5).subarray(0, 9999), current), options).statistic;
      expect(estimate).not.toBe(exact);
      expect(Math.abs(estimate - exact)).toBeLessThan(0.002);
    }
  });
});
