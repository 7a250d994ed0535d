/** Doing the same again and again for a while, and what that took. */
import type { NamedTensor, Port } from '../../inference/datatype';
import { join, madeRow } from '../../inference/batch';
import { ofHalf } from '../../inference/half';

/** Of a model that takes longer than all of its time once has to do. */
export interface Timed {
  readonly times: readonly number[];
  readonly tookMs: number;
}

/** @param work tells what one took, in ms */
export async function repeated(forMs: number, work: () => Promise<number>): Promise<Timed> {
  const times: number[] = [];
  const started = performance.now();
  do times.push(await work());
  while (performance.now() - started < forMs);
  return { times, tookMs: performance.now() - started };
}

/** Pure. The smallest time that so large a part stays below or at. */
export function quantile(times: readonly number[], part: number): number {
  const sorted = times.toSorted((left, right) => left - right);
  return sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)] ?? NaN;
}

export const timesOf = (times: readonly number[]) => ({ p50Ms: quantile(times, 0.5), p95Ms: quantile(times, 0.95) });

/** Made up, each row other than the one before it. */
export const madeRows = (inputs: readonly Port[], count: number): NamedTensor[] =>
  join(Array.from({ length: count }, (_, row) => inputs.map((port) => madeRow(port, row))));

/** As a client of the Open Inference Protocol sends it. */
export const requestOf = (feeds: readonly NamedTensor[]): string =>
  JSON.stringify({
    inputs: feeds.map(({ name, datatype, shape, data }) => ({
      ...{ name, datatype, shape },
      data: Array.from(data as ArrayLike<string | number | bigint>, (value) =>
        datatype === 'FP16' ? ofHalf(Number(value)) : datatype === 'BOOL' ? value === 1 : jsonValue(value),
      ),
    })),
  });

const jsonValue = (value: string | number | bigint): string | number =>
  typeof value === 'bigint' ? Number(value) : value;
