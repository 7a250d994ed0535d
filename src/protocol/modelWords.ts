/** What is told of models and of what they measure, in words. Pure. */
import { fromWireNumber, type WireNumber } from './entities';
import { formatNumber } from './format';
import { goalOf } from './goal';

export interface Verdict {
  readonly kind: 'better' | 'worse' | 'same' | 'other';
  readonly text: string;
}

/** `0.012 better`; where the name of the metric does not tell which is better, `0.012 higher`. Null where one is missing. */
export function verdict(key: string, own: WireNumber | null, other: WireNumber | null): Verdict | null {
  if (own === null || other === null) return null;
  const [mine, theirs] = [fromWireNumber(own), fromWireNumber(other)];
  if (Object.is(mine, theirs)) return { kind: 'same', text: 'the same' };
  const by = mine - theirs;
  // Of a value that is no number, or without end, no distance can be told.
  if (!Number.isFinite(by)) return null;
  if (by === 0) return { kind: 'same', text: 'the same' };
  const size = formatNumber(Math.abs(by));
  const goal = goalOf(key);
  if (goal === null) return { kind: 'other', text: `${size} ${by > 0 ? 'higher' : 'lower'}` };
  const isBetter = goal === 'max' ? by > 0 : by < 0;
  return { kind: isBetter ? 'better' : 'worse', text: `${size} ${isBetter ? 'better' : 'worse'}` };
}

/** `123 456` as thousands are written. */
export function grouped(count: number): string {
  return count.toLocaleString('en').replaceAll(',', '\u2009');
}

/** `1 tree`, `12 trees` */
export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${grouped(count)} ${count === 1 ? one : many}`;

/** `[1, 3, height, ?]`; `any shape` where none is told. */
export function shapeText(shape: readonly (number | string | null)[] | null): string {
  return shape === null ? 'any shape' : `[${shape.map((size) => size ?? '?').join(', ')}]`;
}
