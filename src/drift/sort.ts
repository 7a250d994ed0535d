/**
 * Sorting of doubles: as unsigned integers whose order is that of the numbers (the flip of bits is Herf's, "Radix Tricks", 2001),
 * by their upper 33 bits, eleven at a time from the lowest on, and what is left by insertion: numbers that are the same so far
 * are few, and next to each other.
 */

const DIGITS = 1 << 11;
/** Below it comparing is quicker than counting. */
const LEAST = 4096;
/** Steps of insertion for a number, beyond which the upper bits were not enough. */
const STEPS = 8;

/** In place, ascending. Without NaN; -0 comes before 0. */
export function sortNumbers(values: Float64Array): Float64Array {
  if (values.length < LEAST) return values.sort();
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length * 2);
  const counts = [new Uint32Array(DIGITS), new Uint32Array(DIGITS), new Uint32Array(DIGITS)] as const;
  unsigned(words, ...counts);
  let from: Uint32Array = words;
  let to: Uint32Array = roomFor(words.length);
  for (const [pass, places] of counts.entries()) {
    if (!begun(places, values.length)) continue;
    scatter(pass, from, to, places);
    [from, to] = [to, from];
  }
  signed(from, words);
  return inserted(values) ? values : values.sort();
}

/** Kept by the thread: memory that is new costs as much as a pass over it. */
let room = new Uint32Array(0);

function roomFor(words: number): Uint32Array {
  if (room.length < words) room = new Uint32Array(words);
  return room.subarray(0, words);
}

/** All bits of a negative number turned, of a positive one the first; and how often there is which digit. */
function unsigned(words: Uint32Array, first: Uint32Array, second: Uint32Array, third: Uint32Array): void {
  for (let at = 0; at < words.length; at += 2) {
    let low = words[at] ?? 0;
    let high = words[at + 1] ?? 0;
    if (high >>> 31 === 1) {
      low = ~low;
      high = ~high;
    } else high |= 0x80000000;
    words[at] = low;
    words[at + 1] = high;
    const digit = ((high & 0x3ff) << 1) | (low >>> 31);
    first[digit] = (first[digit] ?? 0) + 1;
    const next = (high >>> 10) & 0x7ff;
    second[next] = (second[next] ?? 0) + 1;
    const last = high >>> 21;
    third[last] = (third[last] ?? 0) + 1;
  }
}

/** Makes of counts where the numbers of each digit begin. @returns whether there is more than one digit */
function begun(counts: Uint32Array, count: number): boolean {
  let sum = 0;
  for (let digit = 0; digit < DIGITS; digit++) {
    const own = counts[digit] ?? 0;
    if (own === count) return false;
    counts[digit] = sum;
    sum += own;
  }
  return true;
}

function scatter(pass: number, from: Uint32Array, to: Uint32Array, places: Uint32Array): void {
  for (let at = 0; at < from.length; at += 2) {
    const low = from[at] ?? 0;
    const high = from[at + 1] ?? 0;
    const digit = pass === 0 ? ((high & 0x3ff) << 1) | (low >>> 31) : pass === 1 ? (high >>> 10) & 0x7ff : high >>> 21;
    const place = places[digit] ?? 0;
    places[digit] = place + 1;
    to[2 * place] = low;
    to[2 * place + 1] = high;
  }
}

function signed(from: Uint32Array, words: Uint32Array): void {
  for (let at = 0; at < words.length; at += 2) {
    const low = from[at] ?? 0;
    const high = from[at + 1] ?? 0;
    if (high >>> 31 === 1) {
      words[at] = low;
      words[at + 1] = high & 0x7fffffff;
    } else {
      words[at] = ~low;
      words[at + 1] = ~high;
    }
  }
}

/** @returns false where it would take too long: it is in no order then */
function inserted(values: Float64Array): boolean {
  let left = values.length * STEPS;
  for (let at = 1; at < values.length; at++) {
    const value = values[at] ?? 0;
    let place = at;
    for (; place > 0 && (values[place - 1] ?? 0) > value; place--) values[place] = values[place - 1] ?? 0;
    values[place] = value;
    left -= at - place;
    if (left < 0) return false;
  }
  return true;
}

export interface FiniteNumbers {
  readonly sorted: Float64Array;
  readonly missing: number;
  readonly infinite: number;
}

/** What is finite of them, in ascending order, where they were: without NaN, which is missing, and infinities. */
export function finiteSorted(values: Float64Array): FiniteNumbers {
  let [missing, infinite, count, at] = [0, 0, 0, 0];
  while (at < values.length) {
    const value = values[at++] ?? 0;
    if (value - value === 0)
      values[count++] = value + 0; // -0 is 0
    else if (Number.isNaN(value)) missing++;
    else infinite++;
  }
  return { sorted: sortNumbers(values.subarray(0, count)), missing, infinite };
}
