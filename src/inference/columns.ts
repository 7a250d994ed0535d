/** Which columns of a table go into which input of a model. Pure. */
import type { Datatype, NamedTensor, Port, Signature } from './datatype';
import { inputWords } from './feeds';
import { listed, Refused } from './refused';
import { feedsOfTable } from './table';

export interface TableHead {
  /** Null where they are known by their place alone. */
  readonly columns: readonly string[] | null;
  readonly width: number;
}

export interface Chosen {
  readonly matched: 'name' | 'signature' | 'position';
  /** The columns of the table, in the model's order. */
  readonly at: readonly number[];
  /** What each goes into. */
  readonly datatypes: readonly Datatype[];
  readonly signature: Signature;
  /** What the columns are called where the model is given them. */
  readonly names: readonly string[] | null;
}

/**
 * @param known names of columns that signatures of the two versions have (`MLmodel`), the model's own first
 * @throws Refused that names what is missing
 */
export function chooseColumns(head: TableHead, signature: Signature, known: readonly (readonly string[])[]): Chosen {
  const { inputs } = signature;
  const [only] = inputs;
  if (inputs.length === 1 && only !== undefined && head.columns?.includes(only.name) !== true)
    return ofMatrix(head, only, signature, known);
  return ofInputs(head, signature);
}

function ofInputs({ columns, width }: TableHead, signature: Signature): Chosen {
  const { inputs } = signature;
  const datatypes = inputs.map(({ datatype }) => datatype);
  const found = inputs.map(({ name }) => columns?.indexOf(name) ?? -1);
  const names = inputs.map(({ name }) => name);
  if (!found.includes(-1)) return { matched: 'name', at: found, datatypes, signature, names };
  // Where none is called so, names say nothing.
  if (width === inputs.length && found.every((at) => at === -1))
    return { matched: 'position', at: inputs.map((_, at) => at), datatypes, signature, names };
  const missing = inputs.filter((_, at) => found[at] === -1);
  throw new Refused(`Missing columns: ${inputWords(missing)}. The table has ${columnWords(columns, width)}.`);
}

function ofMatrix(head: TableHead, port: Port, signature: Signature, known: readonly (readonly string[])[]): Chosen {
  const { columns, width } = head;
  const [, size] = port.shape;
  const isOneValue = port.shape.length === 1 || port.shape.length > 2;
  const takes = isOneValue ? 1 : typeof size === 'number' ? size : null;
  const chosen = (matched: Chosen['matched'], at: readonly number[]): Chosen => ({
    ...{ matched, at, signature },
    datatypes: at.map(() => port.datatype),
    names: null,
  });
  const fitting = known.filter((names) => names.length > 0 && (takes === null || names.length === takes));
  for (const names of fitting) {
    const at = names.map((name) => columns?.indexOf(name) ?? -1);
    if (!at.includes(-1)) return chosen('signature', at);
  }
  const [own] = fitting;
  const isPartlyNamed = own?.some((name) => columns?.includes(name)) ?? false;
  if (own && isPartlyNamed) {
    const missing = own.filter((name) => columns?.includes(name) !== true);
    throw new Refused(`Missing columns: ${listed(missing)}. The table has ${columnWords(columns, width)}.`);
  }
  if (takes !== null && takes !== width)
    throw new Refused(
      `It takes ${takes === 1 ? '1 column' : `${String(takes)} columns`} (${inputWords([port])}), and nothing says which; ` +
        `the table has ${String(width)}: ${columnWords(columns, width)}.`,
    );
  return chosen(
    'position',
    Array.from({ length: width }, (_, at) => at),
  );
}

const columnWords = (columns: readonly string[] | null, width: number): string =>
  columns === null ? `${String(width)} without names` : listed(columns);

/** Columns that hold texts for one of the models: read as they are written, 007 with its zeros. */
export const textColumns = (sides: readonly Chosen[]): number[] => [
  ...new Set(sides.flatMap(({ at, datatypes }) => at.filter((_, index) => datatypes[index] === 'BYTES'))),
];

/** @param before how many rows of the table stand before these. @throws Refused that names row and column */
export function feedsFor(
  { at, datatypes, names, signature }: Chosen,
  head: TableHead,
  rows: readonly (readonly unknown[])[],
  before: number,
): NamedTensor[] {
  const cells = rows.map((row) => at.map((column, index) => cellFor(row[column], datatypes[index])));
  const columns = names ?? (head.columns === null ? null : at.map((column) => head.columns?.[column] ?? ''));
  return feedsOfTable({ columns, rows: cells, before }, signature);
}

/** What a file means by it: numbers in a column of texts, truth as 0 and 1, numbers that were read as texts. */
function cellFor(cell: unknown, datatype: Datatype | undefined): unknown {
  if (datatype === 'BYTES')
    return typeof cell === 'number' || typeof cell === 'bigint' || typeof cell === 'boolean' ? String(cell) : cell;
  if (typeof cell === 'boolean') return Number(cell);
  if (typeof cell === 'string' && cell.trim() !== '' && Number.isFinite(Number(cell))) return Number(cell);
  return cell;
}
