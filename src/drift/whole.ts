/** All features looked at together, on rows from all over both tables. Pure, and slow: it is a thread's. */
import { formatNumber } from '../protocol/format';
import type { WholeTest } from '../protocol/drift';
import { domainClassifier, type DomainClassifier } from './multivariate/domainClassifier';
import { imputed, type Matrix, scalingOf, standardised } from './multivariate/matrix';
import { maximumMeanDiscrepancy } from './multivariate/maximumMeanDiscrepancy';
import { pcaReconstruction } from './multivariate/pcaReconstruction';

export interface WholeAsked {
  readonly names: readonly string[];
  readonly reference: Matrix;
  readonly current: Matrix;
  readonly seed: number;
  /** How often stable data may be called drifting. */
  readonly falseAlarms: number;
}

/** A smaller AUC does not matter, however sure it is: NannyML's upper limit. */
const LEAST_AUC = 0.65;
/** Rows of a side for the kernel, whose cost grows with their square. */
const KERNEL_ROWS = 500;
const PERMUTATIONS = 199;
const SHOWN = 5;

export function wholeTests({ names, reference, current, seed, falseAlarms }: WholeAsked): WholeTest[] {
  return [
    ...ofClassifier(domainClassifier(reference, current, { seed }), names, falseAlarms),
    ...ofReconstruction(pcaReconstruction(reference, current), names),
    ...ofKernel(reference, current, seed),
  ];
}

/** It alone decides: sure, and large enough. */
function ofClassifier(found: DomainClassifier | null, names: readonly string[], falseAlarms: number): WholeTest[] {
  if (!found) return [];
  const { auc, pValue, importances } = found;
  const drift = auc >= LEAST_AUC && pValue <= falseAlarms;
  const features = mostOf(importances, names);
  const [first] = features;
  const by = drift && first ? `, most by \`${first.value}\`` : '';
  return [
    {
      ...{ name: 'domain_classifier', statistic: auc, p_value: pValue, threshold: LEAST_AUC, drift, features },
      words: drift
        ? `a classifier tells current rows from those of the reference with an AUC of ${formatNumber(auc)}${by}`
        : `a classifier can hardly tell current rows from those of the reference (AUC ${formatNumber(auc)})`,
    },
  ];
}

function ofReconstruction(found: ReturnType<typeof pcaReconstruction>, names: readonly string[]): WholeTest[] {
  if (!found) return [];
  const { error, lower, upper, features, drift } = found;
  const range = `${formatNumber(lower)} to ${formatNumber(upper)} in parts of the reference`;
  return [
    {
      ...{ name: 'pca_reconstruction', statistic: error, p_value: null, threshold: upper, drift: false },
      features: mostOf(features, names),
      words: `the error of reconstruction by principal components is ${formatNumber(error)}, ${range}${drift ? ': features go together in another way' : ''}`,
    },
  ];
}

function ofKernel(reference: Matrix, current: Matrix, seed: number): WholeTest[] {
  const scaling = scalingOf(reference);
  const scaled = (matrix: Matrix) => standardised(imputed(matrix, scaling.means), scaling);
  const options = { seed, rows: KERNEL_ROWS, permutations: PERMUTATIONS };
  const found = maximumMeanDiscrepancy(scaled(reference), scaled(current), options);
  if (!found) return [];
  const { statistic, pValue, rows } = found;
  return [
    {
      ...{ name: 'mmd', statistic, p_value: pValue, threshold: null, drift: false, features: [] },
      words: `the maximum mean discrepancy of ${String(rows.reference)} and ${String(rows.current)} rows is ${formatNumber(statistic)} (p ${formatNumber(pValue)})`,
    },
  ];
}

function mostOf(shares: Float64Array, names: readonly string[]): WholeTest['features'] {
  return Array.from(shares, (share, at) => ({ value: names[at] ?? '', share }))
    .filter(({ share }) => share > 0)
    .sort((one, other) => other.share - one.share)
    .slice(0, SHOWN);
}
