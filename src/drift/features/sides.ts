/** What either side of a feature of numbers is, and how it is drawn. Pure; on sorted values. */
import type { FeatureShares, SideFacts } from '../../protocol/drift';

type NumberFacts = NonNullable<SideFacts['numbers']>;

/** Of the values lie between `low` and `high`: what a chart shows, and a word for the usual range. */
const TAIL = 0.005;
const BINS = 40;
/** So few different values are shown one by one. */
const FEW = 20;

/** @param sorted in ascending order, finite, not empty; @param infinite how many more are not */
export function numberFacts(sorted: Float64Array, infinite: number): NumberFacts {
  const mean = meanOf(sorted);
  let squares = 0;
  for (let at = 0; at < sorted.length; at++) squares += ((sorted[at] ?? 0) - mean) ** 2;
  return {
    ...{ min: sorted[0] ?? NaN, max: sorted.at(-1) ?? NaN, mean, median: quantile(sorted, 0.5) },
    ...{ deviation: Math.sqrt(squares / sorted.length), infinite },
    ...{ low: quantile(sorted, TAIL), high: quantile(sorted, 1 - TAIL) },
  };
}

function meanOf(values: Float64Array): number {
  // From a value in the middle, so that nothing is lost where they lie close together.
  const origin = values[values.length >> 1] ?? 0;
  let sum = 0;
  for (let at = 0; at < values.length; at++) sum += (values[at] ?? 0) - origin;
  return origin + sum / values.length;
}

/** As numpy has it by default: between two values in proportion (Hyndman & Fan 1996, type 7). */
export function quantile(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1);
  const [below, rest] = [Math.floor(place), place % 1];
  const value = sorted[below] ?? NaN;
  return rest === 0 ? value : value + rest * ((sorted[below + 1] ?? value) - value);
}

/** @param distinct values of both sides, in ascending order, with how often either has them */
export function numberShares(
  reference: Float64Array,
  current: Float64Array,
  distinct: { readonly values: Float64Array; readonly reference: Float64Array; readonly current: Float64Array },
  text: (value: number) => string,
): FeatureShares | null {
  if (reference.length + current.length === 0) return null;
  if (distinct.values.length <= FEW) {
    const shares = (counts: Float64Array, at: number, all: number) => (all === 0 ? 0 : (counts[at] ?? 0) / all);
    const values = Array.from(distinct.values, (value, at) => ({
      value: text(value),
      reference: shares(distinct.reference, at, reference.length),
      current: shares(distinct.current, at, current.length),
    }));
    return { kind: 'values', values, others: null };
  }
  const sides = [reference, current].filter((side) => side.length > 0);
  const low = Math.min(...sides.map((side) => quantile(side, TAIL)));
  const high = Math.max(...sides.map((side) => quantile(side, 1 - TAIL)));
  const edges = edgesOf(low, high);
  const [one, other] = [binned(reference, edges), binned(current, edges)];
  return {
    ...{ kind: 'numbers', edges, reference: one.shares, current: other.shares },
    outside: { reference: one.outside, current: other.outside },
  };
}

function edgesOf(low: number, high: number): number[] {
  // Of values that lie too close for doubles between them there is one bin.
  const width = (high - low) / BINS;
  if (!(low + width > low)) return [low, high > low ? high : low + Math.max(Math.abs(low) * 1e-9, 1e-9)];
  return Array.from({ length: BINS + 1 }, (_, at) => (at === BINS ? high : low + width * at));
}

function binned(sorted: Float64Array, edges: readonly number[]): { shares: number[]; outside: number } {
  const [low = 0, high = 0] = [edges[0], edges.at(-1)];
  const places = edges.slice(1, -1).map((edge) => firstFrom(sorted, edge));
  const ends = [0, ...places, sorted.length];
  const all = Math.max(sorted.length, 1);
  return {
    shares: ends.slice(1).map((end, at) => (end - (ends[at] ?? 0)) / all),
    outside: (firstFrom(sorted, low) + sorted.length - firstBeyond(sorted, high)) / all,
  };
}

/** The place of the first value that is as large. */
export function firstFrom(sorted: Float64Array, least: number): number {
  let [from, to] = [0, sorted.length];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if ((sorted[middle] ?? 0) < least) from = middle + 1;
    else to = middle;
  }
  return from;
}

function firstBeyond(sorted: Float64Array, most: number): number {
  let [from, to] = [0, sorted.length];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if ((sorted[middle] ?? 0) <= most) from = middle + 1;
    else to = middle;
  }
  return from;
}
