/**
 * Axes along which whole runs are placed: by a parameter or by the last value of a metric. Numbers stand between 0 and
 * 1; what has no place among them (nothing, NaN, an infinity, no logarithm) stands outside, at `LOW` or `HIGH`. Pure.
 */
import { formatNumber } from '../../src/protocol/format';
import { linearTicks, logTicks, niceLogRange, niceRange, type Range } from '../charts/ticks';

/** A parameter's text, a metric's last value, or nothing. */
export type PlotValue = string | number | null;

export interface PlotAxis {
  /** `param lr`: a metric may have the name of a parameter. */
  readonly id: string;
  readonly kind: 'param' | 'metric';
  readonly key: string;
}

/** One run with a value for each axis. */
export interface PlotRun {
  readonly id: string;
  readonly name: string;
  /** Its colour, see `ColourBook`; null where runs are too many to have one each. */
  readonly slot: number | null;
  readonly values: readonly PlotValue[];
}

export const AXIS_TYPES = ['linear', 'log', 'category'] as const;
export type AxisType = (typeof AXIS_TYPES)[number];

export const LOW = -0.12;
export const HIGH = 1.12;
/** More would not be read, and their names would cover each other. */
const MAX_CATEGORY_TICKS = 12;
const TICKS = 5;

export interface PlotTick {
  readonly at: number;
  readonly label: string;
}

export interface Scale {
  readonly type: AxisType;
  /** What else it could be. */
  readonly types: readonly AxisType[];
  readonly place: (value: PlotValue) => number;
  readonly ticks: readonly PlotTick[];
  /** What stands at 0 and at 1, which need not be ticks. */
  readonly ends: readonly [string, string];
  /** What stands below, in words: `none, NaN`; empty where nothing does. */
  readonly low: string;
  readonly high: string;
}

const NUMBER = /^[+-]?(\d[\d_]*\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const INFINITE = /^([+-]?)inf(inity)?$/i;

/** The number that a parameter's text is; null where it is none. */
export function numberOf(value: PlotValue): number | null {
  if (value === null || typeof value === 'number') return value;
  const text = value.trim();
  if (NUMBER.test(text)) return Number(text.replaceAll('_', ''));
  const infinite = INFINITE.exec(text);
  if (infinite) return infinite[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return /^nan$/i.test(text) ? Number.NaN : null;
}

/** @param wanted by the user; taken if the values allow it */
export function scaleOf(values: readonly PlotValue[], wanted?: AxisType, isNice = false): Scale {
  const known = values.filter((value) => value !== null);
  const numbers = known.map(numberOf);
  const areNumbers = known.length > 0 && numbers.every((number) => number !== null);
  const finite = numbers.filter((number): number is number => number !== null && Number.isFinite(number));
  const hasLog = finite.some((number) => number > 0);
  const types: AxisType[] = areNumbers ? (hasLog ? [...AXIS_TYPES] : ['linear', 'category']) : ['category'];
  const type = wanted !== undefined && types.includes(wanted) ? wanted : (types[0] ?? 'category');
  return type === 'category' ? categories(values, types) : ofNumbers(values, finite, type, types, isNice);
}

function ofNumbers(
  values: readonly PlotValue[],
  finite: readonly number[],
  type: 'linear' | 'log',
  types: readonly AxisType[],
  isNice: boolean,
): Scale {
  const isLog = type === 'log';
  const domain = domainOf(isLog ? finite.filter((number) => number > 0) : finite, isLog, isNice);
  const along = (number: number) => (isLog ? Math.log10(number) : number);
  const [from, to] = [along(domain.from), along(domain.to)];
  const share = (number: number) => {
    // Halved, so that a range that is as wide as doubles go does not become infinite.
    const found = (along(number) / 2 - from / 2) / (to / 2 - from / 2);
    return Number.isFinite(found) ? found : 0.5; // numbers so close to zero that they have no halves
  };
  const place = (value: PlotValue): number => {
    const number = numberOf(value);
    if (number === null || Number.isNaN(number) || number === Number.NEGATIVE_INFINITY) return LOW;
    if (number === Number.POSITIVE_INFINITY) return HIGH;
    return isLog && number <= 0 ? LOW : share(number);
  };
  const ticks = isLog ? logTicks(domain, TICKS) : linearTicks(domain, TICKS);
  const below = values.filter((value) => place(value) === LOW).map(lowWord);
  return {
    type,
    types,
    place,
    ticks: ticks.map(({ at, label }) => ({ at: share(at), label })),
    ends: [formatNumber(domain.from), formatNumber(domain.to)],
    low: [...new Set(below)].sort().join(', '),
    high: values.some((value) => place(value) === HIGH) ? '∞' : '',
  };
}

function lowWord(value: PlotValue): string {
  if (value === null) return 'none';
  const number = numberOf(value);
  if (number !== null && Number.isNaN(number)) return 'NaN';
  return number === Number.NEGATIVE_INFINITY ? '-∞' : '≤ 0';
}

function domainOf(finite: readonly number[], isLog: boolean, isNice: boolean): Range {
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  for (const number of finite) {
    from = Math.min(from, number);
    to = Math.max(to, number);
  }
  if (from > to) return isLog ? { from: 1, to: 10 } : { from: 0, to: 1 };
  if (from === to) {
    if (isLog) return { from: Math.max(from / 10, Number.MIN_VALUE), to: Math.min(to * 10, Number.MAX_VALUE) };
    const margin = from === 0 ? 1 : Math.abs(from) * 0.1;
    return { from: from - margin, to: to + margin };
  }
  if (!isNice) return { from, to };
  return isLog ? niceLogRange({ from, to }) : niceRange({ from, to }, TICKS);
}

/** By their size where they are numbers, then as words are sorted. */
function categories(values: readonly PlotValue[], types: readonly AxisType[]): Scale {
  const names = [...new Set(values.filter((value) => value !== null).map(String))].sort(
    (a, b) => (numberOf(a) ?? Number.MAX_VALUE) - (numberOf(b) ?? Number.MAX_VALUE) || (a < b ? -1 : 1),
  );
  const places = new Map(names.map((name, index) => [name, names.length === 1 ? 0.5 : index / (names.length - 1)]));
  const every = Math.ceil(names.length / MAX_CATEGORY_TICKS);
  return {
    type: 'category',
    types,
    place: (value) => (value === null ? LOW : (places.get(String(value)) ?? LOW)),
    ticks: names.filter((_, index) => index % every === 0).map((name) => ({ at: places.get(name) ?? 0, label: name })),
    ends: [names[0] ?? '', names.at(-1) ?? ''],
    low: values.includes(null) ? 'none' : '',
    high: '',
  };
}
