/** Tensors made of what JSON has, and the text of JSON made of tensors. */
import { type Datatype, DATATYPES, type Tensor, type Values } from './datatype';
import { halfOf, ofHalf } from './half';
import { Refused, shown } from './refused';

export const MAX_ELEMENTS = 64 * 1024 * 1024;
export const MAX_RANK = 32;

/** @throws Refused for what is no shape, or has more values than are taken: asked before anything is made */
export function elementsOf(shape: readonly number[], name: string): number {
  if (shape.length > MAX_RANK) throw new Refused(`${shown(name)} has ${String(shape.length)} dimensions: too many.`);
  let count = 1;
  /** What others of its sizes may be multiplied with, although one of them is 0. */
  let room = 1;
  for (const size of shape) {
    if (!Number.isSafeInteger(size) || size < 0)
      throw new Refused(`The shape of ${shown(name)} has ${shown(size)}, which is no size.`);
    count *= size;
    room *= Math.max(size, 1);
  }
  // A product beyond 2^53 is not exact, but still too large.
  if (room > MAX_ELEMENTS)
    throw new Refused(`${shown(name)} would have ${String(room)} values; ${String(MAX_ELEMENTS)} are taken.`);
  return count;
}

/** Puts one value of JSON where it belongs. @throws Refused */
type Put = (values: Values, at: number, value: unknown, name: string) => void;

/** Whole numbers within bounds; `true` counts for no number. */
const whole =
  (least: number, most: number, datatype: Datatype): Put =>
  (values, at, value, name) => {
    const number = typeof value === 'bigint' ? Number(value) : value;
    if (typeof number !== 'number' || !Number.isInteger(number) || number < least || number > most)
      throw misfit(value, datatype, name);
    (values as Int32Array)[at] = number;
  };

const wide =
  (least: bigint, most: bigint, datatype: Datatype): Put =>
  (values, at, value, name) => {
    const isWhole = typeof value === 'number' && Number.isInteger(value);
    const big = typeof value === 'bigint' ? value : isWhole ? BigInt(value) : null;
    if (big === null || big < least || big > most) throw misfit(value, datatype, name);
    (values as BigInt64Array)[at] = big;
  };

/** `null` is how JSON says that there is no number. */
function floating(value: unknown, datatype: Datatype, name: string): number {
  if (typeof value === 'number') return value;
  if (value === null) return NaN;
  if (typeof value === 'bigint') return Number(value);
  if (value === 'NaN') return NaN;
  if (value === 'Infinity' || value === '-Infinity') return Number(value);
  throw misfit(value, datatype, name);
}

const float =
  (datatype: Datatype): Put =>
  (values, at, value, name) => {
    (values as Float32Array)[at] = floating(value, datatype, name);
  };

const PUT: Readonly<Record<Datatype, Put>> = {
  BOOL: (values, at, value, name) => {
    if (value !== true && value !== false && value !== 0 && value !== 1) throw misfit(value, 'BOOL', name);
    (values as Uint8Array)[at] = Number(value);
  },
  UINT8: whole(0, 255, 'UINT8'),
  UINT16: whole(0, 65_535, 'UINT16'),
  UINT32: whole(0, 4_294_967_295, 'UINT32'),
  UINT64: wide(0n, 18_446_744_073_709_551_615n, 'UINT64'),
  INT8: whole(-128, 127, 'INT8'),
  INT16: whole(-32_768, 32_767, 'INT16'),
  INT32: whole(-2_147_483_648, 2_147_483_647, 'INT32'),
  INT64: wide(-9_223_372_036_854_775_808n, 9_223_372_036_854_775_807n, 'INT64'),
  FP16: (values, at, value, name) => {
    (values as Uint16Array)[at] = halfOf(floating(value, 'FP16', name));
  },
  FP32: float('FP32'),
  FP64: float('FP64'),
  BYTES: (values, at, value, name) => {
    if (typeof value !== 'string') throw misfit(value, 'BYTES', name);
    (values as string[])[at] = value;
  },
};

const misfit = (value: unknown, datatype: Datatype, name: string): Refused =>
  new Refused(`${shown(name)} takes ${datatype}; ${shown(value)} is none.`);

/**
 * Of a flat list, or of lists in lists as the shape says.
 *
 * @throws Refused
 */
export function tensorOf(datatype: Datatype, shape: readonly number[], data: unknown, name: string): Tensor {
  const count = elementsOf(shape, name);
  const given = Array.isArray(data) ? data : [data];
  // A list says how long it is before anything is made of its length.
  const isFlat = given.length === count && !given.some(Array.isArray);
  const values = DATATYPES[datatype].make(isFlat ? count : Math.min(count, countOf(given, 0, name)));
  const put = PUT[datatype];
  if (isFlat) for (let at = 0; at < count; at++) put(values, at, given[at], name);
  else {
    const taken = fill(given, shape, 0, { values, put, name }, 0);
    if (taken !== count) throw wrongCount(name, shape, count, taken);
  }
  return { datatype, shape, data: values };
}

/** The shape that lists in lists have. @throws Refused for what is deeper than tensors are */
export function shapeOf(data: unknown, name: string): number[] {
  const shape: number[] = [];
  for (let at = data; Array.isArray(at); at = (at as readonly unknown[])[0]) {
    if (shape.length >= MAX_RANK) throw new Refused(`The data of ${shown(name)} is nested too deep.`);
    shape.push(at.length);
  }
  return shape;
}

interface Filling {
  readonly values: Values;
  readonly put: Put;
  readonly name: string;
}

/** @returns where the next value goes */
function fill(
  list: readonly unknown[],
  shape: readonly number[],
  depth: number,
  filling: Filling,
  from: number,
): number {
  const { values, put, name } = filling;
  const size = shape[depth];
  if (size === undefined || list.length !== size)
    throw new Refused(
      `The data of ${shown(name)} does not have the shape [${shape.join(', ')}]: ` +
        `a list at depth ${String(depth + 1)} has ${String(list.length)} values.`,
    );
  let at = from;
  for (const value of list) {
    if (Array.isArray(value)) at = fill(value, shape, depth + 1, filling, at);
    else if (depth === shape.length - 1) {
      put(values, at, value, name);
      at++;
    } else throw new Refused(`The data of ${shown(name)} has ${shown(value)} where a list should be.`);
  }
  return at;
}

function countOf(list: readonly unknown[], depth: number, name: string): number {
  if (depth >= MAX_RANK) throw new Refused(`The data of ${shown(name)} is nested too deep.`);
  let count = 0;
  for (const value of list) count += Array.isArray(value) ? countOf(value, depth + 1, name) : 1;
  return count;
}

const wrongCount = (name: string, shape: readonly number[], count: number, taken: number): Refused =>
  new Refused(`${shown(name)} has ${String(taken)} values; its shape [${shape.join(', ')}] needs ${String(count)}.`);

/**
 * What a value is in JSON, which has no words for NaN and infinity. NaN is `null`, which all readers take for that; infinity is
 * the word that Python and Triton write: `null` would be another value, and rapidjson refuses a number too large.
 */
export function valueText({ datatype, data }: Tensor, at: number): string {
  const value = data[at];
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'bigint') return value.toString();
  if (value === undefined) return 'null';
  if (datatype === 'BOOL') return value === 0 ? 'false' : 'true';
  const number = datatype === 'FP16' ? ofHalf(value) : value;
  if (Number.isFinite(number)) return Object.is(number, -0) ? '-0.0' : String(number);
  return Number.isNaN(number) ? 'null' : String(number);
}

/** All values, one after the other. */
export function flatText(tensor: Tensor): string {
  const count = tensor.data.length;
  const texts = new Array<string>(count);
  for (let at = 0; at < count; at++) texts[at] = valueText(tensor, at);
  return `[${texts.join(',')}]`;
}

/** Lists in lists, as the shape says. */
export function nestedText(tensor: Tensor, depth = 0, from = 0, span = tensor.data.length): string {
  const size = tensor.shape[depth];
  if (size === undefined) return valueText(tensor, from);
  const step = size === 0 ? 0 : span / size;
  const texts: string[] = [];
  for (let index = 0; index < size; index++) texts.push(nestedText(tensor, depth + 1, from + index * step, step));
  return `[${texts.join(',')}]`;
}
