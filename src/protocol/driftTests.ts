/** What has to be known of a test of drift by whoever reads its figures. Pure. */
import { DRIFT_TESTS, type DriftTestName, type FeatureType } from './drift';

/** What people call the tests. */
export const TEST_TITLES: Readonly<Record<DriftTestName, string>> = {
  ks: 'Kolmogorov-Smirnov',
  wasserstein: 'Wasserstein distance',
  wasserstein_normed: 'Wasserstein distance, in standard deviations',
  cramer_von_mises: 'Cramér-von Mises',
  anderson_darling: 'Anderson-Darling',
  kuiper: 'Kuiper',
  energy: 'Energy distance',
  mann_whitney: 'Mann-Whitney',
  welch_t: 'Welch’s t',
  psi: 'PSI',
  psi_evidently: 'PSI, Evidently’s bins',
  jensen_shannon: 'Jensen-Shannon distance (natural logarithm)',
  jensen_shannon_base2: 'Jensen-Shannon distance (base 2)',
  hellinger: 'Hellinger distance',
  kullback_leibler: 'Kullback-Leibler divergence',
  total_variation: 'Total variation',
  chi_squared: 'Chi-squared',
  chi_squared_fit: 'Chi-squared, goodness of fit',
  g_test: 'G',
  two_proportions: 'Two proportions, z',
  l_infinity: 'Largest difference of shares',
  text_domain_classifier: 'Classifier of texts, AUC',
  embedding_domain_classifier: 'Classifier of vectors, AUC',
  embedding_euclidean: 'Distance of mean vectors',
  embedding_cosine: 'Cosine distance of mean vectors',
  embedding_share: 'Share of components that moved',
  embedding_mmd: 'Maximum mean discrepancy',
  missing: 'Share that is missing',
};

/** Tests that say how probable such samples are where nothing has moved: their threshold is one of p-values. */
const BY_P_VALUE: ReadonlySet<DriftTestName> = new Set<DriftTestName>([
  ...(['ks', 'cramer_von_mises', 'anderson_darling', 'kuiper', 'mann_whitney', 'welch_t', 'total_variation'] as const),
  ...(['chi_squared', 'chi_squared_fit', 'g_test', 'two_proportions'] as const),
]);
export const isByPValue = (test: DriftTestName): boolean => BY_P_VALUE.has(test);

/** Where somebody wishes a test and says no threshold. */
const USUAL_P = 0.05;
const USUAL_DISTANCE = 0.1;
export const usualThreshold = (test: DriftTestName): number => (isByPValue(test) ? USUAL_P : USUAL_DISTANCE);

/** Of the counts of values, which numbers have, too. */
const OF_COUNTS: readonly DriftTestName[] = [
  ...(['psi', 'psi_evidently', 'jensen_shannon_base2', 'jensen_shannon', 'hellinger', 'kullback_leibler'] as const),
  ...(['total_variation', 'l_infinity', 'chi_squared', 'chi_squared_fit', 'g_test', 'two_proportions'] as const),
];
const OF_NUMBERS: readonly DriftTestName[] = [
  ...(['ks', 'cramer_von_mises', 'anderson_darling', 'kuiper', 'mann_whitney', 'welch_t'] as const),
  ...(['wasserstein_normed', 'wasserstein', 'energy'] as const),
];

/** Tests that somebody can wish at all: the others come by themselves. */
export const WISHABLE: readonly DriftTestName[] = DRIFT_TESTS.filter(
  (test) => test !== 'missing' && !test.startsWith('embedding'),
);

/** Tests that a feature of this type can be given in place of those of the rules. */
export function testsFor(type: FeatureType): readonly DriftTestName[] {
  switch (type) {
    case 'number':
    case 'date':
      return [...OF_NUMBERS, ...OF_COUNTS];
    case 'category':
    case 'boolean':
      return OF_COUNTS;
    case 'text':
      return ['text_domain_classifier'];
    case 'embedding':
      return [];
  }
}
