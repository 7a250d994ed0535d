/**
 * The rows of a table as what a model takes. A model with one input takes all columns, in their order; one with several takes
 * a column for each, by its name, and leaves out what it has no input for.
 */
import { type NamedTensor, type Port, portWords, type Signature } from './datatype';
import { inputWords } from './feeds';
import { listed, Refused, shown } from './refused';
import { shapeOf, tensorOf } from './tensor';

export interface Table {
  /** Null where they are known by their place alone. */
  readonly columns: readonly string[] | null;
  /** Each as long as there are columns. */
  readonly rows: readonly (readonly unknown[])[];
  /** How many rows stand before them, where they are a part: cells are named by their rows. */
  readonly before?: number;
}

/** @throws Refused that names what is missing, or which cell is not of its type */
export function feedsOfTable(table: Table, { inputs }: Signature): NamedTensor[] {
  const [only] = inputs;
  if (inputs.length === 1 && only !== undefined && !isNamed(table, only)) return [asMatrix(table, only)];
  const { columns } = table;
  if (columns === null) {
    if (table.rows.every((row) => row.length === inputs.length))
      return inputs.map((port, at) => asColumn(table, at, port));
    throw new Refused(`The columns need names: the model takes ${inputWords(inputs)}.`);
  }
  const missing = inputs.filter(({ name }) => !columns.includes(name));
  if (missing.length > 0) throw new Refused(`Missing columns: ${inputWords(missing)}. There are: ${listed(columns)}.`);
  return inputs.map((port) => asColumn(table, columns.indexOf(port.name), port));
}

/** A column that has the name of the only input is that input. */
const isNamed = ({ columns }: Table, { name, shape }: Port): boolean =>
  columns !== null && columns.includes(name) && (columns.length === 1 || shape[1] === 1 || shape.length === 1);

function asMatrix({ columns, rows, before = 0 }: Table, port: Port): NamedTensor {
  const width = columns?.length ?? rows[0]?.length ?? 0;
  const [, expected] = port.shape;
  if (port.shape.length > 2 && width === 1) return asColumn({ columns, rows, before }, 0, port);
  if (port.shape.length > 2)
    throw new Refused(`The model takes ${shown(port.name)} ${portWords(port)}, which no row of a table is.`);
  if (typeof expected === 'number' && expected !== width)
    throw new Refused(`The model takes ${String(expected)} columns (${portWords(port)}); there are ${String(width)}.`);
  const nameAt = (at: number): string => columns?.[at] ?? `column ${String(at + 1)}`;
  // One value for a row, where the input has no second dimension.
  const shape = port.shape.length === 1 && width === 1 ? [rows.length] : [rows.length, width];
  try {
    return { name: port.name, ...tensorOf(port.datatype, shape, rows.flat(), port.name) };
  } catch (thrown) {
    throw placed(thrown, rows, port, nameAt, before);
  }
}

function asColumn({ rows, before = 0 }: Table, at: number, port: Port): NamedTensor {
  const cells = rows.map((row) => row[at]);
  const inner = shapeOf(cells[0], port.name);
  // A value for each row is `[N]` or `[N, 1]`, as the model has it.
  const shape = [rows.length, ...(inner.length === 0 && port.shape.length === 2 ? [1] : inner)];
  const data = inner.length === 0 ? cells : cells.flat(inner.length as 1);
  try {
    return { name: port.name, ...tensorOf(port.datatype, shape, data, port.name) };
  } catch (thrown) {
    throw inner.length === 0
      ? placed(
          thrown,
          cells.map((cell) => [cell]),
          port,
          () => port.name,
          before,
        )
      : thrown;
  }
}

/** The error of the first cell that does not fit, with its place. */
function placed(
  thrown: unknown,
  rows: readonly (readonly unknown[])[],
  { datatype }: Port,
  nameAt: (at: number) => string,
  before: number,
): unknown {
  if (!(thrown instanceof Refused)) return thrown;
  for (const [row, cells] of rows.entries())
    for (const [at, cell] of cells.entries())
      try {
        tensorOf(datatype, [1], [cell], nameAt(at));
      } catch (error) {
        return error instanceof Refused ? new Refused(`Row ${String(before + row + 1)}: ${error.message}`) : error;
      }
  return thrown;
}
