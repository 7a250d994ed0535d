/** An example of a model's input, as MLflow keeps it: JSON in one of pandas' forms, or any other. */
import * as z from 'zod';
import type { InputExample } from '../../protocol/modelCard';
import { readStart } from './textStart';
import { cut } from './told';

/** A larger one is shown as the text that it begins with. */
const MAX_PARSED_BYTES = 2_000_000;
const MAX_TEXT_CHARS = 10_000;
const MAX_ROWS = 20;
const MAX_COLUMNS = 50;

const Split = z.object({ columns: z.array(z.unknown()).optional(), data: z.array(z.array(z.unknown())) });
const Records = z.array(z.record(z.string(), z.unknown())).min(1);

interface Rows {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
}

export function exampleOf(file: string, path: string): InputExample {
  const { text, isCut } = readStart(file, MAX_PARSED_BYTES);
  const found = isCut ? null : rowsOf(text);
  return {
    path: cut(path, 300),
    table: found && {
      columns: found.columns.slice(0, MAX_COLUMNS).map((name) => cut(name)),
      rows: found.rows.slice(0, MAX_ROWS).map((row) => row.slice(0, MAX_COLUMNS).map(cellText)),
      rowCount: found.rows.length,
      columnCount: found.columns.length,
    },
    text: found ? '' : cut(text, MAX_TEXT_CHARS),
    isCut: isCut || (!found && text.length > MAX_TEXT_CHARS),
  };
}

function rowsOf(text: string): Rows | null {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return null; // shown as the text that it is
  }
  const inner = z.object({ dataframe_split: z.unknown() }).safeParse(json).data?.dataframe_split ?? json;
  const split = Split.safeParse(inner).data;
  if (split) {
    const width = Math.max(0, ...split.data.slice(0, MAX_ROWS).map((row) => row.length));
    const columns = split.columns?.map(String) ?? Array.from({ length: width }, (_, index) => String(index));
    return { columns, rows: split.data };
  }
  const records = Records.safeParse(inner).data;
  if (!records) return null;
  const columns = [...new Set(records.flatMap((record) => Object.keys(record)))];
  return { columns, rows: records.map((record) => columns.map((column) => record[column])) };
}

function cellText(value: unknown): string {
  if (value === undefined) return '';
  return cut(typeof value === 'string' ? value : JSON.stringify(value));
}
