/** What the page says of drift. Pure. */
import { formatNumber } from '../../../src/protocol/format';
import { type DriftFeature, type DriftTestName, type FoundTest } from '../../../src/protocol/drift';

/** What people call the tests. */
export const TEST_NAMES: Readonly<Record<DriftTestName, string>> = {
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

export const edgeWords = (value: number, type: DriftFeature['type']): string =>
  type === 'date' ? new Date(value).toISOString().slice(0, 16).replace('T', ' ') : formatNumber(value);

/** Places of the shares that differ most; none of those that hardly differ. */
export function mostMoved(
  reference: readonly number[],
  current: readonly number[],
  count: number,
): ReadonlySet<number> {
  const steps = current.map((share, at) => ({ at, step: Math.abs(share - (reference[at] ?? 0)) }));
  return new Set(
    steps
      .filter(({ step }) => step >= 0.02)
      .sort((one, other) => other.step - one.step)
      .slice(0, count)
      .map(({ at }) => at),
  );
}

export const figureWords = (value: number | null): string => (value === null ? '–' : formatNumber(value));

/** What a test's threshold is held against: `at most 0.05`, `at least 0.1`. */
export function thresholdWords({ decides_by: by, threshold }: FoundTest): string {
  if (by === null || threshold === null) return 'shown only';
  if (by === 'statistic') return `at least ${formatNumber(threshold)}`;
  return by === 'p_value' ? `p at most ${formatNumber(threshold)}` : `adjusted p at most ${formatNumber(threshold)}`;
}

export function pWords({ p_value: p, adjusted_p_value: adjusted }: FoundTest): string {
  if (p === null) return '–';
  const own = p === 0 ? '0' : formatNumber(p);
  return adjusted === null || adjusted === p ? own : `${own} (adjusted ${formatNumber(adjusted)})`;
}
