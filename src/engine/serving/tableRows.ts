/** The job that reads the first rows of a table as the form takes them: its columns found by name, its cells as texts. */
import { basename } from 'node:path';
import { Refused } from '../../inference/refused';
import { LoopwrightError } from '../../protocol/errors';
import type { TableRows } from '../../protocol/pages/endpoint';
import type { OpenTable } from '../data';
import { type JobContext, type Jobs, jobWithin } from '../jobs';
import { type Chosen, chooseColumns, textColumns, withTable } from '../predictions';
import type { Input } from './call';
import { signatureOf } from './given';
import { numberText } from './shownTensor';

export interface TableTask {
  readonly path: string;
  readonly inputs: readonly Input[];
  /** Of the form. */
  readonly columns: readonly string[];
  /** Whether those are names that the model's input example has. */
  readonly isExample: boolean;
}

const LIMIT_MS = 60_000;
const MAX_ROWS = 100;
/** So that a message stays far below its limit. */
const MAX_CHARS = 400_000;
const MAX_LISTED = 20;
const MAX_NAME = 200;

/** @throws LoopwrightError as `readTableRows`, `bad_request` where it takes too long */
export const tableRowsInJob = (jobs: Pick<Jobs, 'run'>, task: TableTask): Promise<TableRows> =>
  jobWithin(jobs, 'serving/tableRows', task, {
    lane: 'requests',
    limitMs: LIMIT_MS,
    tooLong: `${basename(task.path)} was not read`,
  });

/** @throws LoopwrightError `not_found`, `bad_request` with what is wrong with it, or which columns it lacks */
export function readTableRows(task: TableTask, { signal }: Pick<JobContext, 'signal'>): Promise<TableRows> {
  return withTable(task.path, signal, async (table) => {
    const name = basename(task.path);
    const chosen = choose(name, table, task);
    const { at, datatypes, matched } = chosen;
    const { rows, isCut } = await firstRows(table, textColumns([chosen]), (row, number) => {
      if (row.length !== table.width)
        throw new LoopwrightError(
          'bad_request',
          `${name}: row ${String(number)} has ${String(row.length)} cells in place of ${String(table.width)}.`,
        );
      return at.map((column, index) => cellText(row[column], datatypes[index]));
    });
    if (rows.length === 0)
      throw new LoopwrightError(
        'bad_request',
        isCut ? `${name} has rows that are too long for a form.` : `${name} has no rows.`,
      );
    const leftOut = (table.columns ?? []).filter((_, column) => !at.includes(column));
    return {
      ...{ name: name.slice(0, MAX_NAME), rows, isCut, isByOrder: matched === 'position' },
      leftOut: leftOut.slice(0, MAX_LISTED).map((one) => one.slice(0, MAX_NAME)),
      leftOutCount: table.width - at.length,
    };
  });
}

function choose(name: string, table: OpenTable, { inputs, columns, isExample }: TableTask): Chosen {
  try {
    const chosen = chooseColumns(table, signatureOf(inputs), isExample ? [columns] : []);
    if (chosen.at.length === columns.length) return chosen;
    throw new Refused(`The form has ${String(columns.length)} columns, the table ${String(chosen.at.length)}.`);
  } catch (error) {
    if (error instanceof Refused)
      throw new LoopwrightError('bad_request', `${name} does not fit the model. ${error.message}`, { cause: error });
    throw error;
  }
}

async function firstRows(
  table: OpenTable,
  texts: readonly number[],
  cellsOf: (row: readonly unknown[], number: number) => string[],
): Promise<{ rows: string[][]; isCut: boolean }> {
  const rows: string[][] = [];
  let chars = 0;
  for await (const part of table.rows(texts))
    for (const row of part) {
      if (rows.length === MAX_ROWS) return { rows, isCut: true };
      const cells = cellsOf(row, rows.length + 1);
      chars += cells.reduce((sum, cell) => sum + cell.length, 0);
      if (chars > MAX_CHARS) return { rows, isCut: true };
      rows.push(cells);
    }
  return { rows, isCut: false };
}

/** As somebody would write it into the form; what is missing is nothing. */
function cellText(cell: unknown, datatype: string | undefined): string {
  if (typeof cell === 'string') return cell;
  if (typeof cell === 'number') return numberText(cell, datatype ?? '');
  if (typeof cell === 'bigint' || typeof cell === 'boolean') return String(cell);
  if (cell === null || cell === undefined) return '';
  return cell instanceof Date ? cell.toISOString() : jsonOf(cell);
}

const jsonOf = (value: unknown): string =>
  JSON.stringify(value, (_key, one: unknown) => (typeof one === 'bigint' ? one.toString() : one));
