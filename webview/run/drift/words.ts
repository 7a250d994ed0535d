/** What the page says of drift. Pure. */
import { formatNumber } from '../../../src/protocol/format';
import { type DriftFeature, type DriftSettings, type FoundTest } from '../../../src/protocol/drift';

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

/** Settings that were changed, in a few words each. */
export function changeWords({
  false_alarms: alarms,
  least_effect: effect,
  share,
  ignore = [],
  tests = {},
}: DriftSettings): string {
  const features = Object.keys(tests).filter(
    (name) => name !== '*' && (tests[name] !== null || tests['*'] === undefined),
  );
  return [
    ...(alarms === undefined ? [] : [`false alarms ${formatNumber(alarms)}`]),
    ...(effect === undefined ? [] : [`least effect ${formatNumber(effect)}`]),
    ...(share === undefined ? [] : [`share of features ${formatNumber(share)}`]),
    ...(tests['*'] ? ['tests of all features'] : []),
    ...(features.length > 0 ? [`tests of ${listedNames(features)}`] : []),
    ...(ignore.length > 0 ? [`without ${listedNames(ignore)}`] : []),
  ].join('; ');
}

const LISTED = 5;
export const listedNames = (names: readonly string[]): string =>
  names.length > LISTED
    ? `${names.slice(0, LISTED).join(', ')} and ${String(names.length - LISTED)} more`
    : names.join(', ');
