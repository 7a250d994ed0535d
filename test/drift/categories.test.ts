/** Tests and distances of shares, beside scipy's. */
import { execFileSync } from 'node:child_process';
import { beforeAll, describe, expect, it } from 'vitest';
import { chiSquared, chiSquaredGoodnessOfFit, chiSquaredYates, gTest } from '../../src/drift/categories/chiSquared';
import { aliasTable, drawnFrom } from '../../src/drift/categories/alias';
import { pairedCounts, type PairedCounts } from '../../src/drift/categories/counts';
import { deal, deckOf } from '../../src/drift/categories/dealing';
import { hellinger, jensenShannon, jensenShannonBase2, lInfinity } from '../../src/drift/categories/distances';
import { kullbackLeibler, kullbackLeiblerEvidently, psi, psiEvidently } from '../../src/drift/categories/divergences';
import { hypergeometric } from '../../src/drift/categories/hypergeometric';
import { lnFactorial } from '../../src/drift/categories/lnFactorial';
import { totalVariation } from '../../src/drift/categories/totalVariation';
import { twoProportions } from '../../src/drift/categories/twoProportions';
import { halfRow, tenThousandth } from '../../src/drift/categories/zeroFill';
import { below, randomFrom } from '../../src/drift/random';

const PYTHON = process.env.LOOPWRIGHT_CAPTURE_PYTHON ?? '';
const options = { seed: 7, permutations: 1000 };

/** Every shape that has broken such a test: counts of the reference, and of the current sample. */
const CASES: Readonly<Record<string, readonly [readonly number[], readonly number[]]>> = {
  usual: [
    [120, 80, 40, 10],
    [100, 90, 30, 30],
  ],
  'the same shares': [
    [100, 50, 25],
    [200, 100, 50],
  ],
  'nearly the same of many': [
    [1_000_000, 500_000, 250_000],
    [1_000_100, 499_950, 249_950],
  ],
  'a value that only the current sample has': [
    [50, 50, 0],
    [40, 40, 20],
  ],
  'a value that only the reference has': [
    [50, 30, 20],
    [60, 40, 0],
  ],
  disjoint: [
    [30, 0],
    [0, 20],
  ],
  'two values': [
    [90, 10],
    [70, 30],
  ],
  'one row each': [
    [1, 0],
    [0, 1],
  ],
  'one row against two': [
    [1, 0],
    [1, 1],
  ],
  'three rows against one': [
    [1, 1, 1],
    [0, 1, 0],
  ],
  'very unequal sizes': [
    [5, 3, 2],
    [600_000, 300_000, 100_000],
  ],
  'billions of rows': [
    [3e9, 2e9, 1],
    [3.0002e9, 1.9998e9, 7],
  ],
  'far apart, so that the p-value is tiny': [
    [5000, 200],
    [3000, 2000],
  ],
  'thousands of values': [
    Array.from({ length: 5000 }, (_, at) => ((at + 1) * 7919) % 40),
    Array.from({ length: 5000 }, (_, at) => ((at + 1) * 104_729) % 37),
  ],
};

const REFERENCE = `
import json, sys
import numpy as np
from scipy import stats
from scipy.spatial import distance
cases, permuted, fills = json.load(sys.stdin)
def pick(result):
    return [float(result[0]), float(result[1])]
said = {}
for name, (reference, current) in cases.items():
    r, c = np.array(reference, float), np.array(current, float)
    r, c = r[(r + c) > 0], c[(np.array(reference) + np.array(current)) > 0]
    n, m = r.sum(), c.sum()
    both = np.array([r, c])
    with np.errstate(all="ignore"):
        fit = stats.chisquare(c, r * m / n)
    pooled = (r[0] + c[0]) / (n + m)
    z = (r[0] / n - c[0] / m) / np.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m)) if 0 < pooled < 1 else 0.0
    p, q = np.longdouble(r) / n, np.longdouble(c) / m
    half = (p + q) / 2
    with np.errstate(all="ignore"):
        js = sum(np.where(side > 0, side * np.log(side / half), 0).sum() for side in (p, q)) / 2
    said[name] = {
        "chiSquared": pick(stats.chi2_contingency(both, correction=False)),
        "chiSquaredYates": pick(stats.chi2_contingency(both, correction=True)),
        "chiSquaredGoodnessOfFit": pick(fit),
        "gTest": pick(stats.chi2_contingency(both, correction=False, lambda_="log-likelihood")),
        "twoProportions": [float(z), float(2 * stats.norm.sf(abs(z)))],
        "jensenShannon": [float(distance.jensenshannon(r, c))],
        "jensenShannonBase2": [float(distance.jensenshannon(r, c, base=2))],
        "jensenShannonOfLongDoubles": [float(np.sqrt(max(js, 0)))],
        "hellinger": [float(np.sqrt(((np.sqrt(p) - np.sqrt(q)) ** 2).sum() / 2))],
        "lInfinity": [float(np.abs(p - q).max())],
        "totalVariation": [float(np.abs(p - q).sum() / 2)],
    }
    for fill in fills:
        def filled(shares, count):
            shares = np.array(shares, float)
            least = shares[shares > 0].min()
            zero = {"halfRow": 0.5 / count, "tenThousandth": 1e-4}.get(fill, least / 1e6 if least <= 1e-4 else 1e-4)
            return np.where(shares == 0, zero, shares)
        a, b = filled(p, n), filled(q, m)
        said[name]["psi " + fill] = [float(((a - b) * np.log(a / b)).sum())]
        said[name]["kullbackLeibler " + fill] = [float(stats.entropy(a, b))]
# Permutations by labels that are shuffled, which is what ours saves.
random = np.random.default_rng(1)
pvalues = {}
for name, (reference, current) in permuted.items():
    r, c = np.array(reference), np.array(current)
    n, m, k = r.sum(), c.sum(), len(r)
    labels = np.repeat(np.arange(k), r + c)
    least = np.abs(r * m - c * n).sum()
    hits, rounds = 0, 4000
    for _ in range(rounds):
        drawn = np.bincount(random.permutation(labels)[:n], minlength=k)
        hits += np.abs(drawn * m - (r + c - drawn) * n).sum() >= least
    pvalues[name] = (1 + int(hits)) / (1 + rounds)
draws = {}
for shape in [[10, 20, 15], [300, 200, 400], [40, 5000, 100], [100000, 50000, 70000], [7, 3, 5]]:
    marked, others, drawn = shape
    which = stats.hypergeom(marked + others, marked, drawn)
    draws[json.dumps(shape)] = [float(which.mean()), float(which.var())]
json.dump([said, pvalues, draws], sys.stdout)
`;

type Said = Readonly<Record<string, Readonly<Record<string, readonly number[]>>>>;

/** What is dealt again and again in Python: small enough for that. */
const PERMUTED: Readonly<Record<string, readonly [readonly number[], readonly number[]]>> = {
  'a middling p-value': [
    [30, 25, 20, 10],
    [22, 30, 24, 15],
  ],
  'a small one': [
    [60, 40],
    [45, 55],
  ],
  'values with a row each': [
    [...new Array<number>(40).fill(1), ...new Array<number>(40).fill(0), 10],
    [...new Array<number>(40).fill(0), ...new Array<number>(40).fill(1), 16],
  ],
  'few rows against many': [
    [3, 1, 1, 0],
    [300, 250, 200, 50],
  ],
  'few rows against many values of few rows': [
    Array.from({ length: 200 }, (_, at) => (at % 25 === 0 ? 3 : 0)),
    Array.from({ length: 200 }, (_, at) => (at % 5) + 1),
  ],
  'many values of few rows and of one, and a frequent one': [
    [...Array.from({ length: 150 }, (_, at) => (at % 7) + (at % 5 === 0 ? 1 : 0)), 900],
    [...Array.from({ length: 150 }, (_, at) => ((at + 2) % 6) + 1), 800],
  ],
};

describe.skipIf(PYTHON === '')('beside scipy', () => {
  let said: Said;
  let pValues: Readonly<Record<string, number>>;
  let draws: Readonly<Record<string, readonly [number, number]>>;

  beforeAll(() => {
    const fills = ['halfRow', 'tenThousandth', 'evidently'];
    const input = JSON.stringify([CASES, PERMUTED, fills]);
    const output = execFileSync(PYTHON, ['-c', REFERENCE], { input, maxBuffer: 1e9 }).toString();
    [said, pValues, draws] = JSON.parse(output.replaceAll('[Infinity', '[1e999')) as [
      Said,
      typeof pValues,
      typeof draws,
    ];
  }, 60_000);

  const countsOf = (name: string): PairedCounts => pairedCounts(...(CASES[name] ?? [[], []]));
  const expectNear = (own: number | null, other: number | undefined, relative: number, least = 0): void => {
    if (own === null || other === undefined) throw new Error('Nothing to compare.');
    if (own === other) return;
    expect(Math.abs(own - other)).toBeLessThanOrEqual(relative * Math.abs(other) + least);
  };

  for (const name of Object.keys(CASES)) {
    it(`tests of significance: ${name}`, () => {
      for (const test of [chiSquared, chiSquaredYates, gTest, twoProportions]) {
        const own = test(countsOf(name));
        const [statistic, pValue] = said[name]?.[test.name] ?? [];
        // What scipy subtracts of large counts leaves a rounding of them.
        const rounding = test === gTest ? 1e-14 * (countsOf(name).referenceCount + countsOf(name).currentCount) : 0;
        expectNear(own.statistic, statistic, 1e-9, rounding);
        expectNear(own.pValue, pValue, 1e-8, rounding);
      }
    });

    it(`goodness of fit to the reference: ${name}`, () => {
      const own = chiSquaredGoodnessOfFit(countsOf(name));
      const [statistic, pValue] = said[name]?.chiSquaredGoodnessOfFit ?? [];
      expectNear(own.statistic, statistic, 1e-9);
      expectNear(own.pValue, pValue, 1e-8);
    });

    it(`distances: ${name}`, () => {
      const counts = countsOf(name);
      for (const test of [jensenShannon, jensenShannonBase2])
        // scipy's divergence is right to 1e-16, its root then to the root of that.
        expectNear(test(counts).statistic, said[name]?.[test.name]?.[0] ?? 0, 1e-9, 2e-8);
      expectNear(jensenShannon(counts).statistic, said[name]?.jensenShannonOfLongDoubles?.[0], 1e-8, 1e-10);
      for (const test of [hellinger, lInfinity])
        expectNear(test(counts).statistic, said[name]?.[test.name]?.[0], 1e-9, 1e-15);
      const { statistic } = totalVariation(counts, { seed: 1, permutations: 1 });
      expectNear(statistic, said[name]?.totalVariation?.[0], 1e-12, 1e-16);
    });

    it(`divergences with each way to fill zeros: ${name}`, () => {
      const counts = countsOf(name);
      const own = {
        'psi halfRow': psi(counts, halfRow),
        'psi tenThousandth': psi(counts, tenThousandth),
        'psi evidently': psiEvidently(counts),
        'kullbackLeibler halfRow': kullbackLeibler(counts, halfRow),
        'kullbackLeibler tenThousandth': kullbackLeibler(counts, tenThousandth),
        'kullbackLeibler evidently': kullbackLeiblerEvidently(counts),
      };
      for (const [key, { statistic }] of Object.entries(own))
        expectNear(statistic, said[name]?.[key]?.[0], 1e-9, 1e-15);
    });
  }

  it('permuted p-values are those of labels shuffled in Python, within what chance does', () => {
    const permutations = 4000;
    for (const [name, counts] of Object.entries(PERMUTED)) {
      const { pValue } = totalVariation(pairedCounts(...counts), { seed: 11, permutations });
      const other = pValues[name] ?? NaN;
      const error = Math.sqrt((2 * other * (1 - other)) / permutations);
      expect(Math.abs((pValue ?? NaN) - other), name).toBeLessThan(4 * error);
    }
  });

  it('draws without putting back have the mean and the variance of their distribution', () => {
    const rounds = 20_000;
    for (const [shape, [mean, variance]] of Object.entries(draws)) {
      const [marked, others, drawn] = JSON.parse(shape) as [number, number, number];
      const random = randomFrom(5);
      const found = Array.from({ length: rounds }, () => hypergeometric(marked, others, drawn, random));
      const own = found.reduce((sum, one) => sum + one, 0) / rounds;
      const ownVariance = found.reduce((sum, one) => sum + (one - own) ** 2, 0) / rounds;
      expect(Math.abs(own - mean), shape).toBeLessThan(4 * Math.sqrt(variance / rounds));
      expect(Math.abs(ownVariance / variance - 1), shape).toBeLessThan(4 * Math.sqrt(2 / rounds));
    }
  });
});

describe('of samples that are equal, or can not be more different', () => {
  const equal = pairedCounts([5, 3, 2], [5, 3, 2]);
  const disjoint = pairedCounts([5, 5, 0, 0], [0, 0, 4, 6]);

  it('distances are 0 exactly, and their largest', () => {
    for (const test of [jensenShannon, jensenShannonBase2, hellinger, lInfinity, psi, kullbackLeibler])
      expect(test(equal).statistic, test.name).toBe(0);
    expect(jensenShannon(disjoint).statistic).toBeCloseTo(Math.sqrt(Math.LN2), 15);
    expect(jensenShannonBase2(disjoint).statistic).toBe(1);
    expect(hellinger(disjoint).statistic).toBe(1);
    expect(totalVariation(disjoint, options).statistic).toBe(1);
    expect(lInfinity(disjoint).statistic).toBe(0.6);
  });

  it('p-values are 1, and the smallest that there is', () => {
    for (const test of [chiSquared, chiSquaredYates, chiSquaredGoodnessOfFit, gTest, twoProportions])
      expect(test(equal).pValue, test.name).toBe(1);
    expect(totalVariation(equal, options).pValue).toBe(1);
    const far = pairedCounts([500, 500, 0, 0], [0, 0, 400, 600]);
    expect(totalVariation(far, options).pValue).toBe(1 / 1001);
    expect(chiSquaredGoodnessOfFit(far)).toEqual({ statistic: Infinity, pValue: 0 });
  });

  it('a single value leaves nothing to test', () => {
    const single = pairedCounts([10], [3]);
    for (const test of [chiSquared, chiSquaredYates, chiSquaredGoodnessOfFit, gTest, twoProportions])
      expect(test(single), test.name).toEqual({ statistic: 0, pValue: 1 });
    expect(totalVariation(single, options)).toEqual({ statistic: 0, pValue: 1 });
  });

  it('values that neither sample has change nothing but what Evidently fills', () => {
    const some = pairedCounts([50, 30, 0], [20, 40, 5]);
    const more = pairedCounts([50, 0, 30, 0, 0], [20, 0, 40, 5, 0]);
    for (const test of [chiSquared, chiSquaredGoodnessOfFit, gTest, jensenShannon, hellinger, lInfinity, psi])
      expect(test(more), test.name).toEqual(test(some));
    expect(totalVariation(more, options)).toEqual(totalVariation(some, options));
    expect(psiEvidently(pairedCounts([20_000, 1, 0], [20_000, 0, 0])).statistic).not.toBe(
      psiEvidently(pairedCounts([20_000, 1], [20_000, 0])).statistic,
    );
  });
});

describe('rows that are dealt', () => {
  const shapes: Readonly<Record<string, PairedCounts>> = {
    'by coins first': pairedCounts([3, 0, 9, 40, 1, 0], [2, 2, 6, 30, 0, 1]),
    'row by row': pairedCounts([1, 0, 1, 0, 0, 0], [8, 9, 4, 40, 1, 1]),
    'with a frequent value': pairedCounts([900, 5, 5, 1], [700, 9, 0, 0]),
    'all of them': pairedCounts([4, 3, 2, 1], [0, 0, 1, 0]),
  };

  it.each(Object.entries(shapes))('have the means and variances of their distribution: %s', (_, counts) => {
    const deck = deckOf(counts);
    const random = randomFrom(3);
    const rounds = 20_000;
    const all = new Map<string, number[]>();
    for (let round = 0; round < rounds; round++) {
      let [place, sum] = [0, 0];
      const single = deal(deck, random, (dealt, count) => {
        const key = `${String(place++)} of ${String(count)}`;
        const own = all.get(key) ?? [];
        all.set(key, own);
        own.push(dealt);
        sum += dealt;
      });
      expect(sum + single).toBe(counts.referenceCount);
    }
    for (const [key, dealt] of all) {
      const [count, share] = [Number(key.split(' ').at(-1)), deck.drawn / deck.rows];
      const variance = count * share * (1 - share) * ((deck.rows - count) / (deck.rows - 1));
      const mean = dealt.reduce((sum, one) => sum + one, 0) / rounds;
      const squares = dealt.reduce((sum, one) => sum + (one - mean) ** 2, 0) / rounds;
      expect(Math.abs(mean - count * share), key).toBeLessThan(4.5 * Math.sqrt(variance / rounds));
      // The fourth moment of a rare event is large: three times that of a normal one.
      expect(Math.abs(squares / variance - 1), key).toBeLessThan(0.1);
    }
  });

  it('are drawn by their weights', () => {
    const weights = Float64Array.of(0, 5, 1, 0, 3.5, 0.5);
    const table = aliasTable(weights);
    const random = randomFrom(4);
    const found = new Float64Array(6);
    for (let round = 0; round < 100_000; round++) {
      const at = drawnFrom(table, random);
      found[at] = (found[at] ?? 0) + 1;
    }
    for (const [at, count] of found.entries()) {
      const share = (weights[at] ?? 0) / 10;
      expect(Math.abs(count - share * 100_000)).toBeLessThanOrEqual(4.5 * Math.sqrt(100_000 * share * (1 - share)));
    }
  });
});

describe('total variation', () => {
  it('says the same for the same seed, and another thing for another', () => {
    const counts = pairedCounts([30, 25, 20, 10], [22, 30, 24, 15]);
    const pValue = (seed: number) => totalVariation(counts, { seed, permutations: 500 }).pValue;
    expect(pValue(3)).toBe(pValue(3));
    expect(new Set([1, 2, 3, 4, 5].map(pValue)).size).toBeGreaterThan(1);
  });

  it('alarms no more often than it says where nothing has moved', () => {
    const random = randomFrom(9);
    const rounds = 400;
    let [alarms, low] = [0, 0];
    for (let round = 0; round < rounds; round++) {
      const sides = [new Array<number>(8).fill(0), new Array<number>(8).fill(0)] as const;
      for (const side of sides)
        for (let row = 0; row < 120; row++) {
          const value = Math.min(below(random, 8), below(random, 8));
          side[value] = (side[value] ?? 0) + 1;
        }
      const { pValue } = totalVariation(pairedCounts(...sides), { seed: round, permutations: 199 });
      if ((pValue ?? 1) <= 0.05) alarms++;
      if ((pValue ?? 1) <= 0.5) low++;
    }
    // Three standard errors around 20 and 200.
    expect(alarms).toBeGreaterThan(7);
    expect(alarms).toBeLessThan(34);
    expect(Math.abs(low - 200)).toBeLessThan(31);
  });

  it('takes no longer for millions of rows', () => {
    const counts = pairedCounts([4e6, 3e6, 2e6, 1e6], [4.001e6, 2.999e6, 2e6, 1e6]);
    const began = performance.now();
    const { pValue } = totalVariation(counts, options);
    expect(performance.now() - began).toBeLessThan(2000);
    expect(pValue).toBeGreaterThan(0);
  });
});

it('a factorial has its logarithm to the last digits, where the list ends and far beyond', () => {
  let sum = 0;
  for (let n = 1; n <= 3000; n++) {
    sum += Math.log(n);
    if (n > 250) expect(Math.abs(lnFactorial(n) / sum - 1)).toBeLessThan(1e-13);
  }
  // 1e9!: by Stirling's series to five terms.
  expect(lnFactorial(1e9)).toBeCloseTo(19_723_265_848.226_982, 4);
});
