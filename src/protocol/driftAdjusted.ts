/**
 * P-values of many features at once: adjusted so that of those called drifting at most the given share is stable (Benjamini &
 * Hochberg, "Controlling the False Discovery Rate", 1995). Where nothing drifts, that is how often anything is called so.
 *
 * @returns in the order of the p-values; null stays null and counts for nothing
 */
export function adjusted(pValues: readonly (number | null)[]): (number | null)[] {
  const ranked = pValues
    .flatMap((p, at) => (p === null || Number.isNaN(p) ? [] : [{ p, at }]))
    .sort((one, other) => one.p - other.p);
  const all = pValues.map((): number | null => null);
  let least = 1;
  for (let rank = ranked.length; rank > 0; rank--) {
    const { p, at } = ranked[rank - 1] ?? { p: 1, at: -1 };
    least = Math.min(least, (p * ranked.length) / rank);
    all[at] = least;
  }
  return all;
}
