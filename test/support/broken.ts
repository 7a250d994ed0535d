/** What is broken on purpose: values that are odd in the place of those that are right, and texts that are cut. */
import type { Random } from './random';

export const ODD: readonly [unknown, ...unknown[]] = [
  null,
  -1,
  0.5,
  1e300,
  2 ** 53,
  'x',
  '',
  true,
  [],
  [[]],
  {},
  [1, [2]],
  [null],
  '__proto__',
  'constructor',
  1e15,
  '\u0000',
];

/** The same, with some of it replaced by what is odd. */
export function twisted(value: unknown, random: Random, chance: number): unknown {
  if (random.next() < chance) return random.pick(ODD);
  if (Array.isArray(value)) return value.map((one: unknown) => twisted(one, random, chance));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(() => random.next() > chance / 2)
      .map(([key, one]) => [random.next() < chance / 4 ? String(random.pick(ODD)) : key, twisted(one, random, chance)]),
  );
}

export function bytesTwisted(text: string, random: Random): string {
  const at = random.below(text.length);
  return random.pick([
    text.slice(0, at),
    text + text,
    `${text.slice(0, at)}${random.pick(['NaN', '[', '"', '\\', '{', '9'.repeat(400)])}${text.slice(at)}`,
  ]);
}

/** Bytes that are changed, cut, or put in. */
export function bytesBroken(bytes: Buffer, random: Random): Buffer {
  const copy = Buffer.from(bytes);
  for (let left = 1 + random.below(4); left > 0; left--) copy[random.below(copy.length)] = random.below(256);
  const at = random.below(copy.length);
  const parts = [copy.subarray(0, at), Buffer.from(random.hex(2 * random.below(20)), 'hex'), copy.subarray(at)];
  return random.pick([copy, copy.subarray(0, at), Buffer.concat(parts)]);
}
