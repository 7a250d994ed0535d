/**
 * Comma-separated values as RFC 4180 has them, in UTF-8. Texts are as they were logged: one that begins with `=` is not
 * changed, though a spreadsheet may take it for a formula.
 */
import { iso } from '../../protocol/runDocument';
import { type Format, NO_FOLDERS } from './format';
import { type Cell, pointTable, runTable, type Table, type TableColumn } from './tables';
import { TextFile } from './textFile';

export const csv: Format = {
  holdsDeleted: false,
  write: async (task) => {
    const { files, pace, source } = task;
    pace.begin('runs', source.runCount + source.pointCount);
    const runs = files.draftOf(files.main);
    const points = files.draftOf(files.beside('-points.csv'));
    await writeTable(runTable(task), runs);
    await writeTable(pointTable(task), points);
    return NO_FOLDERS;
  },
};

async function writeTable({ columns, rows }: Table, path: string): Promise<void> {
  const file = new TextFile(path);
  try {
    file.write(lineOf(columns.map(({ name }) => name)));
    for await (const row of rows()) file.write(lineOf(row.map((cell, index) => textOf(cell, columns[index]))));
  } finally {
    file.close();
  }
}

const lineOf = (cells: readonly string[]): string => `${cells.map(quoted).join(',')}\r\n`;

const quoted = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

function textOf(cell: Cell, column: TableColumn | undefined): string {
  if (cell === null) return '';
  return column?.type === 'time' && typeof cell === 'number' ? iso(cell) : String(cell);
}
