/**
 * MLflow's scoring protocol (https://mlflow.org/docs/latest/ml/deployment/deploy-model-locally/#local-inference-server-spec).
 *
 * | | |
 * | --- | --- |
 * | GET ping, health | 200 while the model can be asked |
 * | GET version | the version of MLflow whose protocol this is |
 * | POST invocations | JSON with one of `dataframe_split`, `dataframe_records`, `instances`, `inputs`; or CSV |
 *
 * A table is answered by records, tensors by an object of lists: as MLflow's own flavor of ONNX does.
 */
import { feedsOfRows, feedsOfTensors, isRecord, tableOfRecords, tableOfSplit } from '../../inference/given';
import { parseJson } from '../../inference/json';
import { Refused, shown } from '../../inference/refused';
import { feedsOfTable, type Table } from '../../inference/table';
import { namedText, rowTexts } from '../../inference/told';
import { type Answer, type Asked, type Dialect, json, type Served } from '../dialect';
import { Failure, type FailureKind, STATUS } from '../failure';
import { list, named, object, oneOf, rows, SPLIT, tensor, tensors, TEXT } from '../schema';
import { readCsv } from '../../inference/csv';

const MLFLOW_VERSION = '3.6.0';
const FORMS = ['dataframe_split', 'dataframe_records', 'instances', 'inputs'] as const;
type Form = (typeof FORMS)[number];
const TYPES = "Types: ['text/csv', 'application/json']";

const CODES: Readonly<Record<FailureKind, string>> = {
  invalid: 'BAD_REQUEST',
  unauthenticated: 'UNAUTHENTICATED',
  forbidden: 'PERMISSION_DENIED',
  not_found: 'ENDPOINT_NOT_FOUND',
  no_model: 'RESOURCE_DOES_NOT_EXIST',
  no_version: 'RESOURCE_DOES_NOT_EXIST',
  method: 'BAD_REQUEST',
  media_type: 'BAD_REQUEST',
  too_large: 'BAD_REQUEST',
  overloaded: 'REQUEST_LIMIT_EXCEEDED',
  unavailable: 'TEMPORARILY_UNAVAILABLE',
  timeout: 'DEADLINE_EXCEEDED',
  unsupported: 'NOT_IMPLEMENTED',
  internal: 'INTERNAL_ERROR',
};

export const mlflow: Dialect = {
  name: 'MLflow',
  owns: (path) => /^\/(ping|health|version|invocations)$/.test(path),
  routes: [
    { method: 'GET', path: '/ping', told: { summary: '200 while the model can be asked' }, isOpen: true, answer: ping },
    {
      method: 'GET',
      path: '/health',
      told: { summary: '200 while the model can be asked' },
      isOpen: true,
      answer: health,
    },
    {
      method: 'GET',
      path: '/version',
      told: { summary: 'The version of MLflow whose protocol this is' },
      answer: () => ({ body: MLFLOW_VERSION }),
    },
    {
      method: 'POST',
      path: '/invocations',
      told: {
        summary: 'Predictions for a table or tensors; a table also as CSV',
        asks: ({ inputs }) =>
          oneOf(
            object({ dataframe_split: SPLIT }),
            object({ dataframe_records: list({ type: 'object' }) }),
            object({ instances: oneOf(rows(inputs), tensors(inputs)) }),
            object({ inputs: tensors(inputs) }),
          ),
        gives: ({ outputs }) =>
          object({ predictions: oneOf(named(outputs, tensor), list(named(outputs, () => ({})))) }),
      },
      infers: true,
      answer: invoke,
    },
  ],
  fails: ({ kind, message }) =>
    kind === 'media_type'
      ? { status: 415, type: 'text/plain', body: message }
      : json({ error_code: CODES[kind], message }, STATUS[kind]),
  failure: object({ error_code: TEXT, message: TEXT }),
};

/** MLflow's clients and SageMaker look at the status, those of TorchServe at this body. */
function ping(_: Asked, { isReady }: Served): Answer {
  return json({ status: isReady ? 'Healthy' : 'Unhealthy' }, isReady ? 200 : 503);
}

function health(_: Asked, { isReady }: Served): Answer {
  return { status: isReady ? 200 : 503, body: '\n' };
}

async function invoke({ headers, body }: Asked, served: Served): Promise<Answer> {
  const type = mediaType(headers['content-type'] ?? '');
  const text = body.toString();
  if (type === 'text/csv') return answerTable(readCsv(text, served.signature), served);
  const asked = parseJson(text, { exactIntegers: served.exactIntegers });
  const form = formOf(asked);
  const given = (asked as Record<string, unknown>)[form];
  switch (form) {
    case 'dataframe_split':
      return answerTable(splitOf(given), served);
    case 'dataframe_records':
      return answerTable(recordsOf(given), served);
    case 'instances':
    case 'inputs': {
      const { signature } = served;
      const isRows = form === 'instances' && Array.isArray(given);
      const feeds = isRows ? feedsOfRows(given, signature) : feedsOfTensors(given, signature.inputs);
      return { body: `{"predictions":${namedText(await served.infer(feeds))}}` };
    }
  }
}

/** @throws Failure `media_type` in MLflow's words */
function mediaType(header: string): string {
  const [type = '', ...parameters] = header.split(';').map((part) => part.trim().toLowerCase());
  if (type !== 'application/json' && type !== 'text/csv')
    throw new Failure(
      'media_type',
      `This predictor only supports the following content types: ${TYPES}. Got '${header.slice(0, 100)}'.`,
    );
  for (const parameter of parameters) {
    const [name, value = ''] = parameter.split('=');
    if (name !== 'charset')
      throw new Failure('media_type', `Unrecognized content type parameters: ${parameter.slice(0, 100)}.`);
    if (!/^"?utf-?8"?$/.test(value)) throw new Failure('media_type', 'The scoring server only supports UTF-8');
  }
  return type;
}

/** @throws Refused */
function formOf(asked: unknown): Form {
  const forms = `{${FORMS.map((form) => `'${form}'`).join(', ')}}`;
  const must = `The input must be a JSON dictionary with exactly one of the input fields ${forms}`;
  if (typeof asked !== 'object' || asked === null || Array.isArray(asked))
    throw new Refused(`${must}. Got ${Array.isArray(asked) ? 'a list' : 'no dictionary'}.`);
  const [form, ...others] = FORMS.filter((name) => Object.hasOwn(asked, name));
  if (form === undefined || others.length > 0)
    throw new Refused(`${must}. Got: ${Object.keys(asked).slice(0, 10).map(shown).join(', ') || 'none'}.`);
  if (Object.hasOwn(asked, 'signature_name')) throw new Refused('There is no signature_name in this protocol.');
  return form;
}

function splitOf(given: unknown): Table {
  if (!isRecord(given))
    throw new Refused(
      `Dataframe split format must be a dictionary. Got ${Array.isArray(given) ? 'list' : shown(given)}`,
    );
  const invalid = "Provided dataframe_split field is not a valid dataframe representation in 'split' format";
  return tableOfSplit(given, (why) => new Refused(`${invalid}: ${why}`));
}

function recordsOf(given: unknown): Table {
  if (!Array.isArray(given))
    throw new Refused(
      `Dataframe records format must be a list of records. Got ${isRecord(given) ? 'dictionary' : shown(given)}.`,
    );
  if (!given.every(isRecord)) throw new Refused('Dataframe records format must be a list of records.');
  return tableOfRecords(given);
}

async function answerTable(table: Table, served: Served): Promise<Answer> {
  const outputs = await served.infer(feedsOfTable(table, served.signature));
  return { body: `{"predictions":[${rowTexts(outputs, table.rows.length, { isFlat: true }).join(',')}]}` };
}
