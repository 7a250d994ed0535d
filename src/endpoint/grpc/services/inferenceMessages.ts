/** Messages of the Open Inference Protocol over gRPC, with Triton's index of models: what of them is served. */
import { BOOLS, DOUBLES, FLOATS, INT32S, INT64S, UINT32S, UINT64S } from '../lists';
import { bool, buffers, many, message, numbers, one, string, strings, texts } from '../message';

export const ServerLiveRequest = message('inference.ServerLiveRequest', {});
export const ServerLiveResponse = message('inference.ServerLiveResponse', { live: bool(1) });
export const ServerReadyRequest = message('inference.ServerReadyRequest', {});
export const ServerReadyResponse = message('inference.ServerReadyResponse', { ready: bool(1) });
export const ModelReadyRequest = message('inference.ModelReadyRequest', { name: string(1), version: string(2) });
export const ModelReadyResponse = message('inference.ModelReadyResponse', { ready: bool(1) });
export const ServerMetadataRequest = message('inference.ServerMetadataRequest', {});
export const ServerMetadataResponse = message('inference.ServerMetadataResponse', {
  name: string(1),
  version: string(2),
  extensions: strings(3),
});

export const ModelMetadataRequest = message('inference.ModelMetadataRequest', { name: string(1), version: string(2) });
const TensorMetadata = message('inference.ModelMetadataResponse.TensorMetadata', {
  name: string(1),
  datatype: string(2),
  shape: numbers(3, INT64S),
});
export const ModelMetadataResponse = message('inference.ModelMetadataResponse', {
  name: string(1),
  versions: strings(2),
  platform: string(3),
  inputs: many(4, TensorMetadata),
  outputs: many(5, TensorMetadata),
});

export const InferTensorContents = message('inference.InferTensorContents', {
  bool_contents: numbers(1, BOOLS),
  int_contents: numbers(2, INT32S),
  int64_contents: numbers(3, INT64S),
  uint_contents: numbers(4, UINT32S),
  uint64_contents: numbers(5, UINT64S),
  fp32_contents: numbers(6, FLOATS),
  fp64_contents: numbers(7, DOUBLES),
  bytes_contents: texts(8),
});
export const InferInputTensor = message('inference.ModelInferRequest.InferInputTensor', {
  name: string(1),
  datatype: string(2),
  shape: numbers(3, INT64S),
  contents: one(5, InferTensorContents),
});
const InferRequestedOutputTensor = message('inference.ModelInferRequest.InferRequestedOutputTensor', {
  name: string(1),
});
export const ModelInferRequest = message('inference.ModelInferRequest', {
  model_name: string(1),
  model_version: string(2),
  id: string(3),
  inputs: many(5, InferInputTensor),
  outputs: many(6, InferRequestedOutputTensor),
  raw_input_contents: buffers(7),
});
const InferOutputTensor = message('inference.ModelInferResponse.InferOutputTensor', {
  name: string(1),
  datatype: string(2),
  shape: numbers(3, INT64S),
});
export const ModelInferResponse = message('inference.ModelInferResponse', {
  model_name: string(1),
  model_version: string(2),
  id: string(3),
  outputs: many(5, InferOutputTensor),
  raw_output_contents: buffers(6),
});

export const RepositoryIndexRequest = message('inference.RepositoryIndexRequest', {
  repository_name: string(1),
  ready: bool(2),
});
const ModelIndex = message('inference.RepositoryIndexResponse.ModelIndex', {
  name: string(1),
  version: string(2),
  state: string(3),
  reason: string(4),
});
export const RepositoryIndexResponse = message('inference.RepositoryIndexResponse', { models: many(1, ModelIndex) });
