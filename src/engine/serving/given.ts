/** What somebody wrote into the form, as the tensors that a model takes; every value is checked here, and named where it is wrong. */
import { readCsv, tableOfTexts } from '../../inference/csv';
import { isDatatype, type NamedTensor, type Port, type Signature } from '../../inference/datatype';
import { checkFeeds, portNamed } from '../../inference/feeds';
import { feedsOfRows, feedsOfTensors, isRecord, type Row, tableOfRecords, tableOfSplit } from '../../inference/given';
import { parseJson } from '../../inference/json';
import { Refused, shown } from '../../inference/refused';
import { feedsOfTable } from '../../inference/table';
import { flatText, shapeOf, tensorOf } from '../../inference/tensor';
import type { Given } from '../../protocol/pages/endpoint';
import type { Input } from './call';

const WANTED =
  'Write rows ([[1, 2, 3]] or [{"name": 1}]), columns by name ({"name": [1]}), or {"inputs": [{"name", "shape", "datatype", "data"}]}.';

/** As the endpoint tells it. @throws Refused for a type that only a newer endpoint knows */
export function signatureOf(inputs: readonly Input[]): Signature {
  const port = ({ name, datatype, shape }: Input): Port => {
    if (!isDatatype(datatype))
      throw new Refused(`The input ${shown(name)} is ${shown(datatype)}, which is not known here.`);
    return { name, datatype, shape: shape.map((size) => (size < 0 ? '' : size)) };
  };
  return { inputs: inputs.map(port), outputs: [], unreadable: [], labels: {} };
}

/** @throws Refused */
export function feedsOf(given: Given, signature: Signature): NamedTensor[] {
  const feeds = unchecked(given, signature);
  checkFeeds(feeds, signature);
  return feeds;
}

/** The request of the Open Inference Protocol. */
export const bodyOf = (feeds: readonly NamedTensor[]): string =>
  `{"inputs":[${feeds
    .map((feed) => {
      const head = { name: feed.name, shape: feed.shape, datatype: feed.datatype };
      return `${JSON.stringify(head).slice(0, -1)},"data":${flatText(feed)}}`;
    })
    .join(',')}]}`;

function unchecked(given: Given, signature: Signature): NamedTensor[] {
  switch (given.form) {
    case 'csv': {
      const table = readCsv(given.text, signature);
      if (table.rows.length === 0)
        throw new Refused('There is no row: the first line has the names of the columns, the values come below.');
      return feedsOfTable(table, signature);
    }
    case 'row':
      return feedsOfTable(tableOfTexts(given.columns, [given.cells], signature), signature);
    case 'json': {
      if (given.text.trim() === '') throw new Refused(`There is nothing. ${WANTED}`);
      const exactIntegers = signature.inputs.some(({ datatype }) => datatype === 'INT64' || datatype === 'UINT64');
      return feedsOfJson(parseJson(given.text, { exactIntegers }), signature);
    }
  }
}

function feedsOfJson(given: unknown, signature: Signature): NamedTensor[] {
  const { inputs } = signature;
  if (Array.isArray(given)) return feedsOfRows(isOneRow(given, inputs) ? [given] : given, signature);
  if (!isRecord(given)) throw new Refused(`${shown(given)} is no input. ${WANTED}`);
  const { inputs: named, instances, dataframe_records: records, dataframe_split: split } = given;
  const wrong = (why: string): Refused => new Refused(`dataframe_split: ${why}`);
  if (isTensors(named)) return named.map((one) => tensorIn(one, inputs));
  if (named !== undefined) return feedsOfTensors(named, inputs);
  if (Array.isArray(instances)) return feedsOfRows(instances, signature);
  if (Array.isArray(records) && records.every(isRecord)) return feedsOfTable(tableOfRecords(records), signature);
  if (isRecord(split)) return feedsOfTable(tableOfSplit(split, wrong), signature);
  const isColumns = Object.values(given).every(Array.isArray) && inputs.some(({ name }) => Object.hasOwn(given, name));
  return isColumns ? feedsOfTensors(given, inputs) : feedsOfRows([given], signature);
}

/** `[1, 2, 3]` of a model whose only input has three columns. */
const isOneRow = (given: readonly unknown[], [only, ...others]: readonly Port[]): boolean =>
  others.length === 0 &&
  only?.shape.length === 2 &&
  only.shape[1] !== 1 &&
  given.every((one) => !Array.isArray(one) && !isRecord(one));

const isTensors = (given: unknown): given is Row[] =>
  Array.isArray(given) && given.length > 0 && given.every((one) => isRecord(one) && Object.hasOwn(one, 'data'));

function tensorIn({ name, shape, datatype, data }: Row, ports: readonly Port[]): NamedTensor {
  if (typeof name !== 'string') throw new Refused('An input has no name.');
  const port = portNamed(ports, name);
  const told = datatype ?? port.datatype;
  if (typeof told !== 'string' || !isDatatype(told))
    throw new Refused(`The input ${shown(name)} is ${shown(told)}, which is no type.`);
  const sizes = shape ?? shapeOf(data, name);
  if (!Array.isArray(sizes)) throw new Refused(`The shape of ${shown(name)} is no list.`);
  return { name, ...tensorOf(told, sizes.map(Number), data, name) };
}
