/** The methods of NannyML 0.13 by its own names, for columns of numbers and of categories. Pure. */
import type { DriftTestName } from '../../protocol/drift';
import { hellingerDoane, jensenShannonDoane } from '../binning/tests';
import { chiSquaredYates } from '../categories/chiSquared';
import type { PairedCounts } from '../categories/counts';
import { hellinger, jensenShannonBase2, lInfinity } from '../categories/distances';
import { kolmogorovSmirnov } from '../numbers/kolmogorovSmirnov';
import { wasserstein } from '../numbers/wasserstein';
import type { NumbersTest, TestResult } from '../samples';
import { estimatedKolmogorovSmirnov, estimatedWasserstein } from './nannymlEstimates';

interface Method<Test> {
  readonly name: DriftTestName;
  readonly test: Test;
  /** What it can reach at most, where NannyML lets no threshold be above. */
  readonly most: number;
  /** Null: by the threshold of the chunks. Else it drifts where its p-value is below. */
  readonly pValue: number | null;
}

export type NumbersMethod = 'jensen_shannon' | 'hellinger' | 'kolmogorov_smirnov' | 'wasserstein';
export type CategoriesMethod = 'jensen_shannon' | 'hellinger' | 'l_infinity' | 'chi2';

/** From so many rows of the reference on, these two are estimates. */
const MANY_ROWS = 10_000;

const exactOr =
  (exact: NumbersTest, estimate: NumbersTest): NumbersTest =>
  (samples, options) =>
    samples.referenceCount < MANY_ROWS ? exact(samples, options) : estimate(samples, options);

const byChunks = { most: Infinity, pValue: null };

export const NANNYML_NUMBERS: Readonly<Record<NumbersMethod, Method<NumbersTest>>> = {
  jensen_shannon: { name: 'jensen_shannon_base2', test: jensenShannonDoane, ...byChunks },
  hellinger: { name: 'hellinger', test: hellingerDoane, ...byChunks },
  kolmogorov_smirnov: {
    ...{ name: 'ks', most: 1, pValue: null },
    test: exactOr(kolmogorovSmirnov, estimatedKolmogorovSmirnov),
  },
  wasserstein: { name: 'wasserstein', test: exactOr(wasserstein, estimatedWasserstein), ...byChunks },
};

export const NANNYML_CATEGORIES: Readonly<Record<CategoriesMethod, Method<(counts: PairedCounts) => TestResult>>> = {
  jensen_shannon: { name: 'jensen_shannon_base2', test: jensenShannonBase2, ...byChunks },
  hellinger: { name: 'hellinger', test: hellinger, ...byChunks },
  l_infinity: { name: 'l_infinity', test: lInfinity, ...byChunks },
  chi2: { name: 'chi_squared', test: chiSquaredYates, most: Infinity, pValue: 0.05 },
};
