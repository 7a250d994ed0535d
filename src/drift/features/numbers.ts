/** A feature of numbers, or of times. Pure. */
/** A feature of numbers, or of times. Pure. */
import { formatNumber } from '../../protocol/format';
import type { DriftOrder, SideFacts } from '../../protocol/drift';
import { categoryTest, numberTest } from '../catalogue';
import { jensenShannonBase2 } from '../categories/distances';
import type { ComparedColumn } from '../columns';
import type { FeatureFigures, TestFigures } from '../figures';
import { apartOf } from '../numbers/apart';
import { momentsOfBoth } from '../numbers/moments';
import { normedUnit } from '../numbers/wasserstein';
import { nannymlChunks, nannymlThreshold } from '../presets/nannyml';
import { rangeOf } from '../ranks';
import { type ChosenTest, chosenTests, FEW_VALUES, isWished } from '../rules';
import { paired, type PairedCategories, type PairedNumbers } from '../samples';
import { finiteSorted } from '../sort';
import type { SideName } from '../table';
import { thresholdOf, windowDistances, windowShare, windowsIn, windowsOf } from '../windows';
import { PERMUTATIONS } from './categories';
import { missingTest } from './missing';
import { numberFacts, numberShares } from './sides';

export interface NumbersAsked {
  readonly column: ComparedColumn;
  readonly order: DriftOrder;
  /** That are compared with it: see `windowShare`. */
  readonly features: number;
  /** Of each row, in the order of the table; NaN where there is none. They are sorted in place. */
  readonly reference: Float64Array;
  readonly current: Float64Array;
}

export function numbersFigures({ column, order, features, reference, current }: NumbersAsked): FeatureFigures {
  const rows = { reference: reference.length, current: current.length };
  const inOrder = isOrderAskedFor(order, rows) ? { values: reference.slice(), step: 1 } : null;
  const [one, other] = [finiteSorted(reference), finiteSorted(current)];
  return figuresOfNumbers(column, order, {
    samples: paired(one.sorted, other.sorted),
    rows,
    missing: { reference: one.missing, current: other.missing },
    infinite: { reference: one.infinite, current: other.infinite },
    isCounter: isCounter(one.sorted, one.sorted.length) && isCounter(other.sorted, other.sorted.length),
    ...{ inOrder, features, notes: [] },
  });
}

export type BySide<Value> = Readonly<Record<SideName, Value>>;

/** What is known of two columns of numbers, however it was read. */
export interface SampledNumbers {
  /** Of what is finite. */
  readonly samples: PairedNumbers;
  readonly rows: BySide<number>;
  readonly missing: BySide<number>;
  readonly infinite: BySide<number>;
  /** Whether it counts the rows of both. */
  readonly isCounter: boolean;
  /** Every so many rows of the reference in the order of its table, NaN where there is none. Null where nobody asks for it. */
  readonly inOrder: { readonly values: Float64Array; readonly step: number } | null;
  readonly features: number;
  readonly notes: readonly string[];
}

/** Whether thresholds are made of what parts of the reference do by themselves. */
export const isOrderAskedFor = (order: DriftOrder, rows: BySide<number>): boolean =>
  order.rules === 'nannyml' || (order.rules === 'loopwright' && windowsIn(rows.reference, rows.current) !== null);

export function figuresOfNumbers(column: ComparedColumn, order: DriftOrder, known: SampledNumbers): FeatureFigures {
  const { samples, rows, missing, infinite } = known;
  const moments = momentsOfBoth(samples);
  const { distinct } = apartOf(samples);
  const [one, other] = [rangeOf(samples, 'reference'), rangeOf(samples, 'current')];
  const isComparable = samples.referenceCount > 0 && samples.currentCount > 0;
  const isTime = column.type === 'date';
  const goesOn = isTime && isComparable && other[0] >= one[1];
  const isIdentifier = known.isCounter;
  const facts = {
    name: column.name,
    type: column.type,
    referenceRows: samples.referenceCount,
    distinct: distinct.both,
  };
  const { tests, needs } = chosenTests({ ...facts, isIdentifier: isIdentifier || goesOn }, order);
  // NannyML takes numbers for numbers, however few there are.
  const counts = distinct.both <= FEW_VALUES && order.rules !== 'nannyml' ? asCategories(samples) : null;
  const figures = isComparable ? tests.flatMap((chosen) => ran(chosen, samples, counts, order)) : [];
  const usual = isWished(order, column.name) ? figures : figures.map((test) => withWindows(test, known, order));
  const calibrated = usual.map((test) => withChunks(test, known, order));
  const effect = figures.find(({ name }) => name === 'wasserstein_normed' || name === 'jensen_shannon_base2');
  const factsOf = (side: SideName): SideFacts => ({
    ...{ rows: rows[side], missing: missing[side], distinct: distinct[side] },
    numbers: samples[`${side}Count`] === 0 ? null : numberFacts(samples, side, moments[side], infinite[side]),
  });
  return {
    column: { name: column.name, type: column.type, role: column.role },
    tests: [...calibrated, ...missingTest(rows, missing, order)],
    needs,
    effect: effect ? { name: effect.name, value: effect.statistic } : null,
    ...{ reference: factsOf('reference'), current: factsOf('current') },
    shares: numberShares(samples, isTime ? timeText : formatNumber),
    appeared: null,
    vanished: null,
    words: null,
    notes: [
      ...column.notes,
      ...known.notes,
      ...(goesOn ? ['Its times come after those of the reference, as time does: it decides nothing.'] : []),
      ...(isIdentifier ? ['It counts the rows: it is taken for an identifier, and decides nothing.'] : []),
      ...infiniteNotes(infinite.reference, infinite.current),
      ...(isTime ? [] : rangeNotes(one, other)),
    ],
  };
}

const timeText = (ms: number): string => new Date(ms).toISOString().slice(0, 16).replace('T', ' ');

/**
 * Whole numbers, each once, in hardly a wider range than there are rows.
 *
 * @param sorted some of the rows, or all
 */
export function isCounter(sorted: Float64Array, rows: number): boolean {
  if (sorted.length < LEAST_COUNTED || (sorted.at(-1) ?? 0) - (sorted[0] ?? 0) >= rows * WIDER) return false;
  let last = NaN;
  for (const value of sorted) {
    if (value === last || !Number.isInteger(value)) return false;
    last = value;
  }
  return true;
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
  { samples, inOrder, rows, features }: SampledNumbers,
  { rules, falseAlarms }: DriftOrder,
): TestFigures {
  const isOurs = test.name === 'wasserstein_normed' || test.name === 'jensen_shannon_base2';
  if (rules !== 'loopwright' || !isOurs || test.threshold === null || !inOrder) return test;
  const windows = windowsIn(inOrder.values.length, Math.round(rows.current / inOrder.step));
  if (!windows) return test;
  const reached =
    test.name === 'wasserstein_normed'
      ? windowDistances(inOrder.values, samples, windows).map((one) => one / normedUnit(samples))
      : windowsOf(inOrder.values, windows).flatMap((window) => shareDistance(samples, window));
  const usual = thresholdOf(reached, windowShare(falseAlarms, features));
  return usual === null ? test : { ...test, threshold: Math.max(test.threshold, usual) };
}

/** Of numbers that are compared as categories are. */
function shareDistance({ values, reference, referenceCount }: PairedNumbers, window: Float64Array): number[] {
  const places = new Map(Array.from(values, (value, at) => [value, at]));
  const current = new Float64Array(values.length);
  for (const value of window) {
    const at = places.get(value);
    if (at !== undefined) current[at] = (current[at] ?? 0) + 1;
  }
  const currentCount = current.reduce((sum, count) => sum + count, 0);
  return currentCount === 0 ? [] : [jensenShannonBase2({ reference, current, referenceCount, currentCount }).statistic];
}

/** By NannyML's rules a threshold is made of what the reference's own chunks reach. */
function withChunks(test: TestFigures, { samples, inOrder }: SampledNumbers, order: DriftOrder): TestFigures {
  const of = numberTest(test.name);
  const isByChunks = order.rules === 'nannyml' && test.threshold === null && test.decidesBy === 'statistic';
  if (!isByChunks || !of || !inOrder) return test;
  const options = { seed: order.seed, permutations: PERMUTATIONS };
  const own = samples.sorted?.reference ?? finiteSorted(inOrder.values.slice()).sorted;
  const reached = nannymlChunks(inOrder.values.length).map(({ from, to }) => {
    const chunk = finiteSorted(inOrder.values.slice(from, to)).sorted;
    return chunk.length === 0 ? NaN : of(paired(own, chunk), options).statistic;
  });
  return { ...test, threshold: nannymlThreshold(reached) };
}

function infiniteNotes(reference: number, current: number): string[] {
  if (reference + current === 0) return [];
  return [
    `It is infinite in ${String(reference)} rows of the reference and ${String(current)} of the current table: left out.`,
  ];
}

type Range = readonly [number, number];

/** What lies far outside of where the reference's values lie. */
function rangeNotes([low, high]: Range, [least, most]: Range): string[] {
  const far = (high - low) * FAR;
  const notes: string[] = [];
  if (most > high + far) notes.push(`It goes up to ${formatNumber(most)}; the reference to ${formatNumber(high)}.`);
  if (least < low - far) notes.push(`It goes down to ${formatNumber(least)}; the reference to ${formatNumber(low)}.`);
  return notes;
}

/** Of the reference's range. */
const FAR = 0.5;
