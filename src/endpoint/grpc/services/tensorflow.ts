/**
 * TensorFlow Serving over gRPC (https://github.com/tensorflow/serving): predictions, metadata and the state of the model. What it
 * has besides (classify, regress, sessions, reloading) is UNIMPLEMENTED.
 */
import { openShape, type Port } from '../../../inference/datatype';
import { portNamed } from '../../../inference/feeds';
import { Refused, shown } from '../../../inference/refused';
import type { Served } from '../../dialect';
import { requireServable, requireSignature, SIGNATURE } from '../../dialects/v1';
import type { Of } from '../message';
import { CODES, method, type Service } from '../service';
import { dtypeOf, protoOf, shapeProto, tensorOfProto } from './tensorProto';
import * as m from './tensorflowMessages';

type ModelSpec = Of<typeof m.ModelSpec>;

const FIELD = 'signature_def';
const METHOD_NAME = 'tensorflow/serving/predict';
/** `ModelVersionStatus.State` */
const [LOADING, AVAILABLE] = [20, 30];

export const tensorflow: readonly Service[] = [
  {
    name: 'tensorflow.serving.PredictionService',
    methods: [
      method('Predict', m.PredictRequest, m.PredictResponse, predict, { infers: true }),
      method('GetModelMetadata', m.GetModelMetadataRequest, m.GetModelMetadataResponse, metadata),
    ],
  },
  {
    name: 'tensorflow.serving.ModelService',
    methods: [method('GetModelStatus', m.GetModelStatusRequest, m.GetModelStatusResponse, status)],
  },
];

/** @throws Failure `no_model`, `no_version`; Refused for a label, or no model at all */
function requireSpec(spec: ModelSpec | undefined, served: Served): ModelSpec {
  if (spec === undefined) throw new Refused('Missing ModelSpec');
  const { name, version, version_label: label } = spec;
  requireServable({ params: [name, version?.value.toString(), label === '' ? undefined : label] }, served);
  return spec;
}

/** Versions are numbers here: one that is none is left out. */
const specOf = ({ name, version }: Served, signature_name: string): ModelSpec =>
  m.ModelSpec.of({
    name,
    signature_name,
    ...(/^\d{1,18}$/.test(version) ? { version: { value: BigInt(version) } } : {}),
  });

async function predict(
  asked: Of<typeof m.PredictRequest>,
  served: Served,
): Promise<Partial<Of<typeof m.PredictResponse>>> {
  const { signature_name: wanted } = requireSpec(asked.model_spec, served);
  requireSignature(wanted);
  const { outputs: ports } = served.signature;
  for (const name of asked.output_filter) portNamed(ports, name, 'output');
  const outputs = await served.infer(Array.from(asked.inputs, ([name, proto]) => tensorOfProto(name, proto)));
  const chosen = new Set(asked.output_filter);
  const told = chosen.size === 0 ? outputs : outputs.filter(({ name }) => chosen.has(name));
  return {
    outputs: new Map(told.map((output) => [output.name, protoOf(output)])),
    model_spec: specOf(served, SIGNATURE),
  };
}

function metadata({ model_spec, metadata_field: fields }: Of<typeof m.GetModelMetadataRequest>, served: Served) {
  requireSpec(model_spec, served);
  if (fields.length === 0) throw new Refused('GetModelMetadataRequest must specify at least one metadata_field');
  const odd = fields.find((field) => field !== FIELD);
  if (odd !== undefined) throw new Refused(`Metadata field ${shown(odd)} is not supported. There is "${FIELD}".`);
  const { inputs, outputs } = served.signature;
  const own = { inputs: infos(inputs), outputs: infos(outputs), method_name: METHOD_NAME };
  const value = m.SignatureDefMap.encode({ signature_def: new Map([[SIGNATURE, own]]) });
  const type_url = 'type.googleapis.com/tensorflow.serving.SignatureDefMap';
  return { model_spec: specOf(served, ''), metadata: new Map([[FIELD, { type_url, value }]]) };
}

const infos = (ports: readonly Port[]) =>
  new Map(
    ports.map((port) => {
      const { name, datatype, shape } = port;
      return [name, { name, dtype: dtypeOf(datatype), tensor_shape: shapeProto(openShape(port), shape.length === 0) }];
    }),
  );

function status({ model_spec }: Of<typeof m.GetModelStatusRequest>, served: Served) {
  requireSpec(model_spec, served);
  const { isReady } = served;
  const state = isReady ? AVAILABLE : LOADING;
  const why = isReady
    ? { error_code: 0, error_message: '' }
    : { error_code: CODES.unavailable, error_message: 'The model is being loaded.' };
  return {
    model_version_status: [{ version: specOf(served, '').version?.value ?? 0n, state, status: why }],
  };
}
