/** TensorFlow's tensors (`TensorProto`): values as bytes or as typed lists in, as typed lists out, as TensorFlow Serving does. */
import { tensorOfBytes } from '../../../inference/bytes';
import type { Datatype, NamedTensor, Tensor } from '../../../inference/datatype';
import { Refused, shown } from '../../../inference/refused';
import { tensorOfTyped } from '../../../inference/typed';
import type { Of } from '../message';
import { sizesOf } from '../shapes';
import { TensorProto, type TensorShapeProto } from './tensorflowMessages';

type TensorProto = Of<typeof TensorProto>;
type TypedField = Exclude<keyof TensorProto, 'dtype' | 'tensor_shape' | 'tensor_content'>;

/** `DataType`'s number, and the field of the values. */
const TYPES: Readonly<Record<Datatype, readonly [number, TypedField]>> = {
  FP32: [1, 'float_val'],
  FP64: [2, 'double_val'],
  INT32: [3, 'int_val'],
  UINT8: [4, 'int_val'],
  INT16: [5, 'int_val'],
  INT8: [6, 'int_val'],
  BYTES: [7, 'string_val'],
  INT64: [9, 'int64_val'],
  BOOL: [10, 'bool_val'],
  UINT16: [17, 'int_val'],
  FP16: [19, 'half_val'],
  UINT32: [22, 'uint32_val'],
  UINT64: [23, 'uint64_val'],
};
const BY_NUMBER = new Map(Object.entries(TYPES).map(([name, [number]]) => [number, name as Datatype]));

export const dtypeOf = (datatype: Datatype): number => TYPES[datatype][0];

export const shapeProto = (sizes: readonly number[], unknown_rank = false): Of<typeof TensorShapeProto> => ({
  dim: sizes.map((size) => ({ size: BigInt(size) })),
  unknown_rank,
});

/** @throws Refused */
export function tensorOfProto(name: string, proto: TensorProto): NamedTensor {
  const datatype = BY_NUMBER.get(proto.dtype);
  if (datatype === undefined)
    throw new Refused(`The input ${shown(name)} is of the DataType ${String(proto.dtype)}, which is not served.`);
  const { dim = [], unknown_rank = false } = proto.tensor_shape ?? {};
  if (unknown_rank) throw new Refused(`The input ${shown(name)} has no shape.`);
  const shape = sizesOf(dim.map(({ size }) => size));
  const [, field] = TYPES[datatype];
  if (proto.tensor_content.length === 0) return { name, ...tensorOfTyped(datatype, shape, proto[field], name, true) };
  if (datatype === 'BYTES')
    throw new Refused(`The texts of ${shown(name)} are in tensor_content: send them in string_val.`);
  return { name, ...tensorOfBytes(datatype, shape, proto.tensor_content, name) };
}

export function protoOf(tensor: Tensor): TensorProto {
  const { datatype, shape, data } = tensor;
  const [dtype, field] = TYPES[datatype];
  const values = field === 'int_val' || field === 'half_val' ? Int32Array.from(data as Iterable<number>) : data;
  return TensorProto.of({ dtype, tensor_shape: shapeProto(shape), [field]: values });
}
