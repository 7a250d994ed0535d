/** What stands in the form with which an endpoint is tried, before anybody wrote in it. Pure. */
import type { TryForm } from '../../protocol/pages/endpoint';
import { type Input, requestFor, type Table } from './call';

/** More fields are no form. */
const MAX_COLUMNS = 100;
const MAX_ROWS = 100;
const MAX_JSON = 100_000;

export function formFor(inputs: readonly Input[], example: Table): TryForm {
  const { body } = requestFor(inputs, example);
  const json = body === null || body.length > MAX_JSON ? null : body;
  const fits = example !== null && isTaken(inputs, example);
  const columns = columnsOf(inputs, fits ? example : null);
  const common = { inputs: [...inputs], json };
  if (columns === null) return { ...common, columns: null, rows: [], isExample: fits };
  const rows = fits ? rowsOf(example, columns) : [];
  const zeros = columns.map((_, at) => zeroOf((inputs.length === 1 ? inputs[0] : inputs[at])?.datatype));
  return { ...common, columns, rows: rows.length > 0 ? rows : [zeros], isExample: rows.length > 0 };
}

/** Whether its columns are those of the inputs. */
function isTaken(inputs: readonly Input[], { columns, rows }: NonNullable<Table>): boolean {
  if (rows.length === 0) return false;
  const [only] = inputs;
  if (inputs.length > 1) return inputs.every(({ name }) => columns.includes(name));
  const width = only?.shape.length === 1 ? 1 : (only?.shape[1] ?? 0);
  return only !== undefined && only.shape.length <= 2 && (width === -1 || width === columns.length);
}

/** A column for each value of a row. */
function columnsOf(inputs: readonly Input[], example: Table): string[] | null {
  const [only] = inputs;
  const isValue = ({ shape }: Input): boolean => shape.length === 1 || (shape.length === 2 && shape[1] === 1);
  if (inputs.length > 1)
    return inputs.every(isValue) && inputs.length <= MAX_COLUMNS ? inputs.map(({ name }) => name) : null;
  if (!only || only.shape.length > 2) return null;
  if (isValue(only)) return [only.name];
  const width = only.shape[1] ?? -1;
  if (example && example.columns.length === example.columnCount && example.columns.length <= MAX_COLUMNS)
    return example.columns.map((name, at) => (name === '' ? placeOf(only, at) : name));
  return width > 0 && width <= MAX_COLUMNS ? Array.from({ length: width }, (_, at) => placeOf(only, at)) : null;
}

const placeOf = ({ name }: Input, at: number): string => `${name}[${String(at)}]`;

function rowsOf({ columns: known, rows }: NonNullable<Table>, columns: readonly string[]): string[][] {
  const places = columns.map((name, at) => (known.includes(name) ? known.indexOf(name) : at));
  return rows.slice(0, MAX_ROWS).map((row) => places.map((at) => row[at] ?? ''));
}

const zeroOf = (datatype: string | undefined): string =>
  datatype === 'BYTES' ? '' : datatype === 'BOOL' ? 'false' : '0';
