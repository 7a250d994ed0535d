/**
 * The Open Inference Protocol, version 2, over REST (https://github.com/kserve/open-inference-protocol), with Triton's extension
 * for binary tensors and its index of models.
 *
 * | | |
 * | --- | --- |
 * | GET v2 | the server |
 * | GET v2/health/live, v2/health/ready | 200 or not |
 * | GET v2/models/M[/versions/V] | what it takes and gives |
 * | GET v2/models/M[/versions/V]/ready | 200 or not |
 * | POST v2/models/M[/versions/V]/infer | tensors for tensors |
 * | POST v2/repository/index | the models |
 * | POST v2/repository/models/M/load, …/unload | with a key alone |
 */
import * as z from 'zod';
import { bytesOfTensor, tensorOfBytes } from '../../inference/bytes';
import { type Datatype, isDatatype, type NamedTensor, openShape, type Port } from '../../inference/datatype';
import { portNamed } from '../../inference/feeds';
import { parseJson } from '../../inference/json';
import { Refused, shown } from '../../inference/refused';
import { flatText, tensorOf } from '../../inference/tensor';
import { BUILD } from '../../protocol/version';
import { takeId } from '../call';
import { type Answer, type Asked, type Dialect, json, type Served } from '../dialect';
import { Failure, STATUS } from '../failure';
import { list, object, oneOf, type Schema, TEXT } from '../schema';
import { requireModel } from './asked';

export const PLATFORM = 'onnxruntime_onnx';
const HEADER_LENGTH = 'Inference-Header-Content-Length';

const Parameters = z.record(z.string(), z.unknown());
const InferRequest = z.object({
  id: z.string().optional(),
  parameters: Parameters.optional(),
  inputs: z
    .array(
      z.object({
        name: z.string(),
        shape: z.array(z.number()),
        datatype: z.string(),
        parameters: Parameters.optional(),
        data: z.unknown().optional(),
      }),
    )
    .max(10_000),
  outputs: z
    .array(z.object({ name: z.string(), parameters: Parameters.optional() }))
    .max(10_000)
    .optional(),
});
type InferRequest = z.infer<typeof InferRequest>;
type InputTensor = InferRequest['inputs'][number];

const MODEL = '/v2/models/{model}[/versions/{version}]';
const READY = object({ ready: { type: 'boolean' } });

export const oip: Dialect = {
  name: 'Open Inference Protocol',
  owns: (path) => /^\/v2(\/|$)/.test(path),
  routes: [
    { method: 'GET', path: '/v2[/]', told: { summary: 'The server' }, answer: () => json(SERVER) },
    {
      method: 'GET',
      path: '/v2/health/live',
      isOpen: true,
      told: { summary: '200 while it is there', gives: () => object({ live: { type: 'boolean' } }) },
      answer: () => json({ live: true }),
    },
    {
      method: 'GET',
      path: '/v2/health/ready',
      isOpen: true,
      told: { summary: '200 while the model can be asked', gives: () => READY },
      answer: (_, { isReady }) => json({ ready: isReady }, isReady ? 200 : 503),
    },
    { method: 'GET', path: `${MODEL}[/]`, told: { summary: 'What the model takes and gives' }, answer: metadata },
    { method: 'GET', path: `${MODEL}/ready`, told: { summary: '200 or not', gives: () => READY }, answer: ready },
    {
      method: 'POST',
      path: `${MODEL}/infer`,
      told: {
        summary: 'Tensors for tensors; also with the binary tensor extension',
        asks: ({ inputs }) => object({ id: TEXT, inputs: list(oneOf(...inputs.map(given))) }, ['inputs']),
        gives: ({ outputs }) =>
          object({ model_name: TEXT, model_version: TEXT, outputs: list(oneOf(...outputs.map(given))) }),
      },
      infers: true,
      answer: infer,
    },
    { method: 'POST', path: '/v2/repository/index', told: { summary: 'The models' }, answer: index },
    {
      method: 'POST',
      path: '/v2/repository/models/{model}/load',
      told: { summary: 'Loads the model that was unloaded; needs a key' },
      answer: async (asked, served) => changed(asked, served, () => served.load()),
    },
    {
      method: 'POST',
      path: '/v2/repository/models/{model}/unload',
      told: { summary: 'Answers what has begun, and unloads the model; needs a key' },
      answer: async (asked, served) => changed(asked, served, () => served.unload()),
    },
  ],
  fails: ({ kind, message }) => json({ error: message }, STATUS[kind]),
  failure: object({ error: TEXT }),
};

const given = ({ name, datatype }: Port): Schema =>
  object({
    name: { const: name },
    datatype: { const: datatype },
    shape: list({ type: 'integer', minimum: 0 }),
    data: { type: 'array' },
  });

export const SERVER = {
  name: 'loopwright',
  version: BUILD.version,
  extensions: ['binary_tensor_data', 'model_repository'],
};

function metadata(asked: Asked, served: Served): Answer {
  requireModel(asked, served);
  const { signature } = served;
  const told = (port: Port) => ({ name: port.name, datatype: port.datatype, shape: openShape(port) });
  return json({
    name: served.name,
    versions: [served.version],
    platform: PLATFORM,
    inputs: signature.inputs.map(told),
    outputs: signature.outputs.map(told),
  });
}

function ready(asked: Asked, served: Served): Answer {
  requireModel(asked, served);
  return json({ name: served.name, ready: served.isReady }, served.isReady ? 200 : 503);
}

function index({ body }: Asked, { name, version, isReady }: Served): Answer {
  const asked = body.length === 0 ? {} : parseJson(body.toString(), { exactIntegers: false });
  const onlyReady = typeof asked === 'object' && asked !== null && 'ready' in asked && asked.ready === true;
  const state = isReady ? 'READY' : 'UNAVAILABLE';
  return json(onlyReady && !isReady ? [] : [{ name, version, state, reason: '' }]);
}

/** What else a body may say (another configuration, files) is not looked at. @throws Failure `forbidden` without a key */
async function changed(asked: Asked, served: Served, change: () => Promise<void>): Promise<Answer> {
  if (asked.standing !== 'given')
    throw new Failure('forbidden', 'Models are loaded and unloaded with the key of the endpoint. Serve it with --key.');
  requireModel(asked, served);
  await change();
  return json({});
}

async function infer(asked: Asked, served: Served): Promise<Answer> {
  requireModel(asked, served);
  const { request, rest } = readRequest(asked, served);
  if (request.id !== undefined) takeId(asked.call, request.id);
  const feeds = feedsOf(request.inputs, rest);
  const { outputs: ports } = served.signature;
  const wanted = request.outputs?.map(({ name }) => portNamed(ports, name, 'output').name);
  const outputs = await served.infer(feeds);
  const chosen = wanted?.flatMap((name) => outputs.find((output) => output.name === name) ?? []) ?? outputs;
  return answerOf({ ...request, id: request.id ?? asked.call?.id }, chosen, served);
}

/** The JSON, and the bytes of tensors behind it. */
function readRequest({ headers, body }: Asked, { exactIntegers }: Served): { request: InferRequest; rest: Buffer } {
  const told = headers[HEADER_LENGTH.toLowerCase()];
  const length = told === undefined ? body.length : /^\d{1,15}$/.test(String(told)) ? Number(told) : NaN;
  if (!(length <= body.length))
    throw new Refused(`${HEADER_LENGTH} is ${shown(told)}, where the body has ${String(body.length)} bytes.`);
  const parsed = InferRequest.safeParse(parseJson(body.toString('utf8', 0, length), { exactIntegers }));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new Refused(`The request is not of the protocol: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}.`);
  }
  return { request: parsed.data, rest: body.subarray(length) };
}

function feedsOf(inputs: readonly InputTensor[], rest: Buffer): NamedTensor[] {
  let at = 0;
  const feeds = inputs.map((input) => {
    const { name, shape, data } = input;
    const datatype = datatypeOf(input);
    const size = input.parameters?.binary_data_size;
    if (size === undefined) {
      if (data === undefined) throw new Refused(`The input ${shown(name)} has no data.`);
      return { name, ...tensorOf(datatype, shape, data, name) };
    }
    if (data !== undefined) throw new Refused(`The input ${shown(name)} has both data and binary data.`);
    if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0 || at + size > rest.length)
      throw new Refused(`The binary data of ${shown(name)} is ${shown(size)} bytes, which are not there.`);
    at += size;
    return { name, ...tensorOfBytes(datatype, shape, rest.subarray(at - size, at), name) };
  });
  if (at !== rest.length)
    throw new Refused(`Behind the JSON are ${String(rest.length)} bytes, where the inputs have ${String(at)}.`);
  return feeds;
}

function datatypeOf({ name, datatype }: InputTensor): Datatype {
  if (isDatatype(datatype)) return datatype;
  throw new Refused(`The input ${shown(name)} is ${shown(datatype)}, which is no type of the protocol that is served.`);
}

function answerOf(request: InferRequest, outputs: readonly NamedTensor[], { name, version }: Served): Answer {
  const parts: Buffer[] = [];
  const texts = outputs.map((output) => {
    const head = { name: output.name, shape: output.shape, datatype: output.datatype };
    if (!isBinary(request, output.name)) return `${JSON.stringify(head).slice(0, -1)},"data":${flatText(output)}}`;
    const bytes = bytesOfTensor(output);
    parts.push(bytes);
    return JSON.stringify({ ...head, parameters: { binary_data_size: bytes.length } });
  });
  const head = JSON.stringify({
    ...(request.id === undefined ? {} : { id: request.id }),
    model_name: name,
    model_version: version,
  });
  const text = `${head.slice(0, -1)},"outputs":[${texts.join(',')}]}`;
  if (parts.length === 0) return { body: text };
  const json = Buffer.from(text);
  return {
    type: 'application/octet-stream',
    headers: { [HEADER_LENGTH]: String(json.length) },
    body: Buffer.concat([json, ...parts]),
  };
}

/** What is said of one output comes before what is said of all. */
function isBinary({ outputs, parameters }: InferRequest, name: string): boolean {
  const own = outputs?.find((output) => output.name === name)?.parameters?.binary_data;
  return own === undefined ? parameters?.binary_data_output === true : own === true;
}
