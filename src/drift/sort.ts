/**
 * Sorting of doubles: as unsigned integers whose order is that of the numbers, eleven bits at a time from the lowest on (LSD
 * radix sort; the flip of bits is Herf's, "Radix Tricks", 2001). It looks at each value seven times, whatever their number.
 */

const BITS = 11;
const DIGITS = 1 << BITS;
const MASK = DIGITS - 1;
const PASSES = 6;
/** Below it comparing is quicker than counting. */
const LEAST = 4096;

/** In place, ascending. Without NaN; -0 comes before 0. */
export function sortNumbers(values: Float64Array): Float64Array {
  if (values.length < LEAST) return values.sort();
  const count = values.length;
  const words = new Uint32Array(values.buffer, values.byteOffset, count * 2);
  let from: Halves = { low: new Uint32Array(count), high: new Uint32Array(count) };
  let to: Halves = { low: new Uint32Array(count), high: new Uint32Array(count) };
  unsigned(words, from);
  for (const [pass, places] of placesOf(from, count).entries()) {
    if (places === null) continue;
    scatter(pass, from, to, places);
    [from, to] = [to, from];
  }
  signed(from, words);
  return values;
}

interface Halves {
  readonly low: Uint32Array;
  readonly high: Uint32Array;
}

/** All bits of a negative number turned, of a positive one the first. */
function unsigned(words: Uint32Array, { low, high }: Halves): void {
  for (let at = 0; at < low.length; at++) {
    const [one, other] = [words[2 * at] ?? 0, words[2 * at + 1] ?? 0];
    const isNegative = other >>> 31 === 1;
    low[at] = isNegative ? ~one : one;
    high[at] = isNegative ? ~other : other | 0x80000000;
  }
}

function signed({ low, high }: Halves, words: Uint32Array): void {
  for (let at = 0; at < low.length; at++) {
    const [one, other] = [low[at] ?? 0, high[at] ?? 0];
    const isPositive = other >>> 31 === 1;
    words[2 * at] = isPositive ? one : ~one;
    words[2 * at + 1] = isPositive ? other & 0x7fffffff : ~other;
  }
}

/** Where the values of each digit begin; null for a pass whose digits are all the same. */
function placesOf({ low, high }: Halves, count: number): (Uint32Array | null)[] {
  const all = Array.from({ length: PASSES }, () => new Uint32Array(DIGITS));
  for (const [pass, counts] of all.entries())
    for (let at = 0; at < count; at++) {
      const digit = digitOf(pass, low[at] ?? 0, high[at] ?? 0);
      counts[digit] = (counts[digit] ?? 0) + 1;
    }
  return all.map((counts) => {
    let sum = 0;
    for (let digit = 0; digit < DIGITS; digit++) {
      const own = counts[digit] ?? 0;
      if (own === count) return null;
      counts[digit] = sum;
      sum += own;
    }
    return counts;
  });
}

function scatter(pass: number, from: Halves, to: Halves, places: Uint32Array): void {
  const { low, high } = from;
  for (let at = 0; at < low.length; at++) {
    const [one, other] = [low[at] ?? 0, high[at] ?? 0];
    const digit = digitOf(pass, one, other);
    const place = places[digit] ?? 0;
    places[digit] = place + 1;
    to.low[place] = one;
    to.high[place] = other;
  }
}

function digitOf(pass: number, low: number, high: number): number {
  switch (pass) {
    case 0:
      return low & MASK;
    case 1:
      return (low >>> 11) & MASK;
    case 2:
      return (low >>> 22) | ((high & 1) << 10);
    case 3:
      return (high >>> 1) & MASK;
    case 4:
      return (high >>> 12) & MASK;
    default:
      return high >>> 23;
  }
}
