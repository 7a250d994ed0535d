/** The rules of NannyML 0.13: a distance for each column, and a threshold made of what the reference's own chunks reach. Pure. */
import type { DriftTestName, FeatureType } from '../../protocol/drift';
import { type PairedCounts, pairedCounts } from '../categories/counts';
import { paired, type PairedNumbers, type TestOptions, type TestResult } from '../samples';
import { sortNumbers } from '../sort';
import { type CategoriesMethod, NANNYML_CATEGORIES, NANNYML_NUMBERS, type NumbersMethod } from './nannymlMethods';
import { judged, type Verdict } from './verdict';

/** By how many standard deviations a chunk may be off the mean. */
const DEVIATIONS = 3;
const CHUNKS = 10;

export interface NannymlRule {
  readonly test: DriftTestName;
  readonly decidesBy: 'statistic';
  /** Null: that of `nannymlThreshold`, above which it is drift. */
  readonly threshold: null;
}

/** One test, or none: NannyML passes over times. Texts are categories for it, and numbers are numbers however few there are. */
export function nannymlTests({ type }: { readonly type: FeatureType }): readonly NannymlRule[] {
  switch (type) {
    case 'number':
    case 'category':
    case 'boolean':
    case 'text':
      return [{ test: 'jensen_shannon_base2', decidesBy: 'statistic', threshold: null }];
    case 'date':
    case 'embedding':
      return [];
  }
}

export interface Chunk {
  readonly from: number;
  /** The row after its last. */
  readonly to: number;
}

/**
 * Where the chunks of a reference begin and end, by its rows: ten of one size, and what is left over as one more.
 *
 * @returns none where there are fewer rows than chunks
 */
export function nannymlChunks(rows: number, count = CHUNKS): Chunk[] {
  const size = Math.floor(rows / count);
  if (size === 0) return [];
  return Array.from({ length: Math.ceil(rows / size) }, (_, at) => ({
    from: at * size,
    to: Math.min((at + 1) * size, rows),
  }));
}

/**
 * The mean of what the chunks reach and three of their (population) standard deviations.
 *
 * @param figures NaN for a chunk without values
 * @param most what the threshold is at most
 * @returns NaN where no chunk has a value: nothing is above it
 */
export function nannymlThreshold(figures: readonly number[], most = Infinity): number {
  const known = figures.filter((figure) => !Number.isNaN(figure));
  const mean = known.reduce((sum, figure) => sum + figure, 0) / known.length;
  const variance = known.reduce((sum, figure) => sum + (figure - mean) ** 2, 0) / known.length;
  return Math.min(mean + DEVIATIONS * Math.sqrt(variance), most);
}

/**
 * @param reference, current numbers in any order, without NaN and infinities; at least one each
 * @param chunks the same of rows of the reference: see `nannymlChunks`
 */
export function nannymlNumbers(
  reference: Float64Array,
  current: Float64Array,
  chunks: readonly Float64Array[],
  options: TestOptions,
  method: NumbersMethod = 'jensen_shannon',
): Verdict {
  const { name, test, most } = NANNYML_NUMBERS[method];
  const sorted = sortNumbers(reference.slice());
  const against = (chunk: Float64Array): PairedNumbers => paired(sorted, sortNumbers(chunk.slice()));
  const figures = chunks.map((chunk) => (chunk.length === 0 ? NaN : test(against(chunk), options).statistic));
  return byThreshold(name, test(against(current), options), nannymlThreshold(figures, most));
}

/**
 * @param counts how often the reference and the current table have each value
 * @param chunks the same of chunks of the reference, in the same order of values
 */
export function nannymlCategories(
  counts: PairedCounts,
  chunks: readonly ArrayLike<number>[],
  method: CategoriesMethod = 'jensen_shannon',
): Verdict {
  const { name, test, most, pValue } = NANNYML_CATEGORIES[method];
  const result = test(counts);
  if (pValue !== null) return judged({ test: name, decidesBy: 'p_value', isDrift: 'below', threshold: pValue }, result);
  const figures = chunks.map((chunk) => {
    const pair = pairedCounts(counts.reference, chunk);
    return pair.currentCount === 0 ? NaN : test(pair).statistic;
  });
  return byThreshold(name, result, nannymlThreshold(figures, most));
}

const byThreshold = (test: DriftTestName, result: TestResult, threshold: number): Verdict =>
  judged({ test, decidesBy: 'statistic', isDrift: 'above', threshold }, result);
