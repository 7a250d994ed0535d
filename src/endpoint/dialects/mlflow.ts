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
import { type NamedTensor, type Port } from '../../inference/datatype';
import { parseJson } from '../../inference/json';
import { portNamed } from '../../inference/feeds';
import { Refused, shown } from '../../inference/refused';
import { feedsOfTable, type Table } from '../../inference/table';
import { nestedText, shapeOf, tensorOf, valueText } from '../../inference/tensor';
import { type Answer, type Asked, type Dialect, json, type Served } from '../dialect';
import { Failure, type FailureKind, STATUS } from '../failure';
import { readCsv } from './csv';

const MLFLOW_VERSION = '3.6.0';
const FORMS = ['dataframe_split', 'dataframe_records', 'instances', 'inputs'] as const;
type Form = (typeof FORMS)[number];
const TYPES = "Types: ['text/csv', 'application/json']";

const CODES: Readonly<Record<FailureKind, string>> = {
  invalid: 'BAD_REQUEST',
  forbidden: 'PERMISSION_DENIED',
  not_found: 'ENDPOINT_NOT_FOUND',
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
    { method: 'GET', path: /^\/(?:ping|health)$/, answer: (_, served) => health(served) },
    { method: 'GET', path: /^\/version$/, answer: () => ({ body: MLFLOW_VERSION }) },
    { method: 'POST', path: /^\/invocations$/, answer: invoke },
  ],
  fails: ({ kind, message }) =>
    kind === 'media_type'
      ? { status: 415, type: 'text/plain', body: message }
      : json({ error_code: CODES[kind], message }, STATUS[kind]),
};

const health = ({ isReady }: Served): Answer => ({ status: isReady ? 200 : 503, body: '\n' });

async function invoke({ headers, body }: Asked, served: Served): Promise<Answer> {
  const type = mediaType(headers['content-type'] ?? '');
  const text = body.toString();
  if (type === 'text/csv') return answerTable(readCsv(text, served.signature), served);
  const asked = parseJson(text, { exactIntegers: served.exactIntegers });
  const form = formOf(asked);
  const given = (asked as Record<string, unknown>)[form];
  switch (form) {
    case 'dataframe_split':
      return answerTable(tableOfSplit(given), served);
    case 'dataframe_records':
      return answerTable(tableOfRecords(given), served);
    case 'instances':
    case 'inputs': {
      const outputs = await served.infer(feedsOfTensors(form, given, served.signature.inputs));
      const texts = outputs.map((output) => `${JSON.stringify(output.name)}:${nestedText(output)}`);
      return { body: `{"predictions":{${texts.join(',')}}}` };
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

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function tableOfSplit(given: unknown): Table {
  if (!isRecord(given))
    throw new Refused(
      `Dataframe split format must be a dictionary. Got ${Array.isArray(given) ? 'list' : shown(given)}`,
    );
  const { data, columns } = given;
  const wrong = (why: string) =>
    new Refused(`Provided dataframe_split field is not a valid dataframe representation in 'split' format: ${why}`);
  if (!Array.isArray(data)) throw wrong('data is no list.');
  if (columns !== undefined && !Array.isArray(columns)) throw wrong('columns is no list.');
  const names = columns?.map(String) ?? null;
  const rows = data.map((row: unknown) => (Array.isArray(row) ? (row as unknown[]) : [row]));
  const width = names?.length ?? rows[0]?.length ?? 0;
  const odd = rows.findIndex((row) => row.length !== width);
  if (odd !== -1)
    throw wrong(`row ${String(odd + 1)} has ${String(rows[odd]?.length)} values for ${String(width)} columns.`);
  return { columns: names, rows };
}

function tableOfRecords(given: unknown): Table {
  if (!Array.isArray(given))
    throw new Refused(
      `Dataframe records format must be a list of records. Got ${isRecord(given) ? 'dictionary' : shown(given)}.`,
    );
  if (!given.every(isRecord)) throw new Refused('Dataframe records format must be a list of records.');
  const columns = [...new Set(given.flatMap((record) => Object.keys(record)))];
  // What a record lacks is missing: as null, which is what it becomes in pandas.
  return {
    columns,
    rows: given.map((record) => columns.map((name) => (Object.hasOwn(record, name) ? record[name] : null))),
  };
}

/** Rows, or tensors by name; of a model with one input also the tensor itself. */
function feedsOfTensors(form: 'instances' | 'inputs', given: unknown, inputs: readonly Port[]): NamedTensor[] {
  if (form === 'instances' && Array.isArray(given) && given.length > 0 && given.every(isRecord))
    return columnsOf(given, inputs);
  if (isRecord(given)) return Object.entries(given).map(([name, data]) => tensorFor(portNamed(inputs, name), data));
  const [only, ...others] = inputs;
  if (only === undefined || others.length > 0)
    throw new Refused(
      `The model has several inputs: name them. It has: ${inputs.map(({ name }) => shown(name)).join(', ')}.`,
    );
  return [tensorFor(only, given)];
}

function columnsOf(rows: readonly Record<string, unknown>[], inputs: readonly Port[]): NamedTensor[] {
  const names = Object.keys(rows[0] ?? {});
  return names.map((name) => {
    const port = portNamed(inputs, name);
    const short = rows.findIndex((row) => !Object.hasOwn(row, name));
    if (short !== -1) throw new Refused(`Instance ${String(short + 1)} has no ${shown(name)}.`);
    return tensorFor(
      port,
      rows.map((row) => row[name]),
    );
  });
}

/** A list of values is a column where the model takes one. */
function tensorFor({ name, datatype, shape: wanted }: Port, data: unknown): NamedTensor {
  const shape = shapeOf(data, name);
  const isColumn = shape.length === 1 && wanted.length === 2 && wanted[1] === 1;
  const values = isColumn ? (data as readonly unknown[]).map((value) => [value]) : data;
  return { name, ...tensorOf(datatype, isColumn ? [...shape, 1] : shape, values, name) };
}

async function answerTable(table: Table, served: Served): Promise<Answer> {
  const outputs = await served.infer(feedsOfTable(table, served.signature));
  const { length } = table.rows;
  const odd = outputs.find(({ shape }) => shape[0] !== length);
  if (odd)
    throw new Refused(
      `The output ${shown(odd.name)} is not one value for each row: ask with "inputs" in place of a table.`,
    );
  const records = table.rows.map((_, row) => {
    const texts = outputs.map((output) => `${JSON.stringify(output.name)}:${rowText(output, row)}`);
    return `{${texts.join(',')}}`;
  });
  return { body: `{"predictions":[${records.join(',')}]}` };
}

/** A row of one value is that value. */
function rowText(output: NamedTensor, row: number): string {
  const [count = 1, ...rest] = output.shape;
  const width = output.data.length / count;
  if (rest.length === 0 || (rest.length === 1 && width === 1)) return valueText(output, row * width);
  return nestedText(output, 1, row * width, width);
}
