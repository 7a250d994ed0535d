/** What is kept of a request: of large tensors the first values, so that none of them can fill a log or a memory. */
import { DATATYPES, type NamedTensor, type Values } from '../../inference/datatype';
import type { Call } from '../call';

/** Of one tensor. */
export const MAX_TENSOR_BYTES = 16 * 1024;
/** Of all tensors of a request. */
const MAX_REQUEST_BYTES = 256 * 1024;
/** A small array that holds on to a large buffer is copied. */
const MAX_HELD = 4 * MAX_TENSOR_BYTES;
/** V8 keeps these within the object. */
const ON_HEAP_BYTES = 64;
/** Of whatever else is kept of one. */
const CALL_BYTES = 600;
const TENSOR_BYTES = 100;
/** A text's own, as memory has it. */
const TEXT_BYTES = 24;
const MAX_FAILURE = 500;

export interface Remembered {
  readonly call: Call;
  readonly tookUs: number;
  readonly status: number;
  readonly failure: string | null;
  readonly inputs: readonly NamedTensor[];
  readonly outputs: readonly NamedTensor[];
  /** About so many of memory. */
  readonly bytes: number;
}

export function remembered(call: Call, status: number, failure: string | null): Remembered {
  const budget = { left: MAX_REQUEST_BYTES, bytes: CALL_BYTES };
  const inputs = call.feeds === null ? [] : call.feeds.map((tensor) => bounded(tensor, budget));
  const outputs = call.outputs === null ? [] : call.outputs.map((tensor) => bounded(tensor, budget));
  const tookUs = Math.round((performance.now() - call.sinceMs) * 1000);
  return {
    ...{ call, tookUs, status, inputs, outputs },
    failure: failure?.slice(0, MAX_FAILURE) ?? null,
    bytes: budget.bytes,
  };
}

function bounded(tensor: NamedTensor, budget: { left: number; bytes: number }): NamedTensor {
  const { data } = tensor;
  const most = Math.min(MAX_TENSOR_BYTES, budget.left);
  const size = Array.isArray(data) ? textBytes(data, most) : data.byteLength;
  budget.bytes += TENSOR_BYTES + Math.min(size, most);
  budget.left -= Math.min(size, most);
  const isSmall = size <= most && (Array.isArray(data) || isOnItsOwn(data));
  return isSmall ? tensor : { ...tensor, data: first(tensor, most) };
}

/** Asking a small array for its buffer has one made for it: those that begin at 0 have their own anyway. */
const isOnItsOwn = (data: Exclude<Values, string[]>): boolean =>
  (data.byteOffset === 0 && data.byteLength <= ON_HEAP_BYTES) || data.buffer.byteLength <= MAX_HELD;

/** Of as many as are asked for; more than that where they have more. */
function textBytes(texts: readonly string[], most: number): number {
  let sum = 0;
  for (const text of texts) {
    sum += TEXT_BYTES + text.length;
    if (sum > most) return sum;
  }
  return sum;
}

/** Whole rows where one fits. */
function first({ datatype, shape, data }: NamedTensor, most: number): Values {
  let count = 0;
  if (Array.isArray(data))
    for (let size = 0; count < data.length; count++) {
      size += TEXT_BYTES + (data[count]?.length ?? 0);
      if (size > most) break;
    }
  else count = Math.min(data.length, Math.floor(most / (DATATYPES[datatype].bytes ?? 1)));
  const width = data.length / (shape[0] ?? 1);
  return data.slice(0, width >= 1 && count >= width ? count - (count % width) : count);
}
