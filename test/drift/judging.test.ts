/** What is made of tests, all features together: adjusted p-values, windows of the reference, words. */
import { describe, expect, it } from 'vitest';
import { adjusted } from '../../src/protocol/driftAdjusted';
import { randomFrom } from '../../src/drift/random';
import { paired } from '../../src/drift/samples';
import { sortNumbers } from '../../src/drift/sort';
import { normalQuantile, thresholdOf, windowDistances, windowShare, windowsIn } from '../../src/drift/windows';
import { driftSentence } from '../../src/protocol/driftJudging';
import { featureWords, percent } from '../../src/drift/words';

const random = randomFrom(5);
const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

describe('sorting', () => {
  it.each([0, 1, 5, 4095, 4096, 100_003])('%d numbers of any size and sign', (count) => {
    const values = Float64Array.from({ length: count }, () => normal() * 10 ** Math.floor(normal() * 20));
    const expected = values.slice().sort();
    expect(sortNumbers(values)).toEqual(expected);
  });

  it('numbers that are mostly the same, a part of a larger array, and the ends of the range', () => {
    const all = new Float64Array(10_000).fill(3);
    all.set([Number.MAX_VALUE, -Number.MAX_VALUE, 5e-324, -5e-324, 0], 5000);
    const part = all.subarray(3000, 9000);
    const expected = part.slice().sort();
    sortNumbers(part);
    expect(part).toEqual(expected);
    expect(all[2999]).toBe(3);
  });
});

describe('two samples', () => {
  it('are their distinct values, with how often each has them', () => {
    const { values, reference, current, referenceCount } = paired(
      Float64Array.of(1, 1, 3),
      Float64Array.of(0, 3, 3, 9),
    );
    expect([...values]).toEqual([0, 1, 3, 9]);
    expect([[...reference], [...current], referenceCount]).toEqual([[0, 2, 1, 0], [1, 0, 2, 1], 3]);
  });

  it('may be empty', () => {
    expect(paired(new Float64Array(0), Float64Array.of(2))).toMatchObject({ referenceCount: 0, currentCount: 1 });
  });
});

describe('adjusted p-values', () => {
  // scipy.stats.false_discovery_control([0.01, 0.04, 0.03, 0.5])
  it('are those of Benjamini and Hochberg', () => {
    expect(adjusted([0.01, 0.04, 0.03, 0.5]).map((p) => p?.toFixed(12))).toEqual(
      [0.04, 0.16 / 3, 0.16 / 3, 0.5].map((p) => p.toFixed(12)),
    );
  });

  it('leave out what has none, which does not count', () => {
    expect(adjusted([null, 0.02, NaN])).toEqual([null, 0.02, null]);
  });

  it('call nothing drifting too often where nothing drifts', () => {
    const rounds = 2000;
    let alarms = 0;
    for (let round = 0; round < rounds; round++)
      if (adjusted(Array.from({ length: 20 }, () => random())).some((p) => (p ?? 1) <= 0.05)) alarms++;
    // Four standard deviations of a binomial.
    expect(Math.abs(alarms / rounds - 0.05)).toBeLessThan(4 * Math.sqrt((0.05 * 0.95) / rounds));
  });
});

describe('windows of the reference', () => {
  it('lie one behind the other up to its end, and are none where there is no room for ten', () => {
    expect(windowsIn(1000, 101)).toBeNull();
    expect(windowsIn(1005, 100)).toEqual({ from: 5, size: 100, count: 10 });
    expect(windowsIn(1_000_000, 100)).toEqual({ from: 990_000, size: 100, count: 100 });
    expect(windowsIn(1000, 0)).toBeNull();
  });

  it('make a threshold that a season does not reach, and a shift does', () => {
    const season = (row: number) => Math.sin((row / 1000) * 2 * Math.PI);
    const values = Float64Array.from({ length: 20_000 }, (_, row) => season(row) + normal() * 0.1);
    const sorted = sortNumbers(values.slice());
    const windows = windowsIn(values.length, 500);
    if (!windows) throw new Error('It has room for them.');
    const usual = thresholdOf(windowDistances(values, paired(sorted, sorted), windows), 0.95) ?? 0;
    // Half a season is far from the whole of it; that is as it always was.
    expect(usual).toBeGreaterThan(0.4);
    expect(usual).toBeLessThan(1.2);
  });

  it('are to be above more of them the more features there are', () => {
    expect([windowShare(0.05, 1), windowShare(0.05, 10), windowShare(0.05, 0)]).toEqual([0.95, 0.995, 0.95]);
  });

  // scipy.stats.norm.ppf
  it.each([
    [0.95, 1.6448536269514722],
    [0.975, 1.959963984540054],
    [0.999, 3.090232306167813],
  ])('know the normal distribution at %d', (share, expected) => {
    expect(Math.abs(normalQuantile(share) - expected)).toBeLessThan(4.5e-4);
  });
});

const numbers = (median: number, deviation = 10) => ({
  ...{ rows: 100, missing: 0, distinct: 90 },
  numbers: { min: 0, max: 100, mean: median, median, deviation, infinite: 0, low: 0, high: 100 },
});
const side = (missing = 0) => ({ rows: 100, missing, distinct: 3, numbers: null });

describe('words', () => {
  const base = { shares: null, appeared: null, vanished: null };
  const ofNumbers = { ...base, column: { type: 'number' as const } };

  it('say what moved: a median, a spread, what is missing', () => {
    const said = (reference: ReturnType<typeof numbers>, current: ReturnType<typeof numbers>) =>
      featureWords({ ...ofNumbers, reference, current });
    expect(said(numbers(41), numbers(12))).toBe('its median fell from 41 to 12');
    expect(said(numbers(41), numbers(60))).toBe('its median rose from 41 to 60');
    expect(said(numbers(41), numbers(41.2, 30))).toBe('its spread (standard deviation) grew from 10 to 30');
    expect(said(numbers(41), { ...numbers(41), missing: 30 })).toBe('30 % of it is missing, it was 0 %');
    expect(said(numbers(41), { ...numbers(41), missing: 100 })).toBe('it has no values any more');
  });

  it('say which value became more, came, or went', () => {
    const shares = (rows: readonly (readonly [string, number, number])[]) => ({
      kind: 'values' as const,
      values: rows.map(([value, reference, current]) => ({ value, reference, current })),
      others: null,
    });
    const of = { ...base, column: { type: 'category' as const }, reference: side(), current: side() };
    expect(featureWords({ ...of, shares: shares([['DE', 0.4, 0.12]]) })).toBe('"DE" fell from 40 % to 12 %');
    const appeared = { count: 1, values: [{ value: 'PL', share: 0.25 }] };
    expect(featureWords({ ...of, shares: shares([['PL', 0, 0.25]]), appeared })).toBe('"PL" is new, with 25 % of it');
  });

  it('are one sentence on top', () => {
    expect(driftSentence({ features: [], whole: [] })).toBe('Nothing could be compared.');
  });

  it.each([
    [0, '0 %'],
    [0.00001, 'less than 0.01 %'],
    [0.0312, '3.1 %'],
    [0.5, '50 %'],
    [0.9999, '99.99 %'],
    [1, '100 %'],
  ])('say %d as %s', (share, text) => expect(percent(share)).toBe(text));
});
