/** Where an axis has its ticks and what stands at them. Pure. */
import { formatDuration } from '../../src/protocol/format';

export interface Range {
  readonly from: number;
  readonly to: number;
}

export interface Tick {
  readonly at: number;
  readonly label: string;
}

const THIN_SPACE = '\u2009';

/** The 1, 2 or 5 times a power of ten that divides a range into about `count` parts. */
export function tickStep({ from, to }: Range, count: number): number {
  const raw = (to - from) / Math.max(1, count);
  if (!(raw > 0) || !Number.isFinite(raw)) return 1;
  const power = 10 ** Math.floor(Math.log10(raw));
  const share = raw / power;
  // The geometric means between neighbours, as d3-array's tickIncrement has them.
  const factor = share >= Math.sqrt(50) ? 10 : share >= Math.sqrt(10) ? 5 : share >= Math.sqrt(2) ? 2 : 1;
  return factor * power;
}

/** The range made longer until it begins and ends at a tick. */
export function niceRange(range: Range, count: number): Range {
  const step = tickStep(range, count);
  const nice = { from: Math.floor(range.from / step) * step, to: Math.ceil(range.to / step) * step };
  // Beyond what doubles can tell apart a range would lose its ends.
  return nice.from <= range.from && nice.to >= range.to && Number.isFinite(nice.to - nice.from) ? nice : range;
}

export function linearTicks(range: Range, count: number, minStep = 0): Tick[] {
  const step = Math.max(minStep, tickStep(range, count));
  const places = multiples(range, step);
  const label = labeller(places, step);
  return places.map((at) => ({ at, label: label(at) }));
}

const DECADE = 10;

/** Of a range above zero: powers of ten, and between them 2 and 5 where there are few. */
export function logTicks({ from, to }: Range, count: number): Tick[] {
  if (to < from * DECADE) return linearTicks({ from, to }, count);
  const low = Math.floor(Math.log10(from));
  const high = Math.ceil(Math.log10(to));
  const every = Math.max(1, Math.round((high - low) / Math.max(1, count)));
  const factors = high - low <= count / 2 ? [1, 2, 5] : [1];
  const places: number[] = [];
  for (let power = low; power <= high; power += every)
    for (const factor of factors) {
      const at = factor * 10 ** power;
      if (at >= from * (1 - 1e-9) && at <= to * (1 + 1e-9)) places.push(at);
    }
  if (places.length < 2) return linearTicks({ from, to }, count);
  return places.map((at) => ({ at, label: shortNumber(at) }));
}

/** The domain of a logarithmic axis: to the next 1, 2 or 5 at both ends. */
export function niceLogRange({ from, to }: Range): Range {
  const linear = niceRange({ from, to }, 4);
  if (to < from * DECADE && linear.from > 0) return linear;
  const at = (value: number, round: (n: number) => number) => {
    const power = 10 ** Math.floor(Math.log10(value));
    const share = value / power;
    const up = round === Math.ceil;
    const factor = [1, 2, 5, 10].filter((one) => (up ? one >= share - 1e-9 : one <= share + 1e-9));
    return (up ? (factor[0] ?? 10) : (factor.at(-1) ?? 1)) * power;
  };
  const nice = { from: at(from, Math.floor), to: at(to, Math.ceil) };
  return nice.from > 0 && Number.isFinite(nice.to) && nice.from < nice.to ? nice : { from, to };
}

/** Distances between ticks of time, in milliseconds: where clocks have theirs. */
const TIME_STEPS = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000,
  900_000, 1_800_000, 3_600_000, 7_200_000, 14_400_000, 21_600_000, 43_200_000, 86_400_000, 172_800_000, 604_800_000,
  2_419_200_000,
] as const;

/** @param unitMs how many milliseconds one on the axis is */
export function timeTicks({ from, to }: Range, count: number, unitMs: number): Tick[] {
  const wanted = ((to - from) * unitMs) / Math.max(1, count);
  const stepMs = TIME_STEPS.find((step) => step >= wanted) ?? tickStep({ from: 0, to: wanted }, 1);
  return multiples({ from, to }, stepMs / unitMs).map((at) => ({ at, label: timeLabel(at * unitMs, stepMs) }));
}

function timeLabel(atMs: number, stepMs: number): string {
  if (atMs < 0) return `-${timeLabel(-atMs, stepMs)}`;
  return stepMs < 100 ? `${String(Math.round(atMs))}${THIN_SPACE}ms` : formatDuration(atMs);
}

const CUT_SHARE = 0.08;

/** Of times of the day: whole seconds and minutes of the reader's own clock, of ranges of up to some hours. */
export function clockTicks({ from, to }: Range, count: number): Tick[] {
  const stepMs = Math.max(1000, TIME_STEPS.find((step) => step >= (to - from) / Math.max(1, count)) ?? 86_400_000);
  // Its label would be cut off at the right edge.
  const last = to - (to - from) * CUT_SHARE;
  return multiples({ from, to: last }, stepMs).map((at) => ({ at, label: clockLabel(at, stepMs < 60_000) }));
}

const two = (count: number) => String(count).padStart(2, '0');

function clockLabel(atMs: number, hasSeconds: boolean): string {
  const at = new Date(atMs);
  const minutes = `${two(at.getHours())}:${two(at.getMinutes())}`;
  return hasSeconds ? `${minutes}:${two(at.getSeconds())}` : minutes;
}

const MAX_TICKS = 100;

function multiples({ from, to }: Range, step: number): number[] {
  const first = Math.ceil(from / step - 1e-9);
  const last = Math.floor(to / step + 1e-9);
  const places: number[] = [];
  // Dividing by the inverse keeps 0.3 what it is: 3 * 0.1 is not.
  const inverse = step < 1 ? Math.round(1 / step) : 0;
  for (let index = first; index <= last && places.length < MAX_TICKS; index++)
    places.push(inverse > 0 && Math.abs(inverse * step - 1) < 1e-9 ? index / inverse : index * step);
  return places;
}

const LARGE = 100_000;
const HUGE = 1e15;
const SMALL = 0.001;
/** Below this share of its size, a step needs all of a number's digits. */
const NARROW = 0.002;

/** All labels of an axis in the same way: with as many decimals as its step has. */
function labeller(places: readonly number[], step: number): (at: number) => string {
  const size = Math.max(...places.map(Math.abs), 0);
  if (size === 0) return String;
  if (size >= HUGE || size < SMALL) {
    const digits = Math.min(12, Math.max(0, Math.ceil(Math.log10(size / step) - 1e-9)));
    return (at) => (at === 0 ? '0' : scientific(at, digits));
  }
  if (size >= LARGE && step / size > NARROW) {
    const unit = UNITS.findLast(({ of }) => size >= of) ?? { of: 1, sign: '' };
    const decimals = decimalsOf(step / unit.of);
    return (at) => (at === 0 ? '0' : `${grouped(at / unit.of, decimals)}${unit.sign}`);
  }
  const decimals = decimalsOf(step);
  return (at) => grouped(at, decimals);
}

const UNITS = [
  { of: 1e3, sign: 'k' },
  { of: 1e6, sign: 'M' },
  { of: 1e9, sign: 'G' },
  { of: 1e12, sign: 'T' },
] as const;

const decimalsOf = (step: number) => Math.min(12, Math.max(0, -Math.floor(Math.log10(step) + 1e-9)));

function grouped(value: number, decimals: number): string {
  const [whole = '', fraction] = value.toFixed(decimals).split('.');
  const spaced = whole.replaceAll(/\B(?=(\d{3})+$)/g, THIN_SPACE);
  return fraction === undefined ? spaced : `${spaced}.${fraction}`;
}

function scientific(value: number, digits: number): string {
  const [mantissa = '', exponent = ''] = value.toExponential(digits).split('e');
  const short = mantissa.includes('.') ? mantissa.replace(/\.?0+$/, '') : mantissa;
  return `${short}e${exponent.replace('+', '')}`;
}

/** `0.01`, `2000` as `2k`, `1e-6`: one number by itself. */
function shortNumber(value: number): string {
  if (value >= HUGE || value < SMALL) return scientific(value, 3);
  const unit = value >= LARGE ? UNITS.findLast(({ of }) => value >= of) : undefined;
  return unit
    ? `${String(Number((value / unit.of).toPrecision(6)))}${unit.sign}`
    : grouped(value, decimalsOf(Math.min(1, value)));
}
