/** What clients give as JSON: tables in pandas' forms, rows, tensors by name. */
import { type NamedTensor, type Port, type Signature } from './datatype';
import { portNamed } from './feeds';
import { Refused, shown } from './refused';
import { feedsOfTable, type Table } from './table';
import { shapeOf, tensorOf } from './tensor';

export type Row = Readonly<Record<string, unknown>>;

export const isRecord = (value: unknown): value is Row =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `{columns?, data}`. @throws what `wrong` makes of the reason */
export function tableOfSplit({ data, columns }: Row, wrong: (why: string) => Refused): Table {
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

export function tableOfRecords(records: readonly Row[]): Table {
  const columns = [...new Set(records.flatMap((record) => Object.keys(record)))];
  // What a record lacks is missing: as null, which is what it becomes in pandas.
  return {
    columns,
    rows: records.map((record) => columns.map((name) => (Object.hasOwn(record, name) ? record[name] : null))),
  };
}

/** Values or objects, one for each row. @throws Refused */
export function feedsOfRows(rows: readonly unknown[], signature: Signature): NamedTensor[] {
  const { inputs } = signature;
  if (rows.length > 0 && rows.every(isRecord)) {
    const [only] = inputs;
    // Columns, where the model takes them as one tensor.
    if (inputs.length === 1 && only && !rows.some((row) => Object.hasOwn(row, only.name)))
      return feedsOfTable(tableOfRecords(rows), signature);
    return columnsOf(rows, inputs);
  }
  const isTable = inputs.length > 1 && rows.length > 0 && rows.every((row) => Array.isArray(row));
  return isTable
    ? feedsOfTable({ columns: null, rows: rows as readonly (readonly unknown[])[] }, signature)
    : feedsOfTensors(rows, inputs);
}

/** Tensors by name; of a model with one input also the tensor itself. @throws Refused */
export function feedsOfTensors(given: unknown, inputs: readonly Port[]): NamedTensor[] {
  if (isRecord(given)) return Object.entries(given).map(([name, data]) => tensorFor(portNamed(inputs, name), data));
  const [only, ...others] = inputs;
  if (only === undefined || others.length > 0)
    throw new Refused(
      `The model has several inputs: name them. It has: ${inputs.map(({ name }) => shown(name)).join(', ')}.`,
    );
  return [tensorFor(only, given)];
}

function columnsOf(rows: readonly Row[], inputs: readonly Port[]): NamedTensor[] {
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
