/** Judging a classifier by rows that it was not trained on: what a classifier two-sample test stands on (Lopez-Paz and Oquab 2017). */
import { type Random, randomFrom } from '../random';
import { normalTail } from '../special/tails';
import { shuffled } from './matrix';
import { byClass, rankSum } from './rocCurve';

/** @returns a score of each of the held rows: the higher, the more it looks like a row of label 1 */
export type Learner = (training: Int32Array, held: Int32Array, labels: Uint8Array) => Float64Array;

export interface OutOfFold {
  /**
   * How often, of a row of each class, that of label 1 has the higher score; only pairs of the same fold count, as scores of two
   * models can't be compared. 0.5 where the classes can't be told from each other.
   */
  readonly auc: number;
  /** See `pValueOf`, and `permutedPValue`. */
  readonly pValue: number;
  /** Of each row, by the model that did not see it. */
  readonly scores: Float64Array;
}

export interface Folds {
  /** Of each row. */
  readonly fold: Uint8Array;
  readonly count: number;
}

/** Rows of label 0 come first. */
export function labelsOf(reference: number, current: number): Uint8Array {
  return new Uint8Array(reference + current).fill(1, reference);
}

/**
 * Each class is dealt out evenly, in an order of chance. There are fewer folds than asked for where a class has fewer rows.
 * @returns null where a class has less than two rows
 */
export function stratifiedFolds(labels: Uint8Array, count: number, random: Random): Folds | null {
  const rows = [rowsWith(labels, (label) => label === 0), rowsWith(labels, (label) => label === 1)];
  const folds = Math.min(count, ...rows.map(({ length }) => length));
  if (folds < 2) return null;
  const fold = new Uint8Array(labels.length);
  for (const own of rows)
    for (const [at, place] of shuffled(own.length, random).entries()) fold[own[place] ?? 0] = at % folds;
  return { fold, count: folds };
}

export function outOfFold(labels: Uint8Array, { fold, count }: Folds, learn: Learner): OutOfFold {
  const scores = new Float64Array(labels.length);
  let [u, pairs, variance] = [0, 0, 0];
  for (let at = 0; at < count; at++) {
    const [training, held] = [rowsWith(fold, (other) => other !== at), rowsWith(fold, (other) => other === at)];
    const own = learn(training, held, labels);
    for (const [place, row] of held.entries()) scores[row] = own[place] ?? 0;
    const sum = rankSum(
      ...byClass(
        own,
        Uint8Array.from(held, (row) => labels[row] ?? 0),
      ),
    );
    u += sum.u;
    pairs += sum.pairs;
    variance += sum.variance;
  }
  return { auc: u / pairs, pValue: pValueOf(u, pairs, variance, count), scores };
}

/**
 * How likely a U that large or larger would be if both classes were drawn from the same distribution: one-sided, by the normal
 * approximation with a continuity correction, of the sums over folds (van Elteren 1960). Within a fold it is the Mann-Whitney
 * test, as its rows are independent of its model. Folds are not independent of each other, as their models share most of their rows:
 * the AUC's deviation from 0.5 is about 1.3 times as large as if they were, and a level of 0.05 would be one of 0.1. The
 * variance has the correction for that of Nadeau and Bengio (2003), which is a little too large: a level of 0.05 is one of about
 * 0.03. `permutedPValue` keeps the level.
 */
function pValueOf(u: number, pairs: number, variance: number, folds: number): number {
  if (variance === 0) return 1;
  const corrected = variance * (1 + folds / (folds - 1));
  return normalTail((u - pairs / 2 - 0.5) / Math.sqrt(corrected));
}

/**
 * The share of permutations of the labels whose AUC is as large, that of the rows among them: exact whatever the model and however
 * few the rows, and as many times as slow. Each is folded anew.
 */
export function permutedPValue(
  auc: number,
  labels: Uint8Array,
  learn: Learner,
  { folds, permutations, random }: { readonly folds: number; readonly permutations: number; readonly random: Random },
): number {
  let hits = 1;
  for (let round = 0; round < permutations; round++) {
    const order = shuffled(labels.length, random);
    const permuted = labels.map((_, row) => labels[order[row] ?? 0] ?? 0);
    const dealt = stratifiedFolds(permuted, folds, random);
    if (dealt && outOfFold(permuted, dealt, learn).auc >= auc) hits++;
  }
  return hits / (permutations + 1);
}

export interface JudgeOptions {
  readonly seed: number;
  readonly folds: number;
  /** 0: the p-value is by the normal approximation. */
  readonly permutations: number;
}

/** @returns null where a class has less than two rows */
export function judged(labels: Uint8Array, learn: Learner, options: JudgeOptions): OutOfFold | null {
  const random = randomFrom(options.seed);
  const folds = stratifiedFolds(labels, options.folds, random);
  if (!folds) return null;
  const result = outOfFold(labels, folds, learn);
  if (options.permutations === 0) return result;
  return { ...result, pValue: permutedPValue(result.auc, labels, learn, { ...options, random }) };
}

function rowsWith(values: Uint8Array, wanted: (value: number) => boolean): Int32Array {
  const rows = new Int32Array(values.length);
  let at = 0;
  for (const [row, value] of values.entries()) if (wanted(value)) rows[at++] = row;
  return rows.slice(0, at);
}
