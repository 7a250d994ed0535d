/** A feature of numbers, or of times. Pure. */
import { formatNumber } from '../../protocol/format';
import type { DriftOrder, SideFacts } from '../../protocol/drift';
import { categoryTest, numberTest } from '../catalogue';
import type { ComparedColumn } from '../columns';
import { cumulativeOf } from '../cumulative';
import type { FeatureFigures, TestFigures } from '../figures';
import { type ChosenTest, chosenTests, FEW_VALUES } from '../rules';
import { type Moments, momentsOfBoth } from '../numbers/moments';
import { nannymlChunks, nannymlThreshold } from '../presets/nannyml';
import { paired, type PairedCategories, type PairedNumbers } from '../samples';
import { sortNumbers } from '../sort';
import { thresholdOf, windowDistances } from '../windows';
import { PERMUTATIONS } from './categories';
import { missingTest } from './missing';
import { numberFacts, numberShares } from './sides';

export interface NumbersAsked {
  readonly column: ComparedColumn;
  readonly order: DriftOrder;
  /** Of each row, in the order of the table; NaN where there is none. */
  readonly reference: Float64Array;
  readonly current: Float64Array;
}

export function numbersFigures({ column, order, reference, current }: NumbersAsked): FeatureFigures {
  const [one, other] = [sideOf(reference), sideOf(current)];
  const samples = paired(one.sorted, other.sorted);
  const moments = momentsOfBoth(samples);
  const { distinct: differing } = cumulativeOf(samples);
  const isComparable = one.sorted.length > 0 && other.sorted.length > 0;
  const isTime = column.type === 'date';
  const goesOn = isTime && isComparable && (other.sorted[0] ?? 0) >= (one.sorted.at(-1) ?? 0);
  const isIdentifier = isCounter(samples);
  const distinct = samples.values.length;
  const facts = { name: column.name, type: column.type, referenceRows: one.sorted.length, distinct };
  const { tests, needs } = chosenTests({ ...facts, isIdentifier: isIdentifier || goesOn }, order);
  // NannyML takes numbers for numbers, however few there are.
  const counts = distinct <= FEW_VALUES && order.rules !== 'nannyml' ? asCategories(samples) : null;
  const figures = isComparable ? tests.flatMap((chosen) => ran(chosen, samples, counts, order)) : [];
  const calibrated = figures
    .map((test) =>
      withWindows(
        test,
        reference,
        one.sorted,
        { length: current.length, unit: Math.max(moments.reference.populationDeviation, 0.001) },
        order,
      ),
    )
    .map((test) => withChunks(test, reference, one.sorted, order));
  const effect = figures.find(({ name }) => name === 'wasserstein_normed' || name === 'jensen_shannon_base2');
  const rows = { reference: reference.length, current: current.length };
  const missing = { reference: one.missing, current: other.missing };
  return {
    column: { name: column.name, type: column.type, role: column.role },
    tests: [...calibrated, ...missingTest(rows, missing, order)],
    needs,
    effect: effect ? { name: effect.name, value: effect.statistic } : null,
    reference: factsOf(one, rows.reference, differing.reference, moments.reference),
    current: factsOf(other, rows.current, differing.current, moments.current),
    shares: numberShares(samples, isTime ? timeText : formatNumber),
    appeared: null,
    vanished: null,
    words: null,
    notes: [
      ...column.notes,
      ...(goesOn ? ['Its times come after those of the reference, as time does: it decides nothing.'] : []),
      ...(isIdentifier ? ['It counts the rows: it is taken for an identifier, and decides nothing.'] : []),
      ...infiniteNotes(one.infinite, other.infinite),
      ...(isTime ? [] : rangeNotes(one.sorted, other.sorted)),
    ],
  };
}

interface Side {
  readonly sorted: Float64Array;
  readonly missing: number;
  readonly infinite: number;
}

function sideOf(values: Float64Array): Side {
  let missing = 0;
  let infinite = 0;
  const finite = new Float64Array(values.length);
  let count = 0;
  for (const value of values) {
    if (value - value === 0)
      finite[count++] = value + 0; // -0 is 0
    else if (Number.isNaN(value)) missing++;
    else infinite++;
  }
  return { sorted: sortNumbers(finite.subarray(0, count)), missing, infinite };
}

function factsOf({ sorted, missing, infinite }: Side, rows: number, distinct: number, moments: Moments): SideFacts {
  return { rows, missing, distinct, numbers: sorted.length === 0 ? null : numberFacts(sorted, moments, infinite) };
}

const timeText = (ms: number): string => new Date(ms).toISOString().slice(0, 16).replace('T', ' ');

/** Whole numbers, each once, in hardly a wider range than there are rows. */
function isCounter({ values, reference, current, referenceCount, currentCount }: PairedNumbers): boolean {
  if (Math.min(referenceCount, currentCount) < LEAST_COUNTED || values.length < FEW_VALUES) return false;
  const ofSide = (counts: Float64Array, count: number): boolean => {
    let [low, high] = [NaN, NaN];
    for (let at = 0; at < values.length; at++) {
      const [value, times] = [values[at] ?? 0, counts[at] ?? 0];
      if (times > 1 || (times === 1 && !Number.isInteger(value))) return false;
      if (times === 0) continue;
      if (Number.isNaN(low)) low = value;
      high = value;
    }
    return high - low < count * WIDER;
  };
  return ofSide(reference, referenceCount) && ofSide(current, currentCount);
}

const LEAST_COUNTED = 50;
const WIDER = 1.2;

function asCategories({ values, reference, current, referenceCount, currentCount }: PairedNumbers): PairedCategories {
  return { values: Array.from(values, String), reference, current, referenceCount, currentCount };
}

function ran(
  { test, threshold, decidesBy }: ChosenTest,
  samples: PairedNumbers,
  counts: PairedCategories | null,
  { seed }: DriftOrder,
): TestFigures[] {
  const options = { seed, permutations: PERMUTATIONS };
  const ofCounts = counts === null ? null : categoryTest(test);
  const ofNumbers = numberTest(test);
  const result = counts && ofCounts ? ofCounts(counts, options) : ofNumbers ? ofNumbers(samples, options) : null;
  return result === null ? [] : [{ name: test, ...result, threshold, decidesBy }];
}

/** Of our own rules: what the reference does by itself from window to window is no drift. */
function withWindows(
  test: TestFigures,
  reference: Float64Array,
  sorted: Float64Array,
  { length, unit }: { readonly length: number; readonly unit: number },
  { rules, falseAlarms }: DriftOrder,
): TestFigures {
  if (rules !== 'loopwright' || test.name !== 'wasserstein_normed' || test.threshold === null) return test;
  const distances = windowDistances(reference, sorted, length);
  if (distances.length === 0) return test;
  const usual = thresholdOf(
    distances.map((one) => one / unit),
    1 - falseAlarms,
  );
  return usual === null ? test : { ...test, threshold: Math.max(test.threshold, usual) };
}

/** By NannyML's rules a threshold is made of what the reference's own chunks reach. */
function withChunks(test: TestFigures, reference: Float64Array, sorted: Float64Array, order: DriftOrder): TestFigures {
  const of = numberTest(test.name);
  if (order.rules !== 'nannyml' || test.threshold !== null || test.decidesBy !== 'statistic' || !of) return test;
  const options = { seed: order.seed, permutations: PERMUTATIONS };
  const reached = nannymlChunks(reference.length).map(({ from, to }) => {
    const own = sortNumbers(reference.slice(from, to).filter(Number.isFinite));
    return own.length === 0 ? NaN : of(paired(sorted, own), options).statistic;
  });
  return { ...test, threshold: nannymlThreshold(reached) };
}

function infiniteNotes(reference: number, current: number): string[] {
  if (reference + current === 0) return [];
  return [
    `It is infinite in ${String(reference)} rows of the reference and ${String(current)} of the current table: left out.`,
  ];
}

/** What lies far outside of where the reference's values lie. */
function rangeNotes(reference: Float64Array, current: Float64Array): string[] {
  const [low = NaN, high = NaN] = [reference[0], reference.at(-1)];
  const [least = NaN, most = NaN] = [current[0], current.at(-1)];
  const far = (high - low) * FAR;
  const notes: string[] = [];
  if (most > high + far) notes.push(`It goes up to ${formatNumber(most)}; the reference to ${formatNumber(high)}.`);
  if (least < low - far) notes.push(`It goes down to ${formatNumber(least)}; the reference to ${formatNumber(low)}.`);
  return notes;
}

/** Of the reference's range. */
const FAR = 0.5;
