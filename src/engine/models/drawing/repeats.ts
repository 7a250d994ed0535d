/** Finding blocks that repeat in a sequence of operators: the layers of a network whose nodes have no names. */

const MIN_BLOCK = 3;
const MAX_BLOCK = 2000;
const MIN_REPEATS = 3;
/** Each length of a block is one pass: of longer sequences fewer are tried. */
const MAX_STEPS = 20_000_000;

export interface Block {
  readonly start: number;
  readonly end: number;
  readonly name: string;
}

/**
 * @param most so many pieces; several blocks are one where there are more
 * @returns the whole in pieces: what is before the longest stretch that repeats, its blocks, and what is behind; empty if
 *   nothing repeats
 */
export function repeatedBlocks(types: readonly string[], most: number): Block[] {
  const longest = longestRepeat(types);
  if (longest === null) return [];
  const { start, period, repeats } = longest;
  const blocks: Block[] = [];
  if (start > 0) blocks.push({ start: 0, end: start, name: '' });
  const together = Math.ceil(repeats / Math.max(1, most - 2));
  for (let block = 0; block < repeats; block += together) {
    const last = Math.min(block + together, repeats);
    const word = together === 1 ? `block ${String(last)}` : `blocks ${String(block + 1)} to ${String(last)}`;
    blocks.push({ start: start + block * period, end: start + last * period, name: `${word} of ${String(repeats)}` });
  }
  const end = start + repeats * period;
  if (end < types.length) blocks.push({ start: end, end: types.length, name: '' });
  return blocks;
}

interface Repeat {
  readonly start: number;
  readonly period: number;
  readonly repeats: number;
}

function longestRepeat(types: readonly string[]): Repeat | null {
  const codes = codesOf(types);
  const size = codes.length;
  const periods = Math.min(MAX_BLOCK, Math.floor(size / MIN_REPEATS), Math.floor(MAX_STEPS / Math.max(1, size)));
  let best: Repeat | null = null;
  for (let period = MIN_BLOCK; period <= periods; period++) {
    let run = 0;
    for (let at = period; at <= size; at++) {
      if (at < size && codes[at] === codes[at - period]) {
        run++;
        continue;
      }
      const repeats = Math.floor(run / period) + 1;
      const start = at - run - period;
      run = 0;
      if (repeats < MIN_REPEATS || repeats * period <= (best ? best.repeats * best.period : 0)) continue;
      // One operator that stands there again and again is no block.
      if (codes.subarray(start, start + period).every((code) => code === codes[start])) continue;
      best = { start, period, repeats };
    }
  }
  return best;
}

function codesOf(types: readonly string[]): Int32Array {
  const known = new Map<string, number>();
  return Int32Array.from(types, (type) => {
    const code = known.get(type) ?? known.size;
    known.set(type, code);
    return code;
  });
}
