/** Many rows through a model: in runs of so many, and one by one where a run is refused, so that only those are left out that are at fault. */
import { join, rowsOf } from './batch';
import type { NamedTensor } from './datatype';
import { Refused } from './refused';
import type { Model } from './session';

export interface RefusedRow {
  readonly row: number;
  readonly why: string;
}

export interface RanRows {
  /** Of the rows that were not refused, in their order. */
  readonly outputs: readonly NamedTensor[];
  readonly refused: readonly RefusedRow[];
}

/** @throws Refused where an output has not one value for each row, or every row is refused */
export async function runRows(
  model: Pick<Model, 'run'>,
  feeds: readonly NamedTensor[],
  step: number,
): Promise<RanRows> {
  const count = rowsOf(feeds) ?? 0;
  const parts: (readonly NamedTensor[])[] = [];
  const refused: RefusedRow[] = [];
  const run = async (from: number, to: number): Promise<void> => {
    const outputs = await model.run(rowsFrom(feeds, from, to));
    const odd = outputs.find(({ shape }) => shape[0] !== to - from);
    if (odd) throw new NoRows(`Its output ${odd.name} has not one value for each row.`);
    parts.push(outputs);
  };
  for (let from = 0; from < count; from += step) {
    const to = Math.min(from + step, count);
    try {
      await run(from, to);
    } catch (thrown) {
      if (!(thrown instanceof Refused) || thrown instanceof NoRows) throw thrown;
      if (to - from === 1) refused.push({ row: from, why: thrown.message });
      else
        for (let row = from; row < to; row++)
          await run(row, row + 1).catch((why: unknown) => {
            if (!(why instanceof Refused) || why instanceof NoRows) throw why;
            refused.push({ row, why: why.message });
          });
    }
  }
  return { outputs: join(parts), refused };
}

class NoRows extends Refused {}

/** Views, no copies. */
export function rowsFrom(feeds: readonly NamedTensor[], from: number, to: number): NamedTensor[] {
  return feeds.map(({ name, datatype, shape, data }) => {
    const [count = 1, ...rest] = shape;
    const width = data.length / count;
    const part = Array.isArray(data) ? data.slice(from * width, to * width) : data.subarray(from * width, to * width);
    return { name, datatype, shape: [to - from, ...rest], data: part };
  });
}
