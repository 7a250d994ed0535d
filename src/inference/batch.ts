/**
 * Requests that are run together: one behind the other along their first dimension. Whether a model answers such a batch as
 * it answers each alone can't be told from its shapes, so it is tried.
 */
import { type Datatype, DATATYPES, type NamedTensor, type Port, type Signature, type Values } from './datatype';
import { halfOf, ofHalf } from './half';
import type { Model } from './session';

const RELATIVE = 1e-5;
/** More than one value in each place, so that what mixes rows up shows. */
const TRIED_ROWS = 4;

/** Whether all have an open first dimension, and no other that is open. */
export function mayBatch({ inputs, outputs }: Signature): boolean {
  const isOpenFirst = ({ shape: [first, ...rest] }: Port): boolean =>
    typeof first === 'string' && rest.every((size) => typeof size === 'number');
  return inputs.length > 0 && inputs.every(isOpenFirst) && outputs.every(({ shape }) => shape.length > 0);
}

/** Whether a batch is answered as its rows are alone: to a hundred-thousandth, and classes and texts just so. */
export async function answersBatches(model: Model): Promise<boolean> {
  if (!mayBatch(model.signature)) return false;
  const rows = Array.from({ length: TRIED_ROWS }, (_, row) => model.signature.inputs.map((port) => madeRow(port, row)));
  try {
    const together = split(
      await model.run(join(rows)),
      rows.map(() => 1),
    );
    if (together === null) return false;
    for (const [at, feeds] of rows.entries()) if (!agree(await model.run(feeds), together[at] ?? [])) return false;
    return true;
  } catch {
    return false; // a model that refuses made-up values may take real ones, one by one
  }
}

/** Those that can be run together say the same here. */
export const kindOf = (feeds: readonly NamedTensor[]): string =>
  feeds.map(({ name, datatype, shape }) => `${name}\n${datatype}\n${shape.slice(1).join()}`).join('\n');

/** How many rows it has; null where its inputs don't have the same number. */
export function rowsOf(feeds: readonly NamedTensor[]): number | null {
  const rows = feeds[0]?.shape[0];
  return rows !== undefined && rows > 0 && feeds.every(({ shape }) => shape[0] === rows) ? rows : null;
}

/** One behind the other. All have the same inputs, in the same order. */
export function join(requests: readonly (readonly NamedTensor[])[]): NamedTensor[] {
  const [first = []] = requests;
  return first.map(({ name, datatype, shape }, at) => {
    const parts = requests.flatMap((feeds) => feeds[at] ?? []);
    const rows = parts.reduce((sum, part) => sum + (part.shape[0] ?? 0), 0);
    return { name, datatype, shape: [rows, ...shape.slice(1)], data: joined(datatype, parts) };
  });
}

/** @returns what belongs to each, or null where an output does not have as many rows as were given */
export function split(outputs: readonly NamedTensor[], rows: readonly number[]): NamedTensor[][] | null {
  const total = rows.reduce((sum, count) => sum + count, 0);
  if (outputs.some(({ shape }) => shape[0] !== total)) return null;
  let from = 0;
  return rows.map((count) => {
    const start = from;
    from += count;
    return outputs.map(({ name, datatype, shape, data }) => {
      const width = data.length / total;
      const part = data.slice(start * width, (start + count) * width);
      return { name, datatype, shape: [count, ...shape.slice(1)], data: part };
    });
  });
}

function joined(datatype: Datatype, parts: readonly NamedTensor[]): Values {
  if (datatype === 'BYTES') return parts.flatMap(({ data }) => data as string[]);
  const values = DATATYPES[datatype].make(parts.reduce((sum, { data }) => sum + data.length, 0));
  let at = 0;
  for (const { data } of parts) {
    // All are of the same type.
    (values as Float32Array).set(data as Float32Array, at);
    at += data.length;
  }
  return values;
}

/** Small values, in every row others. */
export function madeRow({ name, datatype, shape }: Port, row: number): NamedTensor {
  const sizes = shape.map((size) => (typeof size === 'number' ? size : 1));
  const count = sizes.reduce((product, size) => product * size, 1);
  const data = DATATYPES[datatype].make(count);
  for (let at = 0; at < count; at++) {
    const wave = Math.sin(1 + at * 1.7 + row * 2.9) * 2;
    const small = (at + row) % 2;
    if (Array.isArray(data)) data[at] = small === 0 ? 'a' : 'b';
    else if (data instanceof BigInt64Array || data instanceof BigUint64Array) data[at] = BigInt(small);
    else if (datatype === 'FP16') data[at] = halfOf(wave);
    else data[at] = datatype === 'FP32' || datatype === 'FP64' ? wave : small;
  }
  return { name, datatype, shape: sizes, data };
}

const agree = (left: readonly NamedTensor[], right: readonly NamedTensor[]): boolean =>
  left.length === right.length && left.every((tensor, at) => areEqual(tensor, right[at]));

function areEqual({ datatype, data, shape }: NamedTensor, other: NamedTensor | undefined): boolean {
  if (other?.data.length !== data.length || other.shape.join() !== shape.join()) return false;
  const isFloat = datatype === 'FP32' || datatype === 'FP64' || datatype === 'FP16';
  const number = (value: unknown): number => (datatype === 'FP16' ? ofHalf(Number(value)) : Number(value));
  for (let at = 0; at < data.length; at++) {
    const [one, two] = [data[at], other.data[at]];
    if (one === two) continue;
    if (!isFloat) return false;
    const [a, b] = [number(one), number(two)];
    if (Number.isNaN(a) && Number.isNaN(b)) continue;
    if (!(Math.abs(a - b) <= RELATIVE * Math.max(1, Math.abs(a), Math.abs(b)))) return false;
  }
  return true;
}
