/**
 * What KServe's first protocol and TensorFlow Serving have in common: both ask `/v1/models/M:predict`, and nothing in a request
 * says whose it is. So it is decided by what is asked for, and where that does not tell, one answer is right for both:
 *
 * | asked | is | answered |
 * | --- | --- | --- |
 * | `instances`, a list of rows | the same in both | `predictions` |
 * | `inputs`, an object of tensors | TensorFlow's columns; KServe's servers take lists alone | `outputs` |
 * | `inputs`, a list of objects | KServe's rows; no tensor of TensorFlow's is one | `predictions` |
 * | `inputs`, any other list | either | `outputs` and, where the outputs have its rows, `predictions` |
 * | GET of the model | either | `name` and `ready` beside `model_version_status` |
 *
 * While the model can't be asked, its GET is 503: KServe's client takes that for "not ready". One of TensorFlow finds its
 * `model_version_status` in that answer all the same.
 */
import { withTexts } from '../../inference/base64';
import type { NamedTensor } from '../../inference/datatype';
import { feedsOfRows, feedsOfTensors, isRecord, type Row } from '../../inference/given';
import { Refused, shown } from '../../inference/refused';
import { rowTexts, soleOrNamedText } from '../../inference/told';
import { nestedText } from '../../inference/tensor';
import { type Answer, type Asked, json, type Served, type Told } from '../dialect';
import { list, object, oneOf, row, rows, soleOrNamed, tensor, tensors, TEXT } from '../schema';
import { objectOf, requireModel, soleOf } from './asked';

export const SIGNATURE = 'serving_default';

export const PREDICTION: Told = {
  summary: 'Predictions for rows or tensors',
  asks: ({ inputs }) =>
    oneOf(object({ instances: rows(inputs) }), object({ inputs: oneOf(tensors(inputs), rows(inputs)) })),
  gives: ({ outputs }) =>
    oneOf(object({ predictions: list(soleOrNamed(outputs, row)) }), object({ outputs: soleOrNamed(outputs, tensor) })),
};

export const STATE: Told = {
  summary: 'Whether the model can be asked',
  gives: () =>
    object({
      name: TEXT,
      ready: { type: 'boolean' },
      model_version_status: list(object({ version: TEXT, state: TEXT })),
    }),
};

/** @throws Failure `no_model`, `no_version`; Refused for a label, of which there are none */
export function requireServable(asked: Pick<Asked, 'params'>, served: Served): void {
  requireModel(asked, served);
  const label = asked.params[2];
  if (label !== undefined) throw new Refused(`Unrecognized servable version label: ${shown(label)}.`);
}

/** @throws Refused for another signature than the one */
export function requireSignature(wanted: unknown): void {
  if (wanted !== '' && wanted !== SIGNATURE)
    throw new Refused(`Serving signature name: ${shown(wanted)} not found in signature def. There is "${SIGNATURE}".`);
}

export function state(asked: Asked, served: Served): Answer {
  requireServable(asked, served);
  const { name, version, isReady } = served;
  const status = isReady
    ? { error_code: 'OK', error_message: '' }
    : { error_code: 'UNAVAILABLE', error_message: 'The model is being loaded.' };
  return json(
    {
      name,
      ready: isReady,
      model_version_status: [{ version, state: isReady ? 'AVAILABLE' : 'LOADING', status }],
      ...(isReady ? {} : { error: status.error_message }),
    },
    isReady ? 200 : 503,
  );
}

export async function predict(asked: Asked, served: Served): Promise<Answer> {
  requireServable(asked, served);
  const request = requestOf(asked, served);
  const { signature_name: wanted } = request;
  if (wanted !== undefined && wanted !== null) requireSignature(wanted);
  const { signature } = served;
  const form = soleOf(request, ['instances', 'inputs']);
  const given = request[form];
  if (form === 'instances' && !Array.isArray(given)) throw new Refused('Expecting "instances" to be a list.');
  if (Array.isArray(given) && (form === 'instances' || (given.length > 0 && given.every(isRecord)))) {
    const outputs = await served.infer(feedsOfRows(given, signature));
    return { body: `{"predictions":${rowsText(outputs, given.length)}}` };
  }
  const outputs = await served.infer(feedsOfTensors(given, signature.inputs));
  const text = `{"outputs":${soleOrNamedText(outputs, (output) => bytesText(output))}`;
  const isEither = Array.isArray(given) && outputs.every(({ shape }) => shape[0] === given.length);
  return { body: isEither ? `${text},"predictions":${rowsText(outputs, given.length)}}` : `${text}}` };
}

/** Objects of bytes are looked for only where one may be. */
function requestOf(asked: Asked, served: Served): Row {
  const request = objectOf(asked, served);
  if (!asked.body.includes('"b64"')) return request;
  return Object.fromEntries(Object.entries(request).map(([name, one]) => [name, withTexts(one)]));
}

const rowsText = (outputs: readonly NamedTensor[], count: number): string =>
  `[${rowTexts(outputs, count, { hidesSoleName: true, textOf: bytesText }).join(',')}]`;

/** Texts of outputs whose name ends so are told as their bytes. */
function bytesText(output: NamedTensor, depth?: number, from?: number, span?: number): string {
  const { data, name } = output;
  if (!Array.isArray(data) || !name.endsWith('_bytes')) return nestedText(output, depth, from, span);
  const encoded = { ...output, data: data.map((text) => Buffer.from(text).toString('base64')) };
  return nestedText(encoded, depth, from, span).replaceAll(/"[^"]*"/g, (text) => `{"b64":${text}}`);
}
