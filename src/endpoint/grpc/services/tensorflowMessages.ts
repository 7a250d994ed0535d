/** Messages of TensorFlow Serving, and of TensorFlow's tensors: what of them is served. */
import { BOOLS, DOUBLES, FLOATS, INT32S, INT64S, UINT32S, UINT64S } from '../lists';
import { bool, bytes, enumeration, int64, many, map, message, numbers, one, string, strings, texts } from '../message';

const Dim = message('tensorflow.TensorShapeProto.Dim', { size: int64(1) });
export const TensorShapeProto = message('tensorflow.TensorShapeProto', {
  dim: many(2, Dim),
  unknown_rank: bool(3),
});
export const TensorProto = message('tensorflow.TensorProto', {
  dtype: enumeration(1),
  tensor_shape: one(2, TensorShapeProto),
  tensor_content: bytes(4),
  float_val: numbers(5, FLOATS),
  double_val: numbers(6, DOUBLES),
  int_val: numbers(7, INT32S),
  string_val: texts(8),
  int64_val: numbers(10, INT64S),
  bool_val: numbers(11, BOOLS),
  half_val: numbers(13, INT32S),
  uint32_val: numbers(16, UINT32S),
  uint64_val: numbers(17, UINT64S),
});

const Int64Value = message('google.protobuf.Int64Value', { value: int64(1) });
export const Any = message('google.protobuf.Any', { type_url: string(1), value: bytes(2) });

export const ModelSpec = message('tensorflow.serving.ModelSpec', {
  name: string(1),
  version: one(2, Int64Value),
  signature_name: string(3),
  version_label: string(4),
});
export const PredictRequest = message('tensorflow.serving.PredictRequest', {
  model_spec: one(1, ModelSpec),
  inputs: map(2, TensorProto),
  output_filter: strings(3),
});
export const PredictResponse = message('tensorflow.serving.PredictResponse', {
  outputs: map(1, TensorProto),
  model_spec: one(2, ModelSpec),
});

const TensorInfo = message('tensorflow.TensorInfo', {
  name: string(1),
  dtype: enumeration(2),
  tensor_shape: one(3, TensorShapeProto),
});
const SignatureDef = message('tensorflow.SignatureDef', {
  inputs: map(1, TensorInfo),
  outputs: map(2, TensorInfo),
  method_name: string(3),
});
export const SignatureDefMap = message('tensorflow.serving.SignatureDefMap', { signature_def: map(1, SignatureDef) });
export const GetModelMetadataRequest = message('tensorflow.serving.GetModelMetadataRequest', {
  model_spec: one(1, ModelSpec),
  metadata_field: strings(2),
});
export const GetModelMetadataResponse = message('tensorflow.serving.GetModelMetadataResponse', {
  model_spec: one(1, ModelSpec),
  metadata: map(2, Any),
});

export const GetModelStatusRequest = message('tensorflow.serving.GetModelStatusRequest', {
  model_spec: one(1, ModelSpec),
});
const StatusProto = message('tensorflow.serving.StatusProto', { error_code: enumeration(1), error_message: string(2) });
const ModelVersionStatus = message('tensorflow.serving.ModelVersionStatus', {
  version: int64(1),
  state: enumeration(2),
  status: one(3, StatusProto),
});
export const GetModelStatusResponse = message('tensorflow.serving.GetModelStatusResponse', {
  model_version_status: many(1, ModelVersionStatus),
});
