/** Whether a classifier can tell rows of the current data from those of the reference (Lopez-Paz and Oquab 2017). */
import { binned, MOST_BINS } from './bins';
import { BOOSTING, type BoostingOptions, boostingScores, fittedBoosting } from './boosting';
import { type Matrix, stacked } from './matrix';
import { type JudgeOptions, judged, labelsOf } from './outOfFold';

export interface DomainClassifierOptions extends JudgeOptions {
  readonly boosting: Partial<BoostingOptions>;
  /** At most 255 for each feature; there are fewer where features are very many. */
  readonly bins: number;
}

/** A result of `judged`: see there, and at `OutOfFold`. */
export interface DomainClassifier {
  /** From 0 to 1: 0.5 where sides can't be told from each other. NannyML alerts outside 0.45 to 0.65. */
  readonly auc: number;
  /** One-sided: how likely an AUC that large would be of equal sides. */
  readonly pValue: number;
  /**
   * By column: its share of how far the mean scores of the sides lie apart, of rows that the models did not see; 0 for one that
   * parts them the wrong way. All 0 where nothing parts them.
   */
  readonly importances: Float64Array;
  /** Log-odds of being current, of each row of the reference and then of the current side, by the model that did not see it. */
  readonly scores: Float64Array;
}

export const FOLDS = 5;
/** Bins of all features together: sums of them are held for each leaf. */
const MOST_CELLS = 100_000;
const LEAST_BINS = 16;

/**
 * Trees, boosted, that are judged out of fold. Bins are made once of all rows: they know nothing of the sides. What rows have no
 * value of is a value, too: what is missing more often gives the current side away.
 *
 * Where the AUC says nothing importances say nothing either: they are shares of what chance has made.
 *
 * @returns null where a side has less than two rows, or there is no column
 */
export function domainClassifier(
  reference: Matrix,
  current: Matrix,
  options: Partial<DomainClassifierOptions> & { readonly seed: number },
): DomainClassifier | null {
  const { bins = MOST_BINS, folds = FOLDS, permutations = 0, seed } = options;
  if (reference.columns === 0) return null;
  const most = Math.max(Math.min(bins, Math.floor(MOST_CELLS / reference.columns)), Math.min(bins, LEAST_BINS));
  const all = binned(stacked(reference, current), Math.min(most, MOST_BINS));
  const boosting = { ...BOOSTING, ...options.boosting };
  const sums = new Float64Array(reference.columns);
  const labels = labelsOf(reference.rows, current.rows);
  const result = judged(
    labels,
    (training, held, own) => {
      const model = fittedBoosting(all, own, training, boosting);
      const { scores, parts } = boostingScores(model, all, own, held);
      // Permuted labels are not those of the sides.
      if (own === labels) addTo(sums, parts);
      return scores;
    },
    { seed, folds, permutations },
  );
  if (!result) return null;
  return { ...result, importances: positiveShares(sums) };
}

export function addTo(sums: Float64Array, parts: Float64Array): void {
  for (let at = 0; at < sums.length; at++) sums[at] = (sums[at] ?? 0) + (parts[at] ?? 0);
}

/** Of those above 0, each as a share of all of them; 0 for the others. */
export function positiveShares(amounts: Float64Array): Float64Array {
  const all = amounts.reduce((sum, amount) => sum + Math.max(amount, 0), 0);
  return amounts.map((amount) => (all === 0 ? 0 : Math.max(amount, 0) / all));
}
