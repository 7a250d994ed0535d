/**
 * Azure Machine Learning's online endpoints, as `azureml-inference-server-http` and the deployments of MLflow's models have them
 * (https://learn.microsoft.com/azure/machine-learning/how-to-deploy-mlflow-models-online-endpoints).
 *
 * | POST score | answered |
 * | --- | --- |
 * | `input_data`: a table (`columns`, `index`, `data`) | a list of records |
 * | `input_data`: rows or a tensor, tensors by name | an object of lists |
 * | `data`: rows | `result` |
 * | `Inputs`: `data`, or `WebServiceInput0` of the designer | `Results`, under `WebServiceOutput0` |
 *
 * Ids of requests are sent back, as the server there does it. Which deployment is wanted is a header there: here is one, named
 * as the endpoint. Its root, which only has to answer, is that of the house.
 */
import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { feedsOfRows, feedsOfTensors, isRecord, tableOfRecords, tableOfSplit } from '../../inference/given';
import { Refused, shown } from '../../inference/refused';
import { feedsOfTable, type Table } from '../../inference/table';
import { namedText, rowTexts } from '../../inference/told';
import { type Answer, type Asked, type Dialect, json, type Served } from '../dialect';
import { Failure, STATUS } from '../failure';
import { list, named, object, oneOf, rows, SPLIT, tensor, tensors, TEXT } from '../schema';
import { objectOf, soleOf } from './asked';

const DEPLOYMENT = 'azureml-model-deployment';
const MAX_ID = 100;

export const azure: Dialect = {
  name: 'Azure ML',
  owns: (path) => path === '/score',
  routes: [
    {
      method: 'POST',
      path: '/score',
      told: {
        summary: 'Predictions for a table, rows or tensors',
        asks: ({ inputs }) =>
          oneOf(
            object({ input_data: oneOf(SPLIT, rows(inputs), tensors(inputs)) }),
            object({ data: rows(inputs) }),
            object({ Inputs: oneOf(object({ data: rows(inputs) }), object({ WebServiceInput0: rows(inputs) })) }),
          ),
        gives: ({ outputs }) => {
          const records = list(named(outputs, () => ({})));
          const web = object({ WebServiceOutput0: records });
          return oneOf(
            records,
            named(outputs, tensor),
            object({ result: records }),
            object({ Results: oneOf(records, web) }),
          );
        },
      },
      infers: true,
      answer: score,
    },
  ],
  // A model that takes too long is 408 there.
  fails: ({ kind, message }, headers) => ({
    ...json({ message }, kind === 'timeout' ? 408 : STATUS[kind]),
    headers: idsOf(headers) ?? {},
  }),
  failure: object({ message: TEXT }),
};

async function score(asked: Asked, served: Served): Promise<Answer> {
  const { headers } = asked;
  const ids = idsOf(headers);
  if (ids === null)
    return json(
      {
        message: `x-request-id, x-ms-request-id and x-ms-client-request-id must not exceed ${String(MAX_ID)} characters`,
      },
      431,
    );
  const deployment = headers[DEPLOYMENT];
  if (deployment !== undefined && deployment !== served.name)
    throw new Failure('not_found', `There is no deployment ${shown(deployment)}. There is: ${served.name}.`);
  return { body: await scored(asked, served), headers: { ...ids, [DEPLOYMENT]: served.name } };
}

async function scored(asked: Asked, served: Served): Promise<string> {
  const request = objectOf(asked, served);
  const form = soleOf(request, ['input_data', 'data', 'Inputs']);
  const given = request[form];
  switch (form) {
    case 'input_data': {
      if (isRecord(given) && Array.isArray(given.data) && !isInput('data', served))
        return recordsText(
          tableOfSplit(given, (why) => new Refused(`input_data is no table: ${why}`)),
          served,
        );
      const { signature } = served;
      if (Array.isArray(given) && given.length > 0 && given.every(isRecord))
        return recordsText(tableOfRecords(given), served);
      return namedText(await served.infer(feedsOfTensors(given, signature.inputs)));
    }
    case 'data':
      return `{"result":${await rowsText(form, given, served)}}`;
    case 'Inputs': {
      if (!isRecord(given)) throw new Refused(`"Inputs" has to be an object. It is ${shown(given)}.`);
      const name = soleOf(given, ['data', 'WebServiceInput0']);
      const text = await rowsText(name, given[name], served);
      return `{"Results":${name === 'data' ? text : `{"WebServiceOutput0":${text}}`}}`;
    }
  }
}

const isInput = (name: string, { signature }: Served): boolean => signature.inputs.some((input) => input.name === name);

async function recordsText(table: Table, served: Served): Promise<string> {
  const outputs = await served.infer(feedsOfTable(table, served.signature));
  return `[${rowTexts(outputs, table.rows.length, { isFlat: true }).join(',')}]`;
}

async function rowsText(name: string, given: unknown, served: Served): Promise<string> {
  if (!Array.isArray(given)) throw new Refused(`"${name}" has to be a list of rows. It is ${shown(given)}.`);
  const outputs = await served.infer(feedsOfRows(given, served.signature));
  return `[${rowTexts(outputs, given.length, { isFlat: true }).join(',')}]`;
}

/** Those that were sent, and one that is made where none was. Null where one is too long. */
function idsOf(headers: IncomingHttpHeaders): Readonly<Record<string, string>> | null {
  const sent = (name: string): string => String(headers[name] ?? '').replaceAll(/[^ -~]/g, '?');
  const id = sent('x-request-id') || randomUUID();
  const legacy = sent('x-ms-request-id');
  const client = sent('x-ms-client-request-id') || legacy;
  if (Math.max(id.length, legacy.length, client.length) > MAX_ID) return null;
  return {
    'x-request-id': id,
    'x-ms-request-id': legacy || client || id,
    ...(client ? { 'x-ms-client-request-id': client } : {}),
  };
}
