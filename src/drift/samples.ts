/** What drift tests are given: two samples of one feature, the reference and the current one. */
import type { SideName } from './table';

/**
 * Two samples of finite numbers, as their distinct values in ascending order and how often each of the samples has them: every
 * statistic of their ranks, distances and moments is one walk over that. Of samples too large to be sorted the values stand for
 * bins, and the counts are exact.
 */
export interface PairedNumbers {
  readonly values: Float64Array;
  /** How often the reference has each of the values: whole numbers, some 0. */
  readonly reference: Float64Array;
  readonly current: Float64Array;
  /** Sums of the counts. */
  readonly referenceCount: number;
  readonly currentCount: number;
  /** Either sample by itself, in ascending order. Null where there is no more than values and counts. */
  readonly sorted: SortedSamples | null;
}

export type SortedSamples = Readonly<Record<SideName, Float64Array>>;

/** Two samples of categories: how often each of the samples has which value. */
export interface PairedCategories {
  readonly values: readonly string[];
  readonly reference: Float64Array;
  readonly current: Float64Array;
  readonly referenceCount: number;
  readonly currentCount: number;
}

/** What a test says. A statistic that has no null distribution (a distance) has no p-value. */
export interface TestResult {
  readonly statistic: number;
  readonly pValue: number | null;
}

/** Neither sample may be empty. */
export type NumbersTest = (samples: PairedNumbers, options: TestOptions) => TestResult;
export type CategoriesTest = (samples: PairedCategories, options: TestOptions) => TestResult;

export interface TestOptions {
  /** From which every permutation of a test is made: the same seed, the same p-value. */
  readonly seed: number;
  readonly permutations: number;
}

/**
 * Values and counts are made where somebody asks for them: of millions of different values that takes longer than most of the tests,
 * which do with the samples.
 *
 * @param reference, current sorted in ascending order, without NaN and infinities
 */
export function paired(reference: Float64Array, current: Float64Array): PairedNumbers {
  let made: Counted | undefined;
  const counted = (): Counted => (made ??= merged(reference, current));
  return {
    get values() {
      return counted().values;
    },
    get reference() {
      return counted().reference;
    },
    get current() {
      return counted().current;
    },
    referenceCount: reference.length,
    currentCount: current.length,
    sorted: { reference, current },
  };
}

type Counted = Pick<PairedNumbers, 'values' | 'reference' | 'current'>;

function merged(reference: Float64Array, current: Float64Array): Counted {
  const most = reference.length + current.length;
  const values = new Float64Array(most);
  const ofReference = new Float64Array(most);
  const ofCurrent = new Float64Array(most);
  let one = 0;
  let other = 0;
  let at = 0;
  while (one < reference.length || other < current.length) {
    const next = one < reference.length ? (reference[one] ?? 0) : Infinity;
    const second = other < current.length ? (current[other] ?? 0) : Infinity;
    const value = next < second ? next : second;
    const begun = one;
    while (one < reference.length && reference[one] === value) one++;
    const begunOther = other;
    while (other < current.length && current[other] === value) other++;
    values[at] = value;
    ofReference[at] = one - begun;
    ofCurrent[at++] = other - begunOther;
  }
  return {
    values: values.subarray(0, at),
    reference: ofReference.subarray(0, at),
    current: ofCurrent.subarray(0, at),
  };
}
