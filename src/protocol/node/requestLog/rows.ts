/** What was logged of requests as columns with names, row by row. Pure. */
import type { Label, LoggedColumn, RequestsHead } from './form';

export type LoggedValue = number | bigint | boolean | string | null;

export interface LoggedTensor {
  readonly name: string;
  readonly datatype: string;
  readonly shape: readonly number[];
  /** The first values; fewer than the shape has where it was too large. Null where it is masked. */
  readonly values: readonly LoggedValue[] | null;
  readonly isCut: boolean;
}

export interface LoggedRequest {
  readonly id: string;
  readonly timeMs: number;
  readonly tookUs: number;
  readonly model: string;
  readonly version: string;
  readonly digest: string | null;
  readonly dialect: string;
  readonly status: number;
  /** Of one that failed. */
  readonly failure: string | null;
  readonly inputs: readonly LoggedTensor[];
  readonly outputs: readonly LoggedTensor[];
  readonly label: Label | null;
}

export function* requestsOf(head: RequestsHead, data: Buffer): Generator<LoggedRequest> {
  const { model, version, digest, dialect, ids, statuses, failures = [] } = head;
  let from = 0;
  const readers = [...head.inputs, ...head.outputs].map((column) => {
    const read = readerOf(column, data.subarray(from, from + column.bytes));
    from += column.bytes;
    return read;
  });
  const why = new Map(failures.map(({ at, message }) => [at, message]));
  for (const [at, id] of ids.entries()) {
    const tensors = readers.map((read) => read(at));
    yield {
      ...{ id, model, version, digest, dialect },
      timeMs: head.timesMs[at] ?? 0,
      tookUs: head.tookUs[at] ?? 0,
      status: statuses?.[at] ?? 200,
      failure: why.get(at) ?? null,
      inputs: tensors.slice(0, head.inputs.length),
      outputs: tensors.slice(head.inputs.length),
      label: null,
    };
  }
}

/**
 * The columns of a tensor whose first dimension is that of rows: `amount` of `[N]` and `[N, 1]`, `x[0]`, `x[1]`… of others.
 *
 * @returns of each row that is whole its values by the names of columns
 */
export function rowsOf(tensors: readonly LoggedTensor[]): Record<string, LoggedValue>[] {
  const rows: Record<string, LoggedValue>[] = [];
  for (const { name, shape, values } of tensors) {
    const [count = 1, ...rest] = shape;
    const width = rest.reduce((product, size) => product * size, 1);
    if (values === null || width === 0) continue;
    for (let row = 0; row < count && (row + 1) * width <= values.length; row++) {
      const into = (rows[row] ??= {});
      for (let at = 0; at < width; at++)
        define(into, width === 1 ? name : `${name}[${String(at)}]`, values[row * width + at] ?? null);
    }
  }
  return rows;
}

/** A name that is one of every object's own is no setter here. */
const define = (row: Record<string, LoggedValue>, name: string, value: LoggedValue): unknown =>
  Object.defineProperty(row, name, { value, enumerable: true, configurable: true, writable: true });

/** Gives the tensor of each request; they have to be asked for in their order. */
function readerOf(column: LoggedColumn, bytes: Buffer): (at: number) => LoggedTensor {
  const { name, datatype, masked, texts } = column;
  const type = TYPES[datatype];
  let from = 0;
  return (at) => {
    const shape = column.shape ?? column.shapes?.[at] ?? [];
    const all = shape.reduce((product, size) => product * size, 1);
    const count = column.kept?.[at] ?? all;
    if (masked === true) return { name, datatype, shape, values: null, isCut: false };
    const values: LoggedValue[] = [];
    if (texts) values.push(...(texts[at] ?? []));
    else if (type && from + count * type.size <= bytes.length)
      for (let one = 0; one < count; one++) values.push(type.read(bytes, from + one * type.size));
    from += count * (type?.size ?? 0);
    if (masked) {
      const width = all / (shape[0] ?? 1);
      for (let one = 0; one < values.length; one++) if (masked.includes(one % width)) values[one] = null;
    }
    return { name, datatype, shape, values, isCut: count < all };
  };
}

interface Type {
  readonly size: number;
  readonly read: (bytes: Buffer, at: number) => LoggedValue;
}

/** Of the Open Inference Protocol, little-endian. */
const TYPES: Readonly<Record<string, Type | undefined>> = {
  BOOL: { size: 1, read: (bytes, at) => bytes[at] === 1 },
  UINT8: { size: 1, read: (bytes, at) => bytes.readUInt8(at) },
  UINT16: { size: 2, read: (bytes, at) => bytes.readUInt16LE(at) },
  UINT32: { size: 4, read: (bytes, at) => bytes.readUInt32LE(at) },
  UINT64: { size: 8, read: (bytes, at) => bytes.readBigUInt64LE(at) },
  INT8: { size: 1, read: (bytes, at) => bytes.readInt8(at) },
  INT16: { size: 2, read: (bytes, at) => bytes.readInt16LE(at) },
  INT32: { size: 4, read: (bytes, at) => bytes.readInt32LE(at) },
  INT64: { size: 8, read: (bytes, at) => bytes.readBigInt64LE(at) },
  FP16: { size: 2, read: (bytes, at) => half(bytes.readUInt16LE(at)) },
  FP32: { size: 4, read: (bytes, at) => bytes.readFloatLE(at) },
  FP64: { size: 8, read: (bytes, at) => bytes.readDoubleLE(at) },
};

/** IEEE 754 binary16. */
function half(bits: number): number {
  const [sign, exponent, part] = [bits & 0x8000 ? -1 : 1, (bits >> 10) & 0x1f, bits & 0x3ff];
  if (exponent === 0x1f) return part === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? sign * part * 2 ** -24 : sign * (1 + part / 1024) * 2 ** (exponent - 15);
}
