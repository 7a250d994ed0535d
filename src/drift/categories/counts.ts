/** What tests of shares are given: how often each of two samples has which value, or lies in which bin. */
import type { PairedCategories } from '../samples';

/** As `PairedCategories`, whatever it is that is counted. Counts are whole numbers, some 0; neither sample is empty. */
export type PairedCounts = Pick<PairedCategories, 'reference' | 'current' | 'referenceCount' | 'currentCount'>;

/** @param reference, current of the same length */
export function pairedCounts(reference: ArrayLike<number>, current: ArrayLike<number>): PairedCounts {
  const [one, other] = [Float64Array.from(reference), Float64Array.from(current)];
  const [referenceCount, currentCount] = [sum(one), sum(other)];
  return { reference: one, current: other, referenceCount, currentCount };
}

/** Of each value, how much of the sample it is: from 0 to 1. */
export function sharesOf({ reference, current, referenceCount, currentCount }: PairedCounts): SharePair {
  return {
    reference: reference.map((count) => count / referenceCount),
    current: current.map((count) => count / currentCount),
  };
}

export interface SharePair {
  readonly reference: Float64Array;
  readonly current: Float64Array;
}

/** How many values either of the samples has. */
export function valuesPresent({ reference, current }: PairedCounts): number {
  let present = 0;
  for (let at = 0; at < reference.length; at++) if ((reference[at] ?? 0) + (current[at] ?? 0) > 0) present++;
  return present;
}

function sum(counts: Float64Array): number {
  let all = 0;
  for (const count of counts) all += count;
  return all;
}
