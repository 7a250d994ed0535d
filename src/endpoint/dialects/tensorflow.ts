/**
 * TensorFlow Serving over REST (https://www.tensorflow.org/tfx/serving/api_rest).
 *
 * | | |
 * | --- | --- |
 * | GET v1/models/M[/versions/V] | `model_version_status` |
 * | GET v1/models/M[/versions/V]/metadata | the signature |
 * | POST v1/models/M[/versions/V]:predict | `instances` by row, `inputs` by column |
 * | POST v1/models/M…:classify, :regress | refused: ONNX has no such signatures |
 *
 * Where a version may be, a label may: there are none, so each is refused. What is asked without a version is KServe's too, and
 * in its file. All that is left under `v1/` is "malformed", as there.
 */
import { type Datatype, openShape, type Port } from '../../inference/datatype';
import { type Answer, type Asked, type Dialect, json, type Route, type Served } from '../dialect';
import { Failure, STATUS } from '../failure';
import { object, TEXT } from '../schema';
import { predict, PREDICTION, requireServable, STATE, state } from './v1';

const WHICH = '/v1/models/{model}[/versions/{version}|/labels/{label}]';

const DTYPES: Readonly<Record<Datatype, string>> = {
  BOOL: 'DT_BOOL',
  UINT8: 'DT_UINT8',
  UINT16: 'DT_UINT16',
  UINT32: 'DT_UINT32',
  UINT64: 'DT_UINT64',
  INT8: 'DT_INT8',
  INT16: 'DT_INT16',
  INT32: 'DT_INT32',
  INT64: 'DT_INT64',
  FP16: 'DT_HALF',
  FP32: 'DT_FLOAT',
  FP64: 'DT_DOUBLE',
  BYTES: 'DT_STRING',
};

const malformed = (method: Route['method']): Route => ({
  method,
  path: '/v1/{*}',
  answer: ({ params: [rest = ''] }) => {
    throw new Failure('invalid', `Malformed request: ${method} /v1/${rest.slice(0, 200)}`);
  },
});

export const tensorflow: Dialect = {
  name: 'TensorFlow Serving',
  owns: (path) => /^\/v1(\/|$)/.test(path),
  routes: [
    { method: 'GET', path: WHICH, told: STATE, answer: state },
    {
      method: 'GET',
      path: `${WHICH}/metadata`,
      told: {
        summary: 'What the model takes and gives',
        gives: () => object({ model_spec: { type: 'object' }, metadata: { type: 'object' } }),
      },
      answer: metadata,
    },
    { method: 'POST', path: `${WHICH}:predict`, told: PREDICTION, infers: true, answer: predict },
    { method: 'POST', path: `${WHICH}:classify`, answer: unsupported },
    { method: 'POST', path: `${WHICH}:regress`, answer: unsupported },
    malformed('GET'),
    malformed('POST'),
  ],
  fails: ({ kind, message }) => json({ error: message }, STATUS[kind]),
  failure: object({ error: TEXT }),
};

function unsupported(asked: Asked, served: Served): never {
  requireServable(asked, served);
  throw new Failure('unsupported', 'An ONNX model has no signature for classify or regress. Ask with :predict.');
}

function metadata(asked: Asked, served: Served): Answer {
  requireServable(asked, served);
  const { name, version, signature } = served;
  const all = (ports: readonly Port[]) => Object.fromEntries(ports.map((port) => [port.name, tensorInfo(port)]));
  const own = {
    inputs: all(signature.inputs),
    outputs: all(signature.outputs),
    method_name: 'tensorflow/serving/predict',
  };
  return json({
    model_spec: { name, signature_name: '', version },
    metadata: {
      signature_def: {
        '@type': 'type.googleapis.com/tensorflow.serving.SignatureDefMap',
        signature_def: { serving_default: own },
      },
    },
  });
}

/** Whole numbers of 64 bits are texts in protobuf's JSON. */
const tensorInfo = (port: Port) => ({
  dtype: DTYPES[port.datatype],
  tensor_shape: {
    dim: openShape(port).map((size) => ({ size: String(size), name: '' })),
    unknown_rank: port.shape.length === 0,
  },
  name: port.name,
});
