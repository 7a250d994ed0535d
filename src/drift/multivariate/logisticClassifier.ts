/** A domain classifier that is linear: for vectors of many components, where trees see too little at a time. */
import { type Design, fittedLogistic, logisticScores } from './logistic';
import {
  columnMeans,
  imputed,
  type Matrix,
  scalingOf,
  selectedRows,
  stacked,
  standardised,
  varyingColumns,
} from './matrix';
import { addTo, type DomainClassifier, FOLDS, positiveShares } from './domainClassifier';
import { type JudgeOptions, judged, labelsOf } from './outOfFold';

export interface LogisticClassifierOptions extends JudgeOptions {
  /** Above 0: the larger, the weaker the penalty of weights. */
  readonly c: number;
}

/**
 * As `domainClassifier`, but a logistic regression of columns that were standardised by all rows, with their means in place of
 * missing values. A column's part of the scores is its weight times its value.
 * @returns null where a side has less than two rows, or no column varies
 */
export function logisticClassifier(
  reference: Matrix,
  current: Matrix,
  options: Partial<LogisticClassifierOptions> & { readonly seed: number },
): DomainClassifier | null {
  const { c = 1, folds = FOLDS, permutations = 0, seed } = options;
  const raw = stacked(reference, current);
  const all = imputed(raw, scalingOf(raw).means);
  const scaling = scalingOf(all);
  const kept = varyingColumns(scaling);
  if (kept.length === 0) return null;
  const values = standardised(all, scaling);
  const design = denseDesign(values);
  const sums = new Float64Array(kept.length);
  const labels = labelsOf(reference.rows, current.rows);
  const result = judged(
    labels,
    (training, held, own) => {
      const model = fittedLogistic(design, own, training, c);
      if (own === labels) addTo(sums, partsOf(model.weights, values, labels, held));
      return logisticScores(model, design, held);
    },
    { folds, permutations, seed },
  );
  if (!result) return null;
  const importances = new Float64Array(raw.columns);
  for (const [at, share] of positiveShares(sums).entries()) importances[kept[at] ?? 0] = share;
  return { ...result, importances };
}

/** By column, how far it parts the mean scores of the sides. */
function partsOf(weights: Float64Array, values: Matrix, labels: Uint8Array, held: Int32Array): Float64Array {
  const [own, other] = [0, 1].map((label) =>
    columnMeans(
      selectedRows(
        values,
        held.filter((row) => labels[row] === label),
      ),
    ),
  );
  return weights.map((weight, column) => weight * ((other?.[column] ?? 0) - (own?.[column] ?? 0)));
}

function denseDesign({ columns, data }: Matrix): Design {
  return {
    columns,
    dot(row, weights) {
      const place = row * columns;
      let sum = 0;
      for (let column = 0; column < columns; column++) sum += (data[place + column] ?? 0) * (weights[column] ?? 0);
      return sum;
    },
    add(row, times, sums) {
      const place = row * columns;
      for (let column = 0; column < columns; column++)
        sums[column] = (sums[column] ?? 0) + times * (data[place + column] ?? 0);
    },
  };
}
