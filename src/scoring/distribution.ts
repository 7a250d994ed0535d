/** How predictions are distributed, beside those of other data. Pure. */
import type { ScoreDistribution } from '../protocol/score';

export type Said = number | string | null;

const BINS = 20;
/** Of the values lie beyond the edges on each side: a single one far away would leave all others in one bin. */
const TAIL = 0.005;
const MAX_VALUES = 12;

/** @param isNumber of what the model says of a column, whatever it is written as */
export function distributionOf(
  column: string,
  isNumber: boolean,
  scored: readonly Said[],
  training: readonly Said[] | null,
): ScoreDistribution | null {
  return isNumber
    ? ofNumbers(column, numbersIn(scored), training && numbersIn(training))
    : ofClasses(column, scored, training);
}

const numbersIn = (values: readonly Said[]): number[] =>
  values.flatMap((value) => {
    const number = value === null || value === '' ? NaN : Number(value);
    return Number.isFinite(number) ? [number] : [];
  });

function ofNumbers(column: string, scored: number[], training: number[] | null): ScoreDistribution | null {
  if (scored.length === 0) return null;
  const [own, other] = [
    scored.toSorted(ascending),
    training && training.length > 0 ? training.toSorted(ascending) : null,
  ];
  const sides = other ? [own, other] : [own];
  let low = Math.min(...sides.map((values) => quantile(values, TAIL)));
  let high = Math.max(...sides.map((values) => quantile(values, 1 - TAIL)));
  if (low === high) [low, high] = [low - 0.5, high + 0.5];
  const edges = Array.from({ length: BINS + 1 }, (_, at) => low + ((high - low) * at) / BINS);
  const shares = (values: readonly number[]): number[] => {
    const counts = new Array<number>(BINS).fill(0);
    for (const value of values) {
      const bin = Math.min(Math.max(Math.floor(((value - low) / (high - low)) * BINS), 0), BINS - 1);
      counts[bin] = (counts[bin] ?? 0) + 1;
    }
    return counts.map((count) => count / values.length);
  };
  return {
    ...{ kind: 'numbers', column, edges, scored: shares(own), training: other && shares(other) },
    median: { scored: quantile(own, 0.5), training: other && quantile(other, 0.5) },
  };
}

function ofClasses(
  column: string,
  scored: readonly Said[],
  training: readonly Said[] | null,
): ScoreDistribution | null {
  if (scored.length === 0) return null;
  const [own, other] = [sharesOf(scored), training && training.length > 0 ? sharesOf(training) : null];
  const most = [...new Set([...own.keys(), ...(other?.keys() ?? [])])].toSorted(
    (one, two) =>
      (own.get(two) ?? 0) + (other?.get(two) ?? 0) - (own.get(one) ?? 0) - (other?.get(one) ?? 0) || compare(one, two),
  );
  const values = most.slice(0, MAX_VALUES).map((value) => ({
    ...{ value: value.slice(0, 100), scored: own.get(value) ?? 0 },
    training: other && (other.get(value) ?? 0),
  }));
  const rest = most.slice(MAX_VALUES);
  const sum = (shares: ReadonlyMap<string, number>) =>
    Math.min(
      rest.reduce((all, value) => all + (shares.get(value) ?? 0), 0),
      1,
    );
  return {
    ...{ kind: 'classes', column, values },
    others: rest.length === 0 ? null : { scored: sum(own), training: other && sum(other) },
  };
}

function sharesOf(values: readonly Said[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(String(value ?? ''), (counts.get(String(value ?? '')) ?? 0) + 1);
  return new Map([...counts].map(([value, count]) => [value, count / values.length]));
}

const ascending = (one: number, other: number): number => one - other;
const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);

/** Of sorted values; the lower of two where it lies between. */
function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(Math.floor(share * sorted.length), sorted.length - 1)] ?? NaN;
}
