/** What two lists have in common, in order. Pure. */
import { diffArrays } from 'diff';

/** Lists that differ in more than that are taken for different altogether: it would take too long to say how. */
const MAX_EDITS = 2_000;

/** @returns pairs of positions of a longest common subsequence, ascending in both */
export function commonSubsequence(
  left: readonly string[],
  right: readonly string[],
): (readonly [left: number, right: number])[] {
  const pairs: (readonly [number, number])[] = [];
  let i = 0;
  let j = 0;
  for (const { count, added, removed } of diffArrays([...left], [...right], { maxEditLength: MAX_EDITS }) ?? []) {
    if (!added && !removed) for (let at = 0; at < count; at++) pairs.push([i + at, j + at]);
    if (!added) i += count;
    if (!removed) j += count;
  }
  return pairs;
}
