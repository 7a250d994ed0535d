/** Whether a classifier can tell the current texts from those of the reference by their words. */
import { fittedLogistic, logisticScores } from '../multivariate/logistic';
import { type JudgeOptions, judged, labelsOf } from '../multivariate/outOfFold';
import { bagOfWords } from './bagOfWords';
import { sharesOf, textsOf, type Vocabulary, type WordCounts, type WordShares } from './vocabulary';

export interface TextClassifierOptions extends JudgeOptions {
  /** Above 0: the larger, the weaker the penalty of weights. */
  readonly c: number;
  /** Words that have a column at most: those of most texts. */
  readonly words: number;
}

const DEFAULTS: Omit<TextClassifierOptions, 'seed'> = { c: 1, words: 20_000, folds: 5, permutations: 0 };
/** A word of one text tells nothing of texts of other folds. */
const LEAST_TEXTS = 2;
const MOST_TELLING = 20;

export interface TellingWord extends WordShares {
  /** What it adds to the log-odds of being current each time it stands in a text. */
  readonly weight: number;
}

export interface TextClassifier {
  /** From 0 to 1, 0.5 where the texts can't be told from each other: see `OutOfFold`. Evidently sees drift above 0.55. */
  readonly auc: number;
  readonly pValue: number;
  /** Of each text of the reference and then of the current side, by the model that did not see it. */
  readonly scores: Float64Array;
  /** Words that give a text away as current, and as one of the reference: those first that part the sides' mean scores most. */
  readonly current: readonly TellingWord[];
  readonly reference: readonly TellingWord[];
  /** Distinct words that it looked at, and those of at least two texts that it left out. */
  readonly words: number;
  readonly left: number;
}

/**
 * A logistic regression of counts of words, judged out of fold.
 * @param reference, current words of each text
 * @returns null where a side has less than two texts, or no word is in two of them
 */
export function textClassifier(
  reference: readonly (readonly string[])[],
  current: readonly (readonly string[])[],
  vocabulary: Vocabulary,
  options: Partial<TextClassifierOptions> & { readonly seed: number },
): TextClassifier | null {
  const { c, words: most, folds, permutations, seed } = { ...DEFAULTS, ...options };
  const shared = vocabulary.words.filter((counts) => textsOf(counts) >= LEAST_TEXTS);
  const kept = shared.slice(0, most);
  if (kept.length === 0) return null;
  const { design } = bagOfWords(
    [...reference, ...current],
    kept.map(({ word }) => word),
  );
  const labels = labelsOf(reference.length, current.length);
  const result = judged(
    labels,
    (training, held, own) => logisticScores(fittedLogistic(design, own, training, c), design, held),
    { folds, permutations, seed },
  );
  if (!result) return null;
  const { weights } = fittedLogistic(
    design,
    labels,
    Int32Array.from(labels, (_, row) => row),
    c,
  );
  return {
    ...result,
    ...telling(kept, weights, vocabulary.texts),
    words: kept.length,
    left: shared.length - kept.length,
  };
}

function telling(
  words: readonly WordCounts[],
  weights: Float64Array,
  texts: Vocabulary['texts'],
): Pick<TextClassifier, 'current' | 'reference'> {
  const all = words.map((counts, column) => {
    const weight = weights[column] ?? 0;
    // How far the word alone moves the mean score of the current texts from that of the reference.
    const parts = weight * (counts.currentCount / texts.current - counts.referenceCount / texts.reference);
    return { ...sharesOf(counts, texts), weight, parts };
  });
  const most = (sign: 1 | -1): TellingWord[] =>
    all
      .filter(({ weight, parts }) => sign * weight > 0 && parts > 0)
      .sort((one, other) => other.parts - one.parts || (one.word < other.word ? -1 : 1))
      .slice(0, MOST_TELLING)
      .map(({ parts: _, ...word }) => word);
  return { current: most(1), reference: most(-1) };
}
