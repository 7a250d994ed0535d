/** What tests of all features together say: of what they must see, of equal sides, and of too little. */
import { describe, expect, it } from 'vitest';
import { domainClassifier } from '../../src/drift/multivariate/domainClassifier';
import { embeddingDrift } from '../../src/drift/multivariate/embeddings';
import { logisticClassifier } from '../../src/drift/multivariate/logisticClassifier';
import { matrixOf } from '../../src/drift/multivariate/matrix';
import { maximumMeanDiscrepancy } from '../../src/drift/multivariate/maximumMeanDiscrepancy';
import { judged, labelsOf } from '../../src/drift/multivariate/outOfFold';
import { pcaReconstruction } from '../../src/drift/multivariate/pcaReconstruction';
import { areaUnderCurve } from '../../src/drift/multivariate/rocCurve';
import { normals, rowsOf } from './samplesOfChance';
import { CLASSIFIED, hasDrifted, hidden, LOGISTIC, mixed } from './multivariateCases';

const SEED = 5;

describe('PCA reconstruction', () => {
  const reference = matrixOf(hidden(2000, 1, 1));

  it('sees features that go together in another way, though each is as it was', () => {
    const found = pcaReconstruction(reference, matrixOf(hidden(1000, 2, -1)));
    expect(found).toMatchObject({ drift: true, components: 2 });
    expect(found?.error).toBeGreaterThan(found?.upper ?? Infinity);
    const [one = 0, same = 0, other = 0, turned = 0] = found?.features ?? [];
    expect(other + turned).toBeGreaterThan(0.9);
    expect(one + same).toBeLessThan(0.1);
  });

  it('sees rows that come nearer, too', () => {
    const found = pcaReconstruction(reference, matrixOf(Array.from({ length: 500 }, () => [0, 0, 0, 100])));
    expect(found?.drift).toBe(true);
    expect(found?.error).toBeLessThan(found?.lower ?? 0);
  });

  it.each([
    ['that go together', (count: number, seed: number) => hidden(count, seed, 1), 100],
    ['that are independent, and many', (count: number, seed: number) => normals(count, 20, seed), 1000],
    ['of few current rows', (count: number, seed: number) => normals(count, 5, seed), 15],
  ])('says nothing of equal sides %s, most of the time', (_, made, rows) => {
    const alarms = Array.from({ length: 50 }, (_, seed) =>
      pcaReconstruction(matrixOf(made(1000, 100 + seed)), matrixOf(made(rows, 200 + seed))),
    ).filter((found) => found?.drift);
    expect(alarms.length).toBeLessThanOrEqual(4);
  });

  it('has limits of NannyML that independent features lie above more often than not', () => {
    const alarms = Array.from({ length: 20 }, (_, seed) =>
      pcaReconstruction(matrixOf(normals(1000, 100, seed)), matrixOf(normals(200, 100, 50 + seed)), {
        limits: 'nannyml',
      }),
    ).filter((found) => found?.drift);
    expect(alarms.length).toBeGreaterThan(10);
  });

  it('leaves out what the reference has one value of, rounded or not', () => {
    const rows = normals(100, 2, 1).map(([a = 0, b = 0], at) => [7, a, b, at % 2 === 0 ? 0.1 + 0.2 : 0.3, NaN]);
    const found = pcaReconstruction(matrixOf(rows), matrixOf([[8, 0, 0, 5, 1]]));
    expect(found?.constant).toEqual([0, 3, 4]);
    expect(found?.features.filter((_, column) => column !== 1 && column !== 2)).toEqual(new Float64Array(3));
  });

  it('has nothing to say of too few rows, and where nothing varies', () => {
    const rows = matrixOf(normals(19, 2, 1));
    expect(pcaReconstruction(rows, rows)).toBeNull();
    expect(pcaReconstruction(rows, rows, { chunks: 9 })).not.toBeNull();
    expect(pcaReconstruction(reference, { ...reference, rows: 0, data: new Float64Array(0) })).toBeNull();
    const constant = matrixOf(Array.from({ length: 40 }, () => [1, 2]));
    expect(pcaReconstruction(constant, constant)).toBeNull();
  });

  it('of one column, and of all components, nothing is left but rounding', () => {
    const one = matrixOf(normals(100, 1, 1));
    expect(pcaReconstruction(one, one)).toMatchObject({ components: 1, explained: 1 });
    expect(pcaReconstruction(reference, reference, { share: 1 })?.error).toBeLessThan(1e-12);
  });
});

describe('a domain classifier', () => {
  it('says which features give the current side away', () => {
    const { reference, current } = CLASSIFIED['one shifted mean'] ?? { reference: [], current: [] };
    const found = domainClassifier(matrixOf(reference), matrixOf(current), { seed: SEED });
    expect(found?.importances[0]).toBeGreaterThan(0.9);
    expect(found?.importances.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
    expect(found?.pValue).toBeLessThan(1e-20);
  });

  it('sees together what no feature shows alone', () => {
    const { reference, current } = CLASSIFIED['a changed correlation'] ?? { reference: [], current: [] };
    const found = domainClassifier(matrixOf(reference), matrixOf(current), { seed: SEED });
    expect(found?.auc).toBeGreaterThan(0.8);
    const [one = 0, other = 0, noise = 1] = found?.importances ?? [];
    expect(Math.min(one, other)).toBeGreaterThan(0.2);
    expect(noise).toBeLessThan(0.05);
  });

  it('takes a missing value for a value', () => {
    const { reference, current } = CLASSIFIED['missing values'] ?? { reference: [], current: [] };
    const found = domainClassifier(matrixOf(reference), matrixOf(current), { seed: SEED });
    expect(found?.importances[3]).toBeGreaterThan(0.9);
    const only = [matrixOf(rowsOf(100, 1, () => [1])), matrixOf(rowsOf(100, 1, () => [NaN]))] as const;
    expect(domainClassifier(...only, { seed: SEED })?.auc).toBe(1);
    expect(domainClassifier(only[1], only[0], { seed: SEED })?.auc).toBe(1);
  });

  it('tells disjoint sides apart, and equal constants not', () => {
    const [low, high] = [matrixOf(normals(50, 1, 1)), matrixOf(normals(60, 1, 2, 1000))];
    expect(domainClassifier(low, high, { seed: SEED })?.auc).toBe(1);
    expect(domainClassifier(high, low, { seed: SEED })?.auc).toBe(1);
    const constant = matrixOf(rowsOf(100, 1, () => [3, 4]));
    expect(domainClassifier(constant, constant, { seed: SEED })).toMatchObject({ auc: 0.5, pValue: 1 });
  });

  it('says the same for the same seed alone', () => {
    const [one, other] = [matrixOf(normals(200, 3, 1)), matrixOf(normals(200, 3, 2))];
    const found = domainClassifier(one, other, { seed: 1 });
    expect(domainClassifier(one, other, { seed: 1 })).toEqual(found);
    expect(domainClassifier(one, other, { seed: 2 })?.auc).not.toBe(found?.auc);
  });

  it('calls equal sides drifting as often as the level says, by either p-value', () => {
    const alarms = { normal: 0, permuted: 0 };
    const rounds = 100;
    const boosting = { trees: 10, leaves: 4 };
    for (let seed = 0; seed < rounds; seed++) {
      const [one, other] = [matrixOf(normals(60, 3, 1000 + seed)), matrixOf(normals(60, 3, 2000 + seed))];
      if ((domainClassifier(one, other, { seed, boosting })?.pValue ?? 0) <= 0.05) alarms.normal++;
      if ((domainClassifier(one, other, { seed, boosting, permutations: 19 })?.pValue ?? 0) <= 0.05) alarms.permuted++;
    }
    // Of 100 at a level of 0.05: more than 13 once in 1,500.
    expect(alarms.normal).toBeLessThanOrEqual(13);
    expect(alarms.permuted).toBeLessThanOrEqual(13);
    expect(alarms.normal + alarms.permuted).toBeGreaterThan(0);
  });

  it('has as many folds as the smaller side has rows, and nothing to say of one row', () => {
    const [few, many] = [matrixOf([[0], [1], [2]]), matrixOf(normals(40, 1, 1))];
    expect(domainClassifier(few, many, { seed: SEED })).toMatchObject({ pValue: expect.any(Number) as number });
    expect(domainClassifier(matrixOf([[0]]), many, { seed: SEED })).toBeNull();
    expect(domainClassifier(many, matrixOf([[0]]), { seed: SEED })).toBeNull();
    expect(domainClassifier(matrixOf([[], []]), matrixOf([[], []]), { seed: SEED })).toBeNull();
    expect(() => domainClassifier(many, matrixOf([[0, 1]]), { seed: SEED })).toThrow(RangeError);
  });

  it('takes infinite values for the largest and the smallest', () => {
    const [one, other] = [matrixOf(rowsOf(50, 1, (random) => [random()])), matrixOf(rowsOf(50, 2, () => [Infinity]))];
    expect(domainClassifier(one, other, { seed: SEED })?.auc).toBe(1);
  });
});

describe('a logistic classifier', () => {
  it('says which components give the current side away', () => {
    const { reference, current } = LOGISTIC['told apart by one'] ?? { reference: [], current: [] };
    const found = logisticClassifier(matrixOf(reference), matrixOf(current), { seed: SEED });
    expect(found?.auc).toBe(1);
    expect(found?.importances[0]).toBeGreaterThan(0.95);
  });

  it('fills missing values, and has nothing to say where nothing varies', () => {
    const [one, other] = [matrixOf(mixed(200, 1, 0.1, 0.5)), matrixOf(mixed(200, 2, 0.9, 0.5))];
    expect(logisticClassifier(one, other, { seed: SEED })?.auc).toBeGreaterThan(0.85);
    const constant = matrixOf(rowsOf(20, 1, () => [3]));
    expect(logisticClassifier(constant, constant, { seed: SEED })).toBeNull();
  });
});

describe('maximum mean discrepancy', () => {
  it('calls equal sides drifting as often as the level says', () => {
    const values = Array.from({ length: 200 }, (_, seed) => {
      const [one, other] = [normals(15, 2, 3000 + seed), normals(20, 2, 4000 + seed)];
      return maximumMeanDiscrepancy(matrixOf(one), matrixOf(other), { seed, permutations: 99 })?.pValue ?? NaN;
    });
    // Of 200 at levels of 0.05 and 0.5: four standard deviations on either side.
    const [small, half] = [0.05, 0.5].map((level) => values.filter((value) => value <= level).length);
    expect(Math.abs((small ?? NaN) - 10)).toBeLessThan(12.4);
    expect(small).toBeGreaterThan(0);
    expect(Math.abs((half ?? NaN) - 100)).toBeLessThan(28.3);
  });

  it('looks at so many rows of a side at most, and says so', () => {
    const [one, other] = [matrixOf(normals(3000, 2, 1)), matrixOf(normals(100, 2, 2, 2))];
    const found = maximumMeanDiscrepancy(one, other, { seed: SEED, permutations: 19, rows: 300 });
    expect(found).toMatchObject({ rows: { reference: 300, current: 100 }, pValue: 0.05 });
  });

  it('of rows that are all the same is 0, and no drift', () => {
    const same = matrixOf(rowsOf(30, 1, () => [1e300, -1]));
    expect(maximumMeanDiscrepancy(same, same, { seed: SEED })).toMatchObject({ statistic: 0, pValue: 1, sigma: 1 });
  });

  it('needs two rows of either side', () => {
    expect(maximumMeanDiscrepancy(matrixOf([[1]]), matrixOf([[1], [2]]), { seed: SEED })).toBeNull();
    expect(maximumMeanDiscrepancy(matrixOf([[1], [2]]), matrixOf([[1]]), { seed: SEED })).toBeNull();
  });

  it('takes a sigma that is given', () => {
    const found = maximumMeanDiscrepancy(matrixOf([[0], [1]]), matrixOf([[0], [1]]), { seed: SEED, sigma: 1 });
    // By hand: both of one side are exp(-1/2) alike, those of different sides 1 or that.
    expect(found?.statistic).toBeCloseTo(2 * Math.exp(-0.5) - (1 + Math.exp(-0.5)), 14);
  });
});

describe('embeddings', () => {
  it('have no cosine where a mean points nowhere, and a classifier of trees where wanted', () => {
    const [one, other] = [matrixOf([[1, 0], [-1, 0]]), matrixOf([[1, 1], [1, 3]])]; // prettier-ignore
    const found = embeddingDrift(one, other, { seed: SEED, hasDrifted, model: 'boosting', permutations: 9 });
    expect(found).toMatchObject({ cosine: null, euclidean: Math.sqrt(5), share: 1, components: [0, 1] });
    expect(found.classifier?.auc).toBe(0.5);
    expect(
      embeddingDrift(matrixOf([[1]]), other.columns === 2 ? matrixOf([[1]]) : one, { seed: SEED, hasDrifted }),
    ).toEqual({
      ...{ classifier: null, euclidean: 0, cosine: 0, share: 0, components: [], discrepancy: null },
    });
  });
});

describe('rows out of fold', () => {
  it('are each scored by a model that did not see them, with both classes in each fold', () => {
    const labels = labelsOf(23, 7);
    const seen: number[] = [];
    const found = judged(
      labels,
      (training, held) => {
        expect(new Set([...training, ...held]).size).toBe(30);
        expect(held.filter((row) => labels[row] === 1).length).toBeGreaterThanOrEqual(1);
        expect(held.filter((row) => labels[row] === 0).length).toBeGreaterThanOrEqual(4);
        seen.push(...held);
        return Float64Array.from(held, (row) => labels[row] ?? 0);
      },
      { seed: SEED, folds: 5, permutations: 0 },
    );
    expect(seen.toSorted((one, other) => one - other)).toEqual(Array.from({ length: 30 }, (_, row) => row));
    expect(found).toMatchObject({ auc: 1, scores: Float64Array.from(labels) });
  });

  it('of scores that another fold would be ahead of count within their own alone', () => {
    let fold = 0;
    const alone = judged(labelsOf(50, 50), (_, held) => new Float64Array(held.length).fill(fold++), {
      seed: SEED,
      folds: 5,
      permutations: 0,
    });
    expect(alone).toMatchObject({ auc: 0.5, pValue: 1 });
  });

  it('have an AUC of 0.5 where there is one class', () => {
    expect(areaUnderCurve(Float64Array.of(1, 2), Uint8Array.of(1, 1))).toBe(0.5);
    expect(areaUnderCurve(Float64Array.of(1, 2, 2), Uint8Array.of(0, 1, 0))).toBe(0.75);
  });
});
