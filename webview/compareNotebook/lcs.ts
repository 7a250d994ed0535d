/**
 * The longest common subsequence of two lists, by the table of dynamic programming, with what they begin and end with
 * in common set aside first. Pure. Kept apart so that a library can take its place.
 */

/** Of the table; where two lists without a common beginning and end are longer, nothing in between is matched. */
const MAX_CELLS = 4_000_000;

/** @returns pairs of positions, ascending in both */
export function commonSubsequence(
  left: readonly string[],
  right: readonly string[],
): (readonly [left: number, right: number])[] {
  let start = 0;
  while (start < left.length && start < right.length && left[start] === right[start]) start++;
  let end = 0;
  while (
    end < left.length - start &&
    end < right.length - start &&
    left[left.length - 1 - end] === right[right.length - 1 - end]
  )
    end++;
  const pairs: (readonly [number, number])[] = [];
  for (let at = 0; at < start; at++) pairs.push([at, at]);
  pairs.push(...middle(left, right, start, left.length - end, right.length - end));
  for (let at = end; at > 0; at--) pairs.push([left.length - at, right.length - at]);
  return pairs;
}

function middle(left: readonly string[], right: readonly string[], start: number, leftEnd: number, rightEnd: number) {
  const rows = leftEnd - start;
  const width = rightEnd - start + 1;
  const pairs: [number, number][] = [];
  if (rows <= 0 || width <= 1 || rows * width > MAX_CELLS) return pairs;
  // At (i, j): how many the rests from there have in common.
  const table = new Uint32Array((rows + 1) * width);
  const at = (i: number, j: number): number => table[i * width + j] ?? 0;
  for (let i = rows - 1; i >= 0; i--)
    for (let j = width - 2; j >= 0; j--)
      table[i * width + j] =
        left[start + i] === right[start + j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  for (let i = 0, j = 0; i < rows && j < width - 1;) {
    if (left[start + i] === right[start + j]) pairs.push([start + i++, start + j++]);
    else if (at(i + 1, j) >= at(i, j + 1)) i++;
    else j++;
  }
  return pairs;
}
