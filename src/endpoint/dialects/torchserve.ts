/**
 * TorchServe (https://docs.pytorch.org/serve/inference_api.html, …/management_api.html), which nobody maintains any more, but
 * whose clients are there. Inference and management, which it has on two ports, are on one.
 *
 * | | |
 * | --- | --- |
 * | GET ping | is MLflow's as well, and in its file |
 * | OPTIONS / | OpenAPI |
 * | POST predictions/M[/V] | JSON: rows or a tensor, also under `data` or `body`; tensors by name; `instances` |
 * | GET models | the models |
 * | GET models/M[/V\|/all] | a list with what there is of it |
 *
 * What a handler makes of a request is its own affair there. Here outputs are answered as the base handler does, as lists: those
 * of a model with several by name; `instances` by `predictions`, as its envelope for KServe does. Whatever would change
 * something (registering by address, scaling, removing) is refused.
 */
import { feedsOfRows, feedsOfTensors, isRecord } from '../../inference/given';
import { Refused } from '../../inference/refused';
import { rowTexts, soleOrNamedText } from '../../inference/told';
import { type Answer, type Asked, type Dialect, json, type Served } from '../dialect';
import { type FailureKind, STATUS } from '../failure';
import { list, object, oneOf, row, rows, soleOrNamed, tensor, tensors, TEXT } from '../schema';
import { jsonOf, requireModel } from './asked';

/** Where it says otherwise than HTTP does: a queue that is full is no worker that is free. */
const OWN_STATUS: Partial<Record<FailureKind, number>> = { overloaded: 503, timeout: 408 };

const TYPES: Readonly<Record<FailureKind, string>> = {
  invalid: 'BadRequestException',
  unauthenticated: 'InvalidKeyException',
  forbidden: 'IllegalArgumentException',
  not_found: 'ResourceNotFoundException',
  no_model: 'ModelNotFoundException',
  no_version: 'ModelVersionNotFoundException',
  method: 'MethodNotAllowedException',
  media_type: 'BadRequestException',
  too_large: 'BadRequestException',
  overloaded: 'ServiceUnavailableException',
  unavailable: 'ServiceUnavailableException',
  timeout: 'RequestTimeoutException',
  unsupported: 'BadRequestException',
  internal: 'InternalServerException',
};

export const torchserve: Dialect = {
  name: 'TorchServe',
  owns: (path) => /^\/(predictions|explanations|models|workflows|wfpredict)(\/|$)/.test(path),
  routes: [
    {
      method: 'OPTIONS',
      path: '/',
      told: { summary: 'What /openapi.json has' },
      answer: (_, served) => ({ body: served.openApi() }),
    },
    {
      method: 'POST',
      path: '/predictions/{model}[/{version}]',
      told: {
        summary: 'Predictions for rows or tensors',
        asks: ({ inputs }) =>
          oneOf(
            rows(inputs),
            tensors(inputs),
            object({ data: {} }),
            object({ body: {} }),
            object({ instances: rows(inputs) }),
          ),
        gives: ({ outputs }) =>
          oneOf(soleOrNamed(outputs, tensor), object({ predictions: list(soleOrNamed(outputs, row)) })),
      },
      infers: true,
      answer: predict,
    },
    {
      method: 'GET',
      path: '/models',
      told: {
        summary: 'The models',
        gives: () => object({ models: list(object({ modelName: TEXT, modelUrl: TEXT })) }),
      },
      answer: (_, { name }) => json({ models: [{ modelName: name, modelUrl: name }] }),
    },
    {
      method: 'GET',
      path: '/models/{model}[/{version}]',
      told: {
        summary: 'What there is of the model',
        gives: () => list(object({ modelName: TEXT, modelVersion: TEXT })),
      },
      answer: described,
    },
  ],
  fails: ({ kind, message }) => {
    const code = OWN_STATUS[kind] ?? STATUS[kind];
    return json({ code, type: TYPES[kind], message }, code);
  },
  failure: object({ code: { type: 'integer' }, type: TEXT, message: TEXT }),
};

async function predict(asked: Asked, served: Served): Promise<Answer> {
  requireModel(asked, served);
  const { signature } = served;
  const whole = jsonOf(asked, served);
  const form = isRecord(whole) ? envelopeOf(whole, served) : null;
  const given = form === null || !isRecord(whole) ? whole : whole[form];
  if (form === 'instances') {
    if (!Array.isArray(given)) throw new Refused('Expecting "instances" to be a list.');
    const outputs = await served.infer(feedsOfRows(given, signature));
    return { body: `{"predictions":[${rowTexts(outputs, given.length, { hidesSoleName: true }).join(',')}]}` };
  }
  const feeds = Array.isArray(given) ? feedsOfRows(given, signature) : feedsOfTensors(given, signature.inputs);
  return { body: soleOrNamedText(await served.infer(feeds)) };
}

/** The name under which the data is, where that is no input's. */
const envelopeOf = (whole: object, { signature: { inputs } }: Served): 'instances' | 'data' | 'body' | null =>
  (['instances', 'data', 'body'] as const).find(
    (name) => Object.hasOwn(whole, name) && !inputs.some((input) => input.name === name),
  ) ?? null;

function described(asked: Asked, served: Served): Answer {
  const { params } = asked;
  const [model, version] = params;
  requireModel(version === 'all' ? { ...asked, params: [model] } : asked, served);
  const { name, isReady, waiting, room } = served;
  return json([
    {
      modelName: name,
      modelVersion: served.version,
      modelUrl: name,
      minWorkers: 1,
      maxWorkers: 1,
      maxBatchDelay: 0,
      loadedAtStartup: true,
      workers: [{ id: '1', status: isReady ? 'READY' : 'UNLOADING', gpu: false }],
      jobQueueStatus: { remainingCapacity: room, pendingRequests: waiting },
    },
  ]);
}
