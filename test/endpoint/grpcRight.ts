/** Messages of gRPC that an endpoint of the model `every` answers, to be broken. */
import * as oip from '../../src/endpoint/grpc/services/inferenceMessages';
import * as tf from '../../src/endpoint/grpc/services/tensorflowMessages';

export const RIGHT_MESSAGES: readonly [Buffer, ...Buffer[]] = [
  oip.ModelInferRequest.encode({
    model_name: 'model',
    inputs: [
      oip.InferInputTensor.of({
        ...{ name: 'in_INT64', datatype: 'INT64', shape: BigInt64Array.of(2n) },
        contents: oip.InferTensorContents.of({ int64_contents: BigInt64Array.of(1n, -1n) }),
      }),
      oip.InferInputTensor.of({ name: 'in_STRING', datatype: 'BYTES', shape: BigInt64Array.of(1n) }),
    ],
    raw_input_contents: [Buffer.alloc(16), Buffer.from('0100000061', 'hex')],
  }),
  tf.PredictRequest.encode({
    model_spec: tf.ModelSpec.of({ name: 'model', version: { value: 1n } }),
    inputs: new Map([
      ['in_BOOL', tf.TensorProto.of({ dtype: 10, tensor_shape: { dim: [{ size: 1n }], unknown_rank: false } })],
    ]),
  }),
];
