/** From what the runs have to what the page shows of it: the best, the order, the axes. Pure. */
import { type ComparedRow } from '../../src/protocol/compared';
import { fromWireNumber, type RunRow, type WireNumber } from '../../src/protocol/entities';
import { type Goal, goalOf } from '../../src/protocol/goal';
import { type PlotAxis, type PlotRun } from '../plots/scale';
import { type CompareState, type Sort } from './state';

/** What all runs have, key by key, as far as it is plotted. */
export interface Known {
  readonly params: readonly ComparedRow[];
  readonly metrics: readonly ComparedRow[];
}

/** A metric's value in `ComparedRow` is never a text but the name of what is no number. */
export const metricValue = (value: ComparedRow['values'][number] | undefined): number | null =>
  value === null || value === undefined ? null : fromWireNumber(value as WireNumber);

/** Metrics that at least two runs have. */
export const sharedMetrics = ({ metrics }: Known): readonly ComparedRow[] =>
  metrics.filter(({ values }) => values.filter((value) => value !== null).length >= 2);

/** Of those, the ones that have a curve: some run has more than one point of them. */
export const sharedCurves = (known: Known): readonly ComparedRow[] =>
  sharedMetrics(known).filter(({ points }) => points !== 1);

/** By which metric the best is marked if the user says nothing: the one that most of the runs have as their headline. */
export function likelyMetric(runs: readonly RunRow[], known: Known): string | null {
  const shared = new Set(sharedMetrics(known).map(({ key }) => key));
  const counts = new Map<string, number>();
  for (const { headline } of runs)
    if (headline && shared.has(headline.key)) counts.set(headline.key, (counts.get(headline.key) ?? 0) + 1);
  const [most] = [...counts].sort(([, a], [, b]) => b - a);
  return most?.[0] ?? [...shared].find((key) => goalOf(key) !== null) ?? null;
}

export interface Best {
  readonly key: string;
  readonly goal: Goal;
  readonly runId: string | null;
}

export function bestOfRuns(
  runs: readonly RunRow[],
  known: Known,
  { bestBy, goal: chosen }: Pick<CompareState, 'bestBy' | 'goal'>,
): Best | null {
  const isThere = known.metrics.some(({ key }) => key === bestBy);
  const key = isThere ? bestBy : likelyMetric(runs, known);
  if (key === null) return null;
  const goal = chosen ?? goalOf(key) ?? 'max';
  return { key, goal, runId: runs[bestIndex(valuesOf(known.metrics, key), goal)]?.runId ?? null };
}

/** @returns where the best finite value is, the first of several equal ones; -1 where there is none */
export function bestIndex(values: readonly ComparedRow['values'][number][], goal: Goal): number {
  let best = -1;
  let least = Number.POSITIVE_INFINITY;
  for (const [index, value] of values.entries()) {
    const number = metricValue(value);
    if (number === null || !Number.isFinite(number)) continue;
    const cost = goal === 'min' ? number : -number;
    if (cost < least) {
      least = cost;
      best = index;
    }
  }
  return best;
}

export const valuesOf = (rows: readonly ComparedRow[], key: string): ComparedRow['values'] =>
  rows.find((row) => row.key === key)?.values ?? [];

/** Positions of the runs in the order that is asked for. */
export function orderOf(runs: readonly RunRow[], sort: Sort, best: Best | null, known: Known): readonly number[] {
  const order = runs.map((_, index) => index);
  if (sort === 'name')
    return order.sort((a, b) => (runs[a]?.name ?? '').localeCompare(runs[b]?.name ?? '', undefined, { numeric: true }));
  if (sort === 'start') return order.sort((a, b) => (runs[b]?.timing.startMs ?? 0) - (runs[a]?.timing.startMs ?? 0));
  if (sort === 'best' && best) {
    const values = valuesOf(known.metrics, best.key);
    const cost = (index: number) => {
      const number = metricValue(values[index]);
      if (number === null || !Number.isFinite(number)) return Number.POSITIVE_INFINITY;
      return best.goal === 'min' ? number : -number;
    };
    return order.sort((a, b) => (cost(a) === cost(b) ? a - b : cost(a) - cost(b)));
  }
  return order;
}

const axisOf = (kind: PlotAxis['kind'], { key }: ComparedRow): PlotAxis => ({ id: `${kind} ${key}`, kind, key });

/** Everything that runs can be placed by: first that in which they differ. */
export function axesOf({ params, metrics }: Known): readonly PlotAxis[] {
  const differing = (rows: readonly ComparedRow[]) => [
    ...rows.filter(({ differs }) => differs),
    ...rows.filter(({ differs }) => !differs),
  ];
  return [
    ...differing(params).map((row) => axisOf('param', row)),
    ...differing(metrics).map((row) => axisOf('metric', row)),
  ];
}

const FIRST_PARAMS = 5;
const FIRST_METRICS = 3;

/** What most of the runs have comes first: the parameters of a model that only one of them is would fill the plot. */
function commonFirst(rows: readonly ComparedRow[]): readonly ComparedRow[] {
  const count = ({ values }: ComparedRow) => values.filter((value) => value !== null).length;
  return [...rows].sort((left, right) => count(right) - count(left));
}

/** What differs, the metric of the best last. */
export function firstAxes({ params, metrics }: Known, best: Best | null): readonly string[] {
  const differing = commonFirst(metrics.filter(({ differs, key }) => differs && key !== best?.key));
  const shown = [
    ...commonFirst(params.filter(({ differs }) => differs))
      .slice(0, FIRST_PARAMS)
      .map((row) => axisOf('param', row).id),
    ...differing.slice(0, best ? FIRST_METRICS - 1 : FIRST_METRICS).map((row) => axisOf('metric', row).id),
    ...(best ? [`metric ${best.key}`] : []),
  ];
  return shown;
}

export function plotRuns(
  runs: readonly RunRow[],
  known: Known,
  axes: readonly PlotAxis[],
  slotOf: (runId: string) => number,
): readonly PlotRun[] {
  const columns = axes.map(({ kind, key }) => valuesOf(kind === 'param' ? known.params : known.metrics, key));
  return runs.map(({ runId, name }, index) => ({
    id: runId,
    name,
    slot: slotOf(runId),
    values: columns.map((values) => values[index] ?? null),
  }));
}
