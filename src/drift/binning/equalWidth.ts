/** Bins of one width over a range. */

/**
 * @param count how many bins at most: fewer where there are not as many doubles between the ends
 * @returns the edges, the ends of the range for the outer ones; half a unit to either side of a range that is a single value
 */
export function equalWidthEdges(low: number, high: number, count: number): Float64Array {
  if (low === high) return roundSingle(low);
  const width = (high - low) / count;
  if (count <= 1 || !Number.isFinite(width)) return Float64Array.of(low, high);
  const edges = new Float64Array(count + 1);
  for (let at = 1; at < count; at++) edges[at] = (width === 0 ? (at / count) * (high - low) : at * width) + low;
  [edges[0], edges[count]] = [low, high];
  return isAscending(edges) ? edges : Float64Array.of(...new Set(edges.filter((edge) => edge >= low && edge <= high)));
}

function roundSingle(value: number): Float64Array {
  const edges = Float64Array.of(value - 0.5, value + 0.5);
  return isAscending(edges) ? edges : Float64Array.of(value, value);
}

function isAscending(edges: Float64Array): boolean {
  for (let at = 1; at < edges.length; at++) if (!((edges[at - 1] ?? 0) < (edges[at] ?? 0))) return false;
  return true;
}
