/** What a tensor is: its type, its shape and how large it is. Its values are stepped over. */
import { cut } from '../told';
import { DATA_TYPES, ENTRY, SPARSE_TENSOR, TENSOR, typeName } from '../../../onnx/fields';
import { BYTES, type Message, VARINT } from '../../../onnx/wire';

const MAX_DIMS = 1000;

export interface ExternalData {
  readonly location: string;
  readonly offset: number;
  /** Null where the model does not say it: as much as the tensor takes. */
  readonly length: number | null;
}

export interface Tensor {
  readonly name: string;
  readonly type: string;
  readonly dims: readonly number[];
  /** How many values its shape says, or 0 where the shape can't be. */
  readonly count: number;
  /** What they take; 0 where that can't be told. */
  readonly bytes: number;
  readonly external: ExternalData | null;
  readonly problem: string | null;
}

export function readTensor(message: Message): Tensor {
  const dims: number[] = [];
  let name = '';
  let code = 0;
  let stored = 0;
  let rawBytes: number | null = null;
  let isExternal = false;
  const entries = new Map<string, string>();
  while (message.next()) {
    switch (message.field) {
      case TENSOR.dims:
        message.eachInteger((dim) => {
          if (dims.length < MAX_DIMS) dims.push(dim);
        });
        break;
      case TENSOR.dataType:
        if (message.kind === VARINT) code = message.value;
        break;
      case TENSOR.name:
        if (message.kind === BYTES) name = message.text;
        break;
      case TENSOR.rawData:
        if (message.kind === BYTES) rawBytes = message.length;
        break;
      case TENSOR.floatData:
      case TENSOR.int32Data:
      case TENSOR.stringData:
      case TENSOR.int64Data:
      case TENSOR.doubleData:
      case TENSOR.uint64Data:
        stored += message.kind === BYTES ? message.length : 1;
        break;
      case TENSOR.externalData:
        if (message.kind === BYTES) readEntry(message.inner, entries);
        break;
      case TENSOR.dataLocation:
        isExternal = message.kind === VARINT && message.value === 1;
    }
  }
  return tensorOf({ name, code, dims, stored, rawBytes, external: isExternal ? externalOf(entries) : null });
}

/** Of a sparse one, the values that it has are counted. */
export function readSparseTensor(message: Message): Tensor {
  let values: Tensor | null = null;
  while (message.next()) if (message.is(SPARSE_TENSOR.values, BYTES)) values = readTensor(message.inner);
  return values ?? tensorOf({ name: '', code: 0, dims: [0], stored: 0, rawBytes: null, external: null });
}

interface Read {
  readonly name: string;
  readonly code: number;
  readonly dims: readonly number[];
  readonly stored: number;
  readonly rawBytes: number | null;
  readonly external: ExternalData | null;
}

function tensorOf({ name, code, dims, stored, rawBytes, external }: Read): Tensor {
  const told = { name, type: typeName(code), dims, external };
  const quoted = `the tensor "${cut(name)}"`;
  const bits = DATA_TYPES[code]?.[1];
  const count = dims.reduce((product, dim) => product * dim, 1);
  if (dims.some((dim) => dim < 0))
    return { ...told, count: 0, bytes: 0, problem: `${quoted} has a negative size: [${dims.slice(0, 8).join(', ')}]` };
  if (!Number.isSafeInteger(count * 16))
    return {
      ...told,
      count: 0,
      bytes: 0,
      problem: `${quoted} is larger than can be: [${dims.slice(0, 8).join(', ')}]`,
    };
  if (bits === undefined)
    return { ...told, count, bytes: 0, problem: `${quoted} has a type that is not known: ${String(code)}` };
  const bytes = bits === null ? stored : Math.ceil((count * bits) / 8);
  const held = rawBytes ?? stored;
  const isWrong = external === null && bits !== null && (rawBytes === null ? count > 0 && held === 0 : held !== bytes);
  const problem = isWrong
    ? `${quoted} has ${String(held)} bytes of values, where its shape needs ${String(bytes)}`
    : null;
  return { ...told, count, bytes, problem };
}

function readEntry(message: Message, entries: Map<string, string>): void {
  let key = '';
  let value = '';
  while (message.next()) {
    if (message.is(ENTRY.key, BYTES)) key = message.text;
    else if (message.is(ENTRY.value, BYTES)) value = message.text;
  }
  if (entries.size < 10) entries.set(key, value);
}

function externalOf(entries: ReadonlyMap<string, string>): ExternalData {
  const number = (key: string): number | null => {
    const text = entries.get(key);
    return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : null;
  };
  return { location: entries.get('location') ?? '', offset: number('offset') ?? 0, length: number('length') };
}
