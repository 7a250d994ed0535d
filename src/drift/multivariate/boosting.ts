/**
 * Trees boosted by the gradient of the logistic loss (Friedman 2001), with splits between bins of values: the model behind
 * LightGBM (Ke et al. 2017) and scikit-learn's HistGradientBoostingClassifier, whose names and defaults its options have.
 */
import type { Binned } from './bins';
import { Ground, grownTree, type Tree, type TreeOptions, treeValue } from './tree';

export interface BoostingOptions extends TreeOptions {
  readonly trees: number;
  /** From above 0 to 1. */
  readonly learningRate: number;
}

export const BOOSTING: BoostingOptions = { trees: 60, learningRate: 0.1, leaves: 16, leastRows: 20, l2: 0 };

export interface Boosting {
  readonly trees: readonly Tree[];
  readonly learningRate: number;
  /** Log-odds of label 1 among the rows trained on. */
  readonly initial: number;
}

/** @param rows those to train on. @param labels of all rows: 0 or 1, both of them among the rows */
export function fittedBoosting(
  binned: Binned,
  labels: Uint8Array,
  rows: Int32Array,
  options: BoostingOptions,
): Boosting {
  const { trees: most, learningRate } = options;
  let positives = 0;
  for (const row of rows) positives += labels[row] ?? 0;
  const initial = Math.log(positives / (rows.length - positives));
  const raw = new Float64Array(binned.rows).fill(initial);
  const [gradients, hessians] = [new Float64Array(binned.rows), new Float64Array(binned.rows)];
  const ground = new Ground(binned, rows);
  const trees: Tree[] = [];
  for (let round = 0; round < most; round++) {
    for (const row of rows) {
      const probability = 1 / (1 + Math.exp(-(raw[row] ?? 0)));
      gradients[row] = probability - (labels[row] ?? 0);
      hessians[row] = probability * (1 - probability);
    }
    const tree = grownTree(ground, gradients, hessians, options, (own, value) => {
      for (const row of own) raw[row] = (raw[row] ?? 0) + learningRate * value;
    });
    // Without a split it says the same of all rows, and so would all after it.
    if (tree.feature[0] === -1) break;
    trees.push(tree);
  }
  return { trees, learningRate, initial };
}

export interface Scored {
  /** Log-odds of label 1, of each of the rows. */
  readonly scores: Float64Array;
  /** By column: how far its splits part the mean score of rows of label 1 from that of label 0 (Saabas 2014, summed by label). */
  readonly parts: Float64Array;
}

export function boostingScores(
  { trees, learningRate, initial }: Boosting,
  binned: Binned,
  labels: Uint8Array,
  rows: Int32Array,
): Scored {
  const scores = new Float64Array(rows.length).fill(initial);
  const parts = new Float64Array(binned.columns);
  const positives = rows.reduce((sum, row) => sum + (labels[row] ?? 0), 0);
  let weight = 0;
  const changed = (feature: number, by: number) => {
    parts[feature] = (parts[feature] ?? 0) + by * weight;
  };
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at] ?? 0;
    weight = learningRate / (labels[row] === 1 ? positives : positives - rows.length);
    for (const tree of trees) scores[at] = (scores[at] ?? 0) + learningRate * treeValue(tree, binned, row, changed);
  }
  return { scores, parts };
}
