/** All features judged together. Pure. */
import type { DriftFeature, DriftOrder, DriftReport, FoundTest, LeftColumn, WholeTest } from '../protocol/drift';
import { CONFIG_FILE } from '../protocol/config/file';
import { adjusted } from '../protocol/driftAdjusted';
import { byWeight, driftSentence, hasMoved, isReached, wholeVerdict } from '../protocol/driftJudging';
import { settingsOf } from '../protocol/driftSettings';
import type { FeatureFigures, TestFigures } from './figures';
import type { Table } from './table';
import { featureWords } from './words';

export interface Found {
  readonly tables: readonly [Table, Table];
  readonly figures: readonly FeatureFigures[];
  readonly left: readonly LeftColumn[];
  readonly whole: readonly WholeTest[];
  readonly notes: readonly string[];
  readonly seconds: number;
}

export function reportOf(order: DriftOrder, { tables, figures, left, whole, notes, seconds }: Found): DriftReport {
  const adjustedOf = adjustedTests(figures);
  // A model that takes none of them takes others, which are made of them.
  const takesSome = figures.some(({ column }) => order.taken?.includes(column.name));
  const taken = takesSome ? order.taken : undefined;
  const features = byWeight(figures.map((one): DriftFeature => featureOf(one, adjustedOf, { ...order, taken })));
  const [reference, current] = tables;
  return {
    ...wholeVerdict(features, whole, order.rules, order.share),
    sentence: driftSentence({ features, whole: [...whole] }),
    rows: { reference: reference.rows, current: current.rows },
    ...{ reference: order.reference, current: order.current, rules: order.rules },
    false_alarms: order.rules === 'loopwright' ? order.falseAlarms : null,
    ...{ settings: settingsOf(order), from_file: order.fromFile },
    ...{ features, left: [...left], whole: [...whole] },
    notes: [...tables.flatMap((table) => table.notes), ...notes, ...fileNotes(order.fromFile)],
    seconds,
  };
}

const fileNotes = (names: readonly string[]): string[] =>
  names.length === 0 ? [] : [`As ${CONFIG_FILE} says: ${names.join(', ')}.`];

/** Over those of all features that are judged so. */
function adjustedTests(figures: readonly FeatureFigures[]): ReadonlyMap<TestFigures, number | null> {
  const tests = figures.flatMap((one) => one.tests.filter(({ decidesBy }) => decidesBy === 'adjusted_p_value'));
  const values = adjusted(tests.map(({ pValue }) => pValue));
  return new Map(tests.map((test, at) => [test, values[at] ?? null]));
}

function featureOf(
  { column, tests, needs, words, ...figures }: FeatureFigures,
  adjustedOf: ReadonlyMap<TestFigures, number | null>,
  { importances, taken, reference, current }: Pick<DriftOrder, 'importances' | 'taken' | 'reference' | 'current'>,
): DriftFeature {
  // What was true of a request comes later than the request, if it comes.
  const isLate = column.role === 'label' && (reference.log ?? current.log) !== undefined;
  const found = tests
    .filter(({ name }) => !isLate || name !== 'missing')
    .map((test) => judged(test, adjustedOf.get(test) ?? null));
  const isIdle = column.role === 'feature' && taken !== undefined && !taken.includes(column.name);
  return {
    ...{ name: column.name, type: column.type, role: column.role, drift: hasMoved(found, needs), tests: found, needs },
    importance: importances[column.name] ?? null,
    words: words ?? featureWords({ column, ...figures }),
    ...figures,
    notes: isIdle ? [...figures.notes, 'The model does not take it.'] : [...figures.notes],
  };
}

/** Whether it is reached is said by the figures as they are: an infinite distance is far, and no number in JSON. */
function judged({ name, statistic, pValue, threshold, decidesBy }: TestFigures, own: number | null): FoundTest {
  const by = { threshold, decides_by: decidesBy };
  return {
    ...{ name, ...by, drift: isReached({ ...by, statistic, p_value: pValue, adjusted_p_value: own }) },
    ...{ statistic: finite(statistic), p_value: finite(pValue), adjusted_p_value: finite(own) },
  };
}

const finite = (value: number | null): number | null => (value !== null && Number.isFinite(value) ? value : null);
