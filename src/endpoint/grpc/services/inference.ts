/**
 * The Open Inference Protocol, version 2, over gRPC (https://github.com/kserve/open-inference-protocol), as Triton has it. What is
 * not in the table of methods (streams, loading, statistics, shared memory) is UNIMPLEMENTED.
 */
import { bytesOfTensor, tensorOfBytes } from '../../../inference/bytes';
import { type Datatype, isDatatype, type NamedTensor, openShape, type Port } from '../../../inference/datatype';
import { portNamed } from '../../../inference/feeds';
import { Refused, shown } from '../../../inference/refused';
import { tensorOfTyped } from '../../../inference/typed';
import { type Call, takeId } from '../../call';
import type { Served } from '../../dialect';
import { requireModel } from '../../dialects/asked';
import { PLATFORM, SERVER } from '../../dialects/oip';
import type { Of } from '../message';
import { method, type Service } from '../service';
import { numbersOf, sizesOf } from '../shapes';
import * as m from './inferenceMessages';

type Contents = Of<typeof m.InferTensorContents>;
type Input = Of<typeof m.InferInputTensor>;
type InferRequest = Of<typeof m.ModelInferRequest>;

/** Where each type's values are. Numbers of 16 bits are sent as bytes alone. */
const CONTENTS: Readonly<Record<Exclude<Datatype, 'FP16'>, keyof Contents>> = {
  BOOL: 'bool_contents',
  UINT8: 'uint_contents',
  UINT16: 'uint_contents',
  UINT32: 'uint_contents',
  UINT64: 'uint64_contents',
  INT8: 'int_contents',
  INT16: 'int_contents',
  INT32: 'int_contents',
  INT64: 'int64_contents',
  FP32: 'fp32_contents',
  FP64: 'fp64_contents',
  BYTES: 'bytes_contents',
};
const NOTHING = m.InferTensorContents.of({});

export const inference: Service = {
  name: 'inference.GRPCInferenceService',
  methods: [
    method('ServerLive', m.ServerLiveRequest, m.ServerLiveResponse, () => ({ live: true }), { isOpen: true }),
    method('ServerReady', m.ServerReadyRequest, m.ServerReadyResponse, (_, { isReady }) => ({ ready: isReady }), {
      isOpen: true,
    }),
    method('ModelReady', m.ModelReadyRequest, m.ModelReadyResponse, (asked, served) => ({
      ready: served.isReady && asked.name === served.name && ['', served.version].includes(asked.version),
    })),
    method('ServerMetadata', m.ServerMetadataRequest, m.ServerMetadataResponse, () => ({
      name: SERVER.name,
      version: SERVER.version,
      extensions: ['model_repository'],
    })),
    method('ModelMetadata', m.ModelMetadataRequest, m.ModelMetadataResponse, metadata),
    method('ModelInfer', m.ModelInferRequest, m.ModelInferResponse, infer, { infers: true }),
    method('RepositoryIndex', m.RepositoryIndexRequest, m.RepositoryIndexResponse, index),
  ],
};

/** No version is any. */
const requireNamed = (name: string, version: string, served: Served): void =>
  requireModel({ params: [name, version === '' ? undefined : version] }, served);

function metadata(
  asked: Of<typeof m.ModelMetadataRequest>,
  served: Served,
): Partial<Of<typeof m.ModelMetadataResponse>> {
  requireNamed(asked.name, asked.version, served);
  const { name, version, signature } = served;
  const told = (port: Port) => ({ name: port.name, datatype: port.datatype, shape: numbersOf(openShape(port)) });
  return {
    ...{ name, versions: [version], platform: PLATFORM },
    inputs: signature.inputs.map(told),
    outputs: signature.outputs.map(told),
  };
}

function index({ ready }: Of<typeof m.RepositoryIndexRequest>, { name, version, isReady }: Served) {
  const state = isReady ? 'READY' : 'UNAVAILABLE';
  return { models: ready && !isReady ? [] : [{ name, version, state, reason: '' }] };
}

async function infer(
  asked: InferRequest,
  served: Served,
  call: Call | null,
): Promise<Partial<Of<typeof m.ModelInferResponse>>> {
  requireNamed(asked.model_name, asked.model_version, served);
  if (asked.id !== '') takeId(call, asked.id);
  const feeds = feedsOf(asked);
  const { outputs: ports } = served.signature;
  const wanted = asked.outputs.map(({ name }) => portNamed(ports, name, 'output').name);
  const all = await served.infer(feeds);
  const outputs =
    wanted.length === 0 ? all : wanted.flatMap((name) => all.find((output) => output.name === name) ?? []);
  return {
    ...{ model_name: served.name, model_version: served.version, id: asked.id === '' ? (call?.id ?? '') : asked.id },
    outputs: outputs.map(({ name, datatype, shape }) => ({ name, datatype, shape: numbersOf(shape) })),
    raw_output_contents: outputs.map(bytesOfTensor),
  };
}

function feedsOf({ inputs, raw_input_contents: raw }: InferRequest): NamedTensor[] {
  if (raw.length > 0 && raw.length !== inputs.length)
    throw new Refused(
      `raw_input_contents has ${String(raw.length)} tensors, where there are ${String(inputs.length)} inputs.`,
    );
  return inputs.map((input, at) => {
    const { name, datatype, contents } = input;
    if (!isDatatype(datatype))
      throw new Refused(
        `The input ${shown(name)} is ${shown(datatype)}, which is no type of the protocol that is served.`,
      );
    const shape = sizesOf(input.shape);
    const bytes = raw[at];
    if (bytes === undefined) return { name, ...tensorOfContents(datatype, shape, input) };
    if (contents !== undefined)
      throw new Refused(`The input ${shown(name)} has contents beside what raw_input_contents has.`);
    return { name, ...tensorOfBytes(datatype, shape, bytes, name) };
  });
}

function tensorOfContents(datatype: Datatype, shape: readonly number[], { name, contents }: Input) {
  if (datatype === 'FP16') throw new Refused(`The input ${shown(name)} is FP16: send it in raw_input_contents.`);
  const given = (contents ?? NOTHING)[CONTENTS[datatype]];
  return tensorOfTyped(datatype, shape, given, name);
}
