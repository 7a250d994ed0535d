/**
 * Logistic regression with an L2 penalty, by Newton's method whose steps are found by conjugate gradients (Nocedal and Wright,
 * Numerical Optimization, algorithm 7.1). Its loss is scikit-learn's: half the squared length of the weights, and `c` times the
 * sum of the rows' log losses. The intercept has no penalty.
 */

/** Rows of numbers that can be multiplied with a vector from either side. */
export interface Design {
  readonly columns: number;
  /** A row's product with the weights. */
  dot(row: number, weights: Float64Array): number;
  /** Adds so many times the row to the sums. */
  add(row: number, times: number, sums: Float64Array): void;
}

export interface Logistic {
  readonly weights: Float64Array;
  readonly intercept: number;
}

const MOST_STEPS = 50;
const MOST_CONJUGATE = 200;
/** The gradient is that much smaller than it was at the start. */
const TOLERANCE = 1e-4;
/** Of the decrease that the gradient promises, how much a step must keep (Armijo). */
const LEAST_DECREASE = 1e-4;

/** @param rows those to train on. @param labels of all rows: 0 or 1. @param c above 0: the larger, the weaker the penalty */
export function fittedLogistic(design: Design, labels: Uint8Array, rows: Int32Array, c: number): Logistic {
  const size = design.columns + 1;
  // The intercept stands last.
  let at = new Float64Array(size);
  let scores = scoresOf(design, at, rows);
  let loss = lossOf(at, scores, labels, rows, c);
  let first = 0;
  for (let step = 0; step < MOST_STEPS; step++) {
    const { gradient, curvature } = slopes(design, at, scores, labels, rows, c);
    const length = Math.sqrt(product(gradient, gradient));
    if (step === 0) first = length;
    if (length <= TOLERANCE * first || length === 0) break;
    const direction = newtonStep(design, gradient, curvature, rows, Math.min(0.5, Math.sqrt(length / first)) * length);
    const promised = product(direction, gradient);
    let found = false;
    for (let scale = 1; scale > 1e-10; scale /= 2) {
      const next = at.map((value, place) => value + scale * (direction[place] ?? 0));
      const nextScores = scoresOf(design, next, rows);
      const nextLoss = lossOf(next, nextScores, labels, rows, c);
      if (nextLoss > loss + LEAST_DECREASE * scale * promised) continue;
      found = nextLoss < loss;
      [at, scores, loss] = [next, nextScores, nextLoss];
      break;
    }
    // Nothing better lies there: rounding is all that is left.
    if (!found) break;
  }
  return { weights: at.slice(0, size - 1), intercept: at[size - 1] ?? 0 };
}

/** Log-odds of label 1. */
export function logisticScores({ weights, intercept }: Logistic, design: Design, rows: Int32Array): Float64Array {
  return Float64Array.from(rows, (row) => design.dot(row, weights) + intercept);
}

function scoresOf(design: Design, at: Float64Array, rows: Int32Array): Float64Array {
  return logisticScores({ weights: at.subarray(0, -1), intercept: at[at.length - 1] ?? 0 }, design, rows);
}

function lossOf(at: Float64Array, scores: Float64Array, labels: Uint8Array, rows: Int32Array, c: number): number {
  const weights = at.subarray(0, -1);
  let sum = 0;
  for (let place = 0; place < rows.length; place++) {
    const score = scores[place] ?? 0;
    const margin = labels[rows[place] ?? 0] === 1 ? score : -score;
    // Written so that neither large nor small margins overflow.
    sum += margin > 0 ? Math.log1p(Math.exp(-margin)) : Math.log1p(Math.exp(margin)) - margin;
  }
  return product(weights, weights) / 2 + c * sum;
}

/** The gradient, and of each row how much its probability bends, times c. */
function slopes(
  design: Design,
  at: Float64Array,
  scores: Float64Array,
  labels: Uint8Array,
  rows: Int32Array,
  c: number,
): { gradient: Float64Array; curvature: Float64Array } {
  const gradient = Float64Array.from(at);
  const last = gradient.length - 1;
  const weights = gradient.subarray(0, last);
  const curvature = new Float64Array(rows.length);
  let sum = 0;
  for (let place = 0; place < rows.length; place++) {
    const row = rows[place] ?? 0;
    const probability = 1 / (1 + Math.exp(-(scores[place] ?? 0)));
    const difference = c * (probability - (labels[row] ?? 0));
    curvature[place] = c * probability * (1 - probability);
    design.add(row, difference, weights);
    sum += difference;
  }
  gradient[last] = sum;
  return { gradient, curvature };
}

/** Conjugate gradients until what is left is no longer than that. */
function newtonStep(
  design: Design,
  gradient: Float64Array,
  curvature: Float64Array,
  rows: Int32Array,
  enough: number,
): Float64Array {
  const size = gradient.length;
  const step = new Float64Array(size);
  const left = gradient.map((value) => -value);
  const direction = Float64Array.from(left);
  let squared = product(left, left);
  for (let round = 0; round < MOST_CONJUGATE && Math.sqrt(squared) > enough; round++) {
    const bent = timesHessian(design, direction, curvature, rows);
    const bend = product(direction, bent);
    // Flat along it: as far as rounding knows.
    if (bend <= 0) break;
    const length = squared / bend;
    for (let place = 0; place < size; place++) {
      step[place] = (step[place] ?? 0) + length * (direction[place] ?? 0);
      left[place] = (left[place] ?? 0) - length * (bent[place] ?? 0);
    }
    const next = product(left, left);
    for (let place = 0; place < size; place++)
      direction[place] = (left[place] ?? 0) + (next / squared) * (direction[place] ?? 0);
    squared = next;
  }
  return step;
}

function timesHessian(
  design: Design,
  direction: Float64Array,
  curvature: Float64Array,
  rows: Int32Array,
): Float64Array {
  const last = direction.length - 1;
  const result = Float64Array.from(direction);
  const [weights, sums] = [direction.subarray(0, last), result.subarray(0, last)];
  const intercept = direction[last] ?? 0;
  let sum = 0;
  for (let place = 0; place < rows.length; place++) {
    const row = rows[place] ?? 0;
    const times = (curvature[place] ?? 0) * (design.dot(row, weights) + intercept);
    design.add(row, times, sums);
    sum += times;
  }
  result[last] = sum;
  return result;
}

function product(one: Float64Array, other: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < one.length; at++) sum += (one[at] ?? 0) * (other[at] ?? 0);
  return sum;
}
