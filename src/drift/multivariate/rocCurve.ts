/** How well scores tell one class from the other: the area under the ROC curve by ranks (Mann and Whitney 1947; Hanley and McNeil 1982). */

export interface RankSum {
  /** Pairs in which the positive one has the higher score; those of equal scores are halves. */
  readonly u: number;
  readonly pairs: number;
  /** Of u, where scores say nothing: with the correction for ties. */
  readonly variance: number;
}

/** Mann and Whitney's U of the positive scores. */
export function rankSum(positive: Float64Array, negative: Float64Array): RankSum {
  const [above, below] = [positive.toSorted(), negative.toSorted()];
  const [n, m] = [above.length, below.length];
  let [one, other, u, ties] = [0, 0, 0, 0];
  while (one < n || other < m) {
    const score = Math.min(above[one] ?? Infinity, below[other] ?? Infinity);
    const [first, second] = [one, other];
    while (one < n && above[one] === score) one++;
    while (other < m && below[other] === score) other++;
    u += (one - first) * (second + (other - second) / 2);
    const tied = one - first + other - second;
    ties += tied ** 3 - tied;
  }
  const all = n + m;
  return { u, pairs: n * m, variance: all < 2 ? 0 : ((n * m) / 12) * (all + 1 - ties / (all * (all - 1))) };
}

/** From 0 to 1; 0.5 where scores say nothing, and where there is but one class. @param labels 1 for the positive class, else 0 */
export function areaUnderCurve(scores: Float64Array, labels: Uint8Array): number {
  const { u, pairs } = rankSum(...byClass(scores, labels));
  return pairs === 0 ? 0.5 : u / pairs;
}

/** Scores of the positive class, and those of the other. */
export const byClass = (scores: Float64Array, labels: Uint8Array): [Float64Array, Float64Array] => [
  scores.filter((_, row) => labels[row] === 1),
  scores.filter((_, row) => labels[row] !== 1),
];
