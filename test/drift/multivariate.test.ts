/** Tests of all features together, held against scikit-learn, scipy and numpy. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { domainClassifier } from '../../src/drift/multivariate/domainClassifier';
import { embeddingDrift } from '../../src/drift/multivariate/embeddings';
import { logisticClassifier } from '../../src/drift/multivariate/logisticClassifier';
import { matrixOf } from '../../src/drift/multivariate/matrix';
import { maximumMeanDiscrepancy } from '../../src/drift/multivariate/maximumMeanDiscrepancy';
import { labelsOf, stratifiedFolds } from '../../src/drift/multivariate/outOfFold';
import { pcaReconstruction } from '../../src/drift/multivariate/pcaReconstruction';
import { rankSum } from '../../src/drift/multivariate/rocCurve';
import { randomFrom } from '../../src/drift/random';
import { normalTail } from '../../src/drift/special/tails';
import {
  CLASSIFIED,
  DISCREPANCIES,
  EMBEDDINGS,
  hasDrifted,
  LOGISTIC,
  type Pair,
  RANKS,
  RECONSTRUCTIONS,
} from './multivariateCases';

const PYTHON = process.env.LOOPWRIGHT_CAPTURE_PYTHON ?? '';
const SEED = 5;

/** What Python says of a case, whatever its kind has of these. */
interface Expected {
  readonly components: number;
  readonly explained: number;
  readonly chunks: readonly number[];
  readonly error: number;
  readonly lower: number;
  readonly upper: number;
  readonly auc: number;
  readonly statistic: number;
  readonly sigma: number;
  readonly u: number;
  readonly p: number;
  readonly euclidean: number;
  readonly cosine: number;
  readonly share: number;
}
let expected: Record<string, Expected> = {};

function of(kind: string, name: string): Expected {
  const found = expected[`${kind}: ${name}`];
  if (!found) throw new Error(`Python says nothing of ${name}.`);
  return found;
}

const foldsOf = ({ reference, current }: Pair): number[] => {
  const folds = stratifiedFolds(labelsOf(reference.length, current.length), 5, randomFrom(SEED));
  return Array.from(folds?.fold ?? []);
};

/** What of a double nothing but rounding separates. */
const expectClose = (value: number, wanted: number, relative: number): void => {
  expect(Math.abs(value - wanted), `${String(value)} for ${String(wanted)}`).toBeLessThanOrEqual(
    relative * Math.max(Math.abs(wanted), 1e-300),
  );
};

describe.skipIf(PYTHON === '')('the same as in Python', () => {
  beforeAll(() => {
    const cases = Object.fromEntries([
      ...named('reconstruction', RECONSTRUCTIONS, (pair) => pair),
      ...named('boosting', CLASSIFIED, (pair) => ({ ...pair, folds: foldsOf(pair) })),
      ...named('logistic', LOGISTIC, (pair) => ({ ...pair, folds: foldsOf(pair) })),
      ...named('discrepancy', DISCREPANCIES, (pair) => pair),
      ...named('ranks', RANKS, (scores) => scores),
      ...named('embeddings', EMBEDDINGS, (pair) => ({ ...pair, folds: foldsOf(pair) })),
    ]);
    const said = execFileSync(PYTHON, ['-W', 'ignore', join(import.meta.dirname, 'multivariate_expected.py')], {
      input: JSON.stringify(cases),
      env: { ...process.env, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' },
      maxBuffer: 1e8,
    });
    expected = JSON.parse(said.toString()) as Record<string, Expected>;
  });

  it.each(Object.entries(RECONSTRUCTIONS))('PCA reconstruction: %s', (name, { reference, current, share, chunks }) => {
    const wanted = of('reconstruction', name);
    const found = pcaReconstruction(matrixOf(reference), matrixOf(current), { share, chunks, limits: 'nannyml' });
    expect(found?.components).toBe(wanted.components);
    for (const [at, error] of wanted.chunks.entries()) expectClose(found?.referenceErrors[at] ?? NaN, error, 1e-10);
    expectClose(found?.explained ?? NaN, wanted.explained, 1e-10);
    expectClose(found?.error ?? NaN, wanted.error, 1e-10);
    expectClose(found?.lower ?? NaN, wanted.lower, 1e-9);
    expectClose(found?.upper ?? NaN, wanted.upper, 1e-9);
  });

  it.each(Object.entries(CLASSIFIED))('AUC of boosted trees: %s', (name, { reference, current }) => {
    const found = domainClassifier(matrixOf(reference), matrixOf(current), { seed: SEED });
    expect(Math.abs((found?.auc ?? NaN) - of('boosting', name).auc)).toBeLessThan(0.02);
  });

  it.each(Object.entries(LOGISTIC))('AUC of a logistic regression: %s', (name, { reference, current }) => {
    const found = logisticClassifier(matrixOf(reference), matrixOf(current), { seed: SEED });
    expect(Math.abs((found?.auc ?? NaN) - of('logistic', name).auc)).toBeLessThan(1e-4);
  });

  it.each(Object.entries(DISCREPANCIES))(
    'maximum mean discrepancy: %s',
    (name, { reference, current, permutations }) => {
      const wanted = of('discrepancy', name);
      const found = maximumMeanDiscrepancy(matrixOf(reference), matrixOf(current), { seed: SEED, permutations });
      expectClose(found?.sigma ?? NaN, wanted.sigma, 1e-12);
      expect(Math.abs((found?.statistic ?? NaN) - wanted.statistic)).toBeLessThan(1e-12);
      // Both have been drawn: each is off by its own error, by more than four of which it is once in 16,000.
      const error = Math.sqrt((2 * wanted.p * (1 - wanted.p)) / permutations);
      expect(Math.abs((found?.pValue ?? NaN) - wanted.p)).toBeLessThanOrEqual(4 * error + 2 / permutations);
    },
  );

  it.each(Object.entries(RANKS))('rank sums: %s', (name, { positive, negative }) => {
    const wanted = of('ranks', name);
    const { u, pairs, variance } = rankSum(Float64Array.from(positive), Float64Array.from(negative));
    expect(u).toBe(wanted.u);
    expectClose(normalTail((u - pairs / 2 - 0.5) / Math.sqrt(variance)), wanted.p, 1e-9);
  });

  it.each(Object.entries(EMBEDDINGS))('embeddings: %s', (name, { reference, current }) => {
    const wanted = of('embeddings', name);
    const found = embeddingDrift(matrixOf(reference), matrixOf(current), { seed: SEED, hasDrifted });
    expectClose(found.euclidean, wanted.euclidean, 1e-12);
    expect(Math.abs((found.cosine ?? NaN) - wanted.cosine)).toBeLessThan(1e-12);
    expect(found.share).toBe(wanted.share);
    expect(Math.abs((found.classifier?.auc ?? NaN) - wanted.auc)).toBeLessThan(1e-4);
  });
});

const named = <T>(kind: string, cases: Record<string, T>, made: (one: T) => object): [string, object][] =>
  Object.entries(cases).map(([name, one]) => [`${kind}: ${name}`, { kind, ...made(one) }]);
