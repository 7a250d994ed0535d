/**
 * The types that a tensor's values have: named as the Open Inference Protocol does, with what JavaScript keeps them in, what
 * ONNX Runtime calls them and how many bytes each takes on the wire.
 */
export type Values =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigUint64Array
  | string[];

interface Facts {
  /** ONNX Runtime's word. */
  readonly runtime: string;
  /** Of one value; null where they differ in length. */
  readonly bytes: number | null;
  readonly make: (length: number) => Values;
}

export const DATATYPES = {
  BOOL: { runtime: 'bool', bytes: 1, make: (length) => new Uint8Array(length) },
  UINT8: { runtime: 'uint8', bytes: 1, make: (length) => new Uint8Array(length) },
  UINT16: { runtime: 'uint16', bytes: 2, make: (length) => new Uint16Array(length) },
  UINT32: { runtime: 'uint32', bytes: 4, make: (length) => new Uint32Array(length) },
  UINT64: { runtime: 'uint64', bytes: 8, make: (length) => new BigUint64Array(length) },
  INT8: { runtime: 'int8', bytes: 1, make: (length) => new Int8Array(length) },
  INT16: { runtime: 'int16', bytes: 2, make: (length) => new Int16Array(length) },
  INT32: { runtime: 'int32', bytes: 4, make: (length) => new Int32Array(length) },
  INT64: { runtime: 'int64', bytes: 8, make: (length) => new BigInt64Array(length) },
  // Its bits: not every Node that we run on has an array of them.
  FP16: { runtime: 'float16', bytes: 2, make: (length) => new Uint16Array(length) },
  FP32: { runtime: 'float32', bytes: 4, make: (length) => new Float32Array(length) },
  FP64: { runtime: 'float64', bytes: 8, make: (length) => new Float64Array(length) },
  BYTES: { runtime: 'string', bytes: null, make: (length) => new Array<string>(length).fill('') },
} as const satisfies Record<string, Facts>;

export type Datatype = keyof typeof DATATYPES;

export const isDatatype = (word: string): word is Datatype => Object.hasOwn(DATATYPES, word);

const BY_RUNTIME = new Map<string, Datatype>(
  Object.entries(DATATYPES).flatMap(([name, { runtime }]) => (isDatatype(name) ? [[runtime, name] as const] : [])),
);

/** Null for a type that is not served (`uint4`). */
export const datatypeOf = (runtime: string): Datatype | null => BY_RUNTIME.get(runtime) ?? null;

export interface Tensor {
  readonly datatype: Datatype;
  readonly shape: readonly number[];
  readonly data: Values;
}
export type NamedTensor = Tensor & { readonly name: string };

/** A tensor that an input or output of a model has. */
export interface Port {
  readonly name: string;
  readonly datatype: Datatype;
  /** A number, or the name of a size that is open (empty if it has none). */
  readonly shape: readonly (number | string)[];
}

/** What is open is -1. */
export const openShape = ({ shape }: Port): number[] => shape.map((size) => (typeof size === 'number' ? size : -1));

/** As ONNX's tools write it: `FP32 [N, 4]`. */
export const portWords = ({ datatype, shape }: Port): string =>
  `${datatype} [${shape.map((size) => (size === '' ? '?' : String(size))).join(', ')}]`;

/** What a model takes and gives, as far as it can be read. */
export interface Signature {
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  /** Outputs that can't be read, with what they are. */
  readonly unreadable: readonly { readonly name: string; readonly what: string }[];
  /** Names of the classes, of an output of probabilities. */
  readonly labels: Readonly<Record<string, readonly string[]>>;
}
