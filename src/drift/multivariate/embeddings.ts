/** Drift of vectors that a model has made of texts or images: the four methods that Evidently has for embeddings. */
import { paired, type PairedNumbers } from '../samples';
import { domainClassifier } from './domainClassifier';
import { logisticClassifier } from './logisticClassifier';
import { columnMeans, columnOf, type Matrix } from './matrix';
import { type Discrepancy, maximumMeanDiscrepancy } from './maximumMeanDiscrepancy';

/** Evidently's thresholds: there is drift above them. That of the discrepancy holds for its p-value here: below it. */
export const EMBEDDING_THRESHOLDS = { auc: 0.55, distance: 0.2, share: 0.2, pValue: 0.05 };

export interface EmbeddingOptions {
  readonly seed: number;
  /** Whether a component has drifted: of Evidently, whether its normed Wasserstein distance is 0.1 or more. */
  readonly hasDrifted: (component: PairedNumbers) => boolean;
  readonly model: 'logistic' | 'boosting';
  readonly permutations: number;
}

export interface EmbeddingDrift {
  /** Of a classifier that tells the sides from each other, out of fold. Null where a side has less than two rows. */
  readonly classifier: { readonly auc: number; readonly pValue: number } | null;
  /** Between the means of both sides, in the unit of the components. */
  readonly euclidean: number;
  /** One less the cosine of the angle between the means: from 0 to 2. Null where a mean is 0, which points nowhere. */
  readonly cosine: number | null;
  /** Of components that have drifted, by themselves, and which they are. */
  readonly share: number;
  readonly components: readonly number[];
  readonly discrepancy: Discrepancy | null;
}

/**
 * Components are compared as they are, as a model's vectors are of one unit.
 * @param reference, current without missing values, of at least one row and column
 */
export function embeddingDrift(
  reference: Matrix,
  current: Matrix,
  options: Pick<EmbeddingOptions, 'seed' | 'hasDrifted'> & Partial<EmbeddingOptions>,
): EmbeddingDrift {
  const { seed, hasDrifted, model = 'logistic', permutations = 199 } = options;
  const classify = model === 'logistic' ? logisticClassifier : domainClassifier;
  const classifier = classify(reference, current, { seed });
  const [own, other] = [columnMeans(reference), columnMeans(current)];
  const components = Array.from(own.keys()).filter((column) =>
    hasDrifted(paired(columnOf(reference, column).sort(), columnOf(current, column).sort())),
  );
  return {
    classifier: classifier && { auc: classifier.auc, pValue: classifier.pValue },
    euclidean: euclideanDistance(own, other),
    cosine: cosineDistance(own, other),
    share: components.length / own.length,
    components,
    discrepancy: maximumMeanDiscrepancy(reference, current, { seed, permutations }),
  };
}

export const euclideanDistance = (one: Float64Array, other: Float64Array): number =>
  Math.hypot(...one.map((value, at) => value - (other[at] ?? 0)));

/** @returns null where one of them is 0 */
export function cosineDistance(one: Float64Array, other: Float64Array): number | null {
  const [length, otherLength] = [Math.hypot(...one), Math.hypot(...other)];
  if (length === 0 || otherLength === 0) return null;
  const cosine = one.reduce((sum, value, at) => sum + (value / length) * ((other[at] ?? 0) / otherLength), 0);
  return 1 - Math.min(Math.max(cosine, -1), 1);
}
