/** Mean and spread of one of two samples. Pure. */
import type { PairedNumbers } from '../samples';

export interface Moments {
  readonly count: number;
  readonly mean: number;
  /** Sum of the squared distances from the mean. */
  readonly squares: number;
}

/** From a value in their middle, and in two walks, so that nothing is lost where the spread is small beside the mean. */
export function momentsOf({ values }: Pick<PairedNumbers, 'values'>, counts: Float64Array): Moments {
  const origin = values[values.length >> 1] ?? 0;
  let [count, sum] = [0, 0];
  for (let at = 0; at < values.length; at++) {
    const times = counts[at] ?? 0;
    count += times;
    if (times > 0) sum += times * ((values[at] ?? 0) - origin);
  }
  const shift = sum / count;
  let squares = 0;
  for (let at = 0; at < values.length; at++) {
    const times = counts[at] ?? 0;
    if (times > 0) squares += times * ((values[at] ?? 0) - origin - shift) ** 2;
  }
  return { count, mean: origin + shift, squares };
}
