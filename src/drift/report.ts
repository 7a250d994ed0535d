/** All features judged together. Pure. */
import type { DriftFeature, DriftOrder, DriftReport, FoundTest, LeftColumn, WholeTest } from '../protocol/drift';
import { adjusted } from './adjusted';
import type { FeatureFigures, TestFigures } from './figures';
import type { Table } from './table';
import { featureWords, sentenceOf } from './words';

export interface Found {
  readonly tables: readonly [Table, Table];
  readonly figures: readonly FeatureFigures[];
  readonly left: readonly LeftColumn[];
  readonly whole: readonly WholeTest[];
  readonly notes: readonly string[];
  readonly seconds: number;
}

/** Of all features that many must drift for a table to, by Evidently's rule. */
const EVIDENTLY_SHARE = 0.5;

export function reportOf(order: DriftOrder, { tables, figures, left, whole, notes, seconds }: Found): DriftReport {
  const adjustedOf = adjustedTests(figures);
  const features = figures
    .map((one): DriftFeature => featureOf(one, adjustedOf, order.importances))
    .sort((one, other) => weight(other) - weight(one) || compare(one.name, other.name));
  const drifting = features.filter(({ drift }) => drift).length;
  const share = features.length === 0 ? 0 : drifting / features.length;
  const least = order.share ?? (order.rules === 'evidently' ? EVIDENTLY_SHARE : 0);
  const [reference, current] = tables;
  const isWholeDrifting = order.rules === 'loopwright' && order.share === null && whole.some((one) => one.drift);
  return {
    drift: (drifting > 0 && share >= least) || isWholeDrifting,
    share,
    sentence: sentenceOf({ features, whole: [...whole] }),
    rows: { reference: reference.rows, current: current.rows },
    ...{ reference: order.reference, current: order.current, rules: order.rules },
    false_alarms: order.rules === 'loopwright' ? order.falseAlarms : null,
    ...{ features, left: [...left], whole: [...whole] },
    notes: [...tables.flatMap((table) => table.notes), ...notes],
    seconds,
  };
}

/** What has moved, by how far and how much the model makes of it, comes first. */
function weight({ drift, effect, importance }: DriftFeature): number {
  const size = Math.min(effect?.value ?? 0, 1e6);
  return (drift ? 1e9 : 0) + size * (importance ?? 1);
}

const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);

/** Over those of all features that are judged so. */
function adjustedTests(figures: readonly FeatureFigures[]): ReadonlyMap<TestFigures, number | null> {
  const tests = figures.flatMap((one) => one.tests.filter(({ decidesBy }) => decidesBy === 'adjusted_p_value'));
  const values = adjusted(tests.map(({ pValue }) => pValue));
  return new Map(tests.map((test, at) => [test, values[at] ?? null]));
}

function featureOf(
  { column, tests, needs, words, ...figures }: FeatureFigures,
  adjustedOf: ReadonlyMap<TestFigures, number | null>,
  importances: DriftOrder['importances'],
): DriftFeature {
  const found = tests.map((test) => judged(test, adjustedOf.get(test) ?? null));
  const deciding = found.filter(({ decides_by: by, name }) => by !== null && name !== 'missing');
  const isMoved =
    needs === 'all' ? deciding.length > 0 && deciding.every((one) => one.drift) : deciding.some((one) => one.drift);
  const drift = isMoved || found.some((one) => one.name === 'missing' && one.drift);
  return {
    ...{ name: column.name, type: column.type, role: column.role, drift, tests: found },
    importance: importances[column.name] ?? null,
    words: words ?? featureWords({ column, ...figures }),
    ...figures,
    notes: [...figures.notes],
  };
}

/** Of a p-value less is more; of a distance more. A statistic at its threshold drifts, as it does elsewhere; so does a p-value. */
function judged({ name, statistic, pValue, threshold, decidesBy }: TestFigures, own: number | null): FoundTest {
  const value = decidesBy === 'p_value' ? pValue : decidesBy === 'adjusted_p_value' ? own : statistic;
  const reaches =
    decidesBy === 'statistic' ? (value ?? NaN) >= (threshold ?? NaN) : (value ?? NaN) <= (threshold ?? NaN);
  return {
    ...{ name, statistic: finite(statistic), p_value: finite(pValue), threshold, drift: reaches && decidesBy !== null },
    ...{ decides_by: decidesBy, adjusted_p_value: finite(own) },
  };
}

const finite = (value: number | null): number | null => (value !== null && Number.isFinite(value) ? value : null);
