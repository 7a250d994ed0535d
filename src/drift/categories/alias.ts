/** Numbers drawn by their probabilities in one step, however many there are: Walker's alias method, its tables made as Vose does (1991). */
import type { Random } from '../random';

export interface AliasTable {
  /** How often, where a number was hit, it is the one that is drawn, and which one is else. */
  readonly own: Float64Array;
  readonly other: Uint32Array;
}

/** @param weights 0 or more, not all of them 0 */
export function aliasTable(weights: Float64Array): AliasTable {
  const count = weights.length;
  let all = 0;
  for (const weight of weights) all += weight;
  const own = weights.map((weight) => (weight * count) / all);
  const other = Uint32Array.from(weights, (_, at) => at);
  const [small, large]: [number[], number[]] = [[], []];
  for (let at = 0; at < count; at++) ((own[at] ?? 0) < 1 ? small : large).push(at);
  for (;;) {
    const [less, more] = [small.pop(), large.at(-1)];
    if (less === undefined || more === undefined) {
      // Of what is left rounding alone lacks.
      for (const at of [...small, ...large, ...(less === undefined ? [] : [less])]) own[at] = 1;
      return { own, other };
    }
    other[less] = more;
    const rest = (own[more] ?? 0) + (own[less] ?? 0) - 1;
    own[more] = rest;
    if (rest < 1) small.push(...large.splice(-1));
  }
}

export function drawnFrom({ own, other }: AliasTable, random: Random): number {
  const place = random() * own.length;
  const at = Math.floor(place);
  return place - at < (own[at] ?? 1) ? at : (other[at] ?? at);
}
