/**
 * Field numbers of ONNX's messages, from its specification (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3). Those
 * that are not asked for are left out.
 */
export const MODEL = {
  irVersion: 1,
  producerName: 2,
  producerVersion: 3,
  domain: 4,
  modelVersion: 5,
  docString: 6,
  graph: 7,
  opsetImport: 8,
  metadata: 14,
  functions: 25,
} as const;

export const OPSET = { domain: 1, version: 2 } as const;
/** `StringStringEntryProto` */
export const ENTRY = { key: 1, value: 2 } as const;

export const GRAPH = { node: 1, name: 2, initializer: 5, input: 11, output: 12, sparseInitializer: 15 } as const;
export const FUNCTION = { node: 7 } as const;
export const NODE = { input: 1, output: 2, name: 3, opType: 4, attribute: 5, domain: 7 } as const;

export const ATTRIBUTE = {
  name: 1,
  float: 2,
  integer: 3,
  string: 4,
  tensor: 5,
  graph: 6,
  floats: 7,
  integers: 8,
  strings: 9,
  tensors: 10,
  graphs: 11,
  refName: 21,
  sparseTensor: 22,
  sparseTensors: 23,
} as const;

export const VALUE = { name: 1, type: 2 } as const;
export const TYPE = { tensor: 1, sequence: 4, map: 5, opaque: 7, sparseTensor: 8, optional: 9 } as const;
export const TENSOR_TYPE = { element: 1, shape: 2 } as const;
export const MAP_TYPE = { key: 1, value: 2 } as const;
export const SHAPE = { dim: 1 } as const;
export const DIM = { value: 1, param: 2 } as const;

export const TENSOR = {
  dims: 1,
  dataType: 2,
  floatData: 4,
  int32Data: 5,
  stringData: 6,
  int64Data: 7,
  name: 8,
  rawData: 9,
  doubleData: 10,
  uint64Data: 11,
  externalData: 13,
  dataLocation: 14,
} as const;

export const SPARSE_TENSOR = { values: 1, indices: 2, dims: 3 } as const;

/** `TensorProto.DataType`, as a type's name has it, and how many bits a value takes; null where that differs. */
export const DATA_TYPES: Readonly<Record<number, readonly [name: string, bits: number | null]>> = {
  1: ['float', 32],
  2: ['uint8', 8],
  3: ['int8', 8],
  4: ['uint16', 16],
  5: ['int16', 16],
  6: ['int32', 32],
  7: ['int64', 64],
  8: ['string', null],
  9: ['bool', 8],
  10: ['float16', 16],
  11: ['double', 64],
  12: ['uint32', 32],
  13: ['uint64', 64],
  14: ['complex64', 64],
  15: ['complex128', 128],
  16: ['bfloat16', 16],
  17: ['float8e4m3fn', 8],
  18: ['float8e4m3fnuz', 8],
  19: ['float8e5m2', 8],
  20: ['float8e5m2fnuz', 8],
  21: ['uint4', 4],
  22: ['int4', 4],
  23: ['float4e2m1', 4],
  24: ['float8e8m0', 8],
  25: ['uint2', 2],
  26: ['int2', 2],
};

export const typeName = (code: number): string => DATA_TYPES[code]?.[0] ?? `type ${String(code)}`;
