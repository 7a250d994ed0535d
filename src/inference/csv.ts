/** A table of CSV (RFC 4180), as MLflow's clients send it: names in the first line, numbers where the model takes numbers. */
import type { Signature } from './datatype';
import { Refused } from './refused';
import type { Table } from './table';

/** What pandas takes for a missing value by itself. */
const MISSING = new Set(['', 'NaN', 'nan', 'NA', 'N/A', 'NULL', 'null', 'None', '<NA>', '#N/A', 'n/a', '-nan', '-NaN']);
const TRUTH: Readonly<Record<string, boolean>> = {
  True: true,
  true: true,
  TRUE: true,
  False: false,
  false: false,
  FALSE: false,
};

/** @throws Refused */
export function readCsv(text: string, signature: Signature): Table {
  const [columns, ...rows] = linesOf(text);
  if (!columns) throw new Refused('The CSV is empty: its first line has the names of the columns.');
  const odd = rows.findIndex((row) => row.length !== columns.length);
  if (odd !== -1)
    throw new Refused(
      `Line ${String(odd + 2)} of the CSV has ${String(rows[odd]?.length)} values for ${String(columns.length)} columns.`,
    );
  return tableOfTexts(columns, rows, signature);
}

/** Numbers and the like where the model takes no texts. */
export function tableOfTexts(
  columns: readonly string[],
  rows: readonly (readonly string[])[],
  { inputs }: Signature,
): Table {
  const isText = columns.map((name) => {
    const port = inputs.find((input) => input.name === name) ?? (inputs.length === 1 ? inputs[0] : undefined);
    return port?.datatype === 'BYTES';
  });
  return { columns, rows: rows.map((row) => row.map((cell, at) => (isText[at] === true ? cell : valueOf(cell)))) };
}

function valueOf(cell: string): unknown {
  if (MISSING.has(cell)) return null;
  if (/^\s*[+-]?\d{16,}\s*$/.test(cell)) return BigInt(cell.trim().replace(/^\+/, ''));
  const number = Number(cell);
  if (!Number.isNaN(number) && cell.trim() !== '') return number;
  if (/^[+-]?inf(inity)?$/i.test(cell)) return cell.startsWith('-') ? -Infinity : Infinity;
  return TRUTH[cell] ?? cell;
}

function linesOf(text: string): string[][] {
  const lines: string[][] = [];
  let row: string[] = [];
  // A cell, quoted or not, and what ends it.
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|\n|\r|$)/gy;
  while (cell.lastIndex < text.length) {
    const from = cell.lastIndex;
    const found = cell.exec(text);
    if (!found) throw new Refused(`The CSV can't be read at character ${String(from + 1)}: a quote is not closed.`);
    const [, quoted, plain = '', end] = found;
    row.push(quoted?.replaceAll('""', '"') ?? plain);
    if (end === ',') {
      if (cell.lastIndex === text.length) row.push('');
      else continue;
    }
    // Empty lines are none, as pandas has it.
    if (row.length > 1 || row[0] !== '' || quoted !== undefined) lines.push(row);
    row = [];
  }
  if (row.length > 0) lines.push(row);
  return lines;
}
