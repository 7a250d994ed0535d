/** From figures to verdicts: of a test, of a feature, of all of them. The job judges so, and the page when a threshold is changed. */
import type { DriftFeature, DriftReport, DriftTestName, FoundTest } from './drift';

/** Of a p-value less is more; of a distance more. A statistic at its threshold drifts, as it does elsewhere; so does a p-value. */
export function isReached(test: Omit<FoundTest, 'name' | 'drift'>): boolean {
  const { decides_by: by, threshold } = test;
  if (by === null || threshold === null) return false;
  const value = test[by];
  if (value === null) return false;
  return by === 'statistic' ? value >= threshold : value <= threshold;
}

/** Tests that decide, but for that of what is missing, which is enough by itself. */
const decidesWithOthers = ({ decides_by: by, name }: { decides_by: FoundTest['decides_by']; name: DriftTestName }) =>
  by !== null && name !== 'missing';

export function hasMoved(tests: readonly FoundTest[], needs: DriftFeature['needs']): boolean {
  const deciding = tests.filter(decidesWithOthers);
  const isMoved =
    needs === 'all' ? deciding.length > 0 && deciding.every(({ drift }) => drift) : deciding.some(({ drift }) => drift);
  return isMoved || tests.some(({ name, drift }) => name === 'missing' && drift);
}

/** What has moved, by how far and how much the model makes of it, comes first. */
export function byWeight(features: readonly DriftFeature[]): DriftFeature[] {
  // What nothing is known of is not what the model makes most of.
  const unknown = features.some(({ importance }) => importance !== null) ? 0 : 1;
  const known = ({ importance }: DriftFeature): number => importance ?? unknown;
  const weight = (one: DriftFeature): number => (one.drift ? 1e9 : 0) + sizeOf(one) * known(one);
  return features.toSorted(
    (one, other) =>
      weight(other) - weight(one) ||
      known(other) - known(one) ||
      sizeOf(other) - sizeOf(one) ||
      (one.name < other.name ? -1 : one.name > other.name ? 1 : 0),
  );
}

const sizeOf = ({ effect }: DriftFeature): number => Math.min(effect?.value ?? 0, 1e6);

/** Of all features that many must drift for a table to, by Evidently's rule. */
const EVIDENTLY_SHARE = 0.5;

export function wholeVerdict(
  features: readonly { readonly drift: boolean }[],
  whole: readonly { readonly drift: boolean }[],
  rules: DriftReport['rules'],
  wished: number | null,
): Pick<DriftReport, 'drift' | 'share'> {
  const drifting = features.filter(({ drift }) => drift).length;
  const share = features.length === 0 ? 0 : drifting / features.length;
  const least = wished ?? (rules === 'evidently' ? EVIDENTLY_SHARE : 0);
  const isWholeDrifting = rules === 'loopwright' && wished === null && whole.some((one) => one.drift);
  return { drift: (drifting > 0 && share >= least) || isWholeDrifting, share };
}

/** The one sentence on top. @param features those that matter most first */
export function driftSentence({ features, whole }: Pick<DriftReport, 'features' | 'whole'>): string {
  const moved = features.filter(({ drift }) => drift);
  const [most] = moved;
  if (features.length === 0) return 'Nothing could be compared.';
  if (!most) {
    const together = whole.find(({ drift }) => drift);
    const none =
      features.length === 1 ? 'The only feature did not move' : `None of ${String(features.length)} features moved`;
    return together ? `${none} by itself, but together they did: ${together.words}.` : `${none}.`;
  }
  const count = `${String(moved.length)} of ${String(features.length)} features moved`;
  return moved.length === 1
    ? `${count}: \`${most.name}\`, ${most.words}.`
    : `${count}; \`${most.name}\` most: ${most.words}.`;
}
