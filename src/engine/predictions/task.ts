/** The job that runs two models on the rows of a table and compares what they say, a part of the table at a time. */
import { basename } from 'node:path';
import { Refused } from '../../inference/refused';
import { LoopwrightError } from '../../protocol/errors';
import {
  type ComparedPredictions,
  MAX_PREDICTED_ROWS,
  type PredictedSide,
  type PredictionsProgress,
  type RanVersion,
} from '../../protocol/predictions';
import type { OpenTable } from '../data';
import type { JobContext } from '../jobs';
import { Agreement, cut, shownColumns } from './agreement';
import { type Chosen, chooseColumns, feedsFor, textColumns } from '../../inference/columns';
import { ModelRun } from '../../inference/modelRun';
import { pairOutputs } from './outputs';
import { withTable } from './source';

const LISTED = 30;
/** Between two looks at the time. */
const PART_ROWS = 256;

export interface SideOrder {
  readonly ran: RanVersion;
  /** As messages call it. */
  readonly label: string;
  /** Its ONNX file. */
  readonly file: string;
  /** Names of the columns that its signature has; empty where it has none. */
  readonly columns: readonly string[];
}

export interface PredictionsTask {
  readonly table: string;
  readonly sides: readonly [SideOrder, SideOrder];
  readonly tolerance: number;
  readonly limits: { readonly memoryMb: number; readonly timeMs: number };
}

export async function comparePredictions(
  { table: path, sides, tolerance, limits }: PredictionsTask,
  { signal, progress }: Pick<JobContext, 'signal' | 'progress'>,
): Promise<ComparedPredictions> {
  const startedMs = Date.now();
  const tell = (step: PredictionsProgress['step'], rows = 0, of: number | null = null) =>
    progress({ step, rows, of } satisfies PredictionsProgress);
  tell('loading');
  const runs = sides.map(({ file, label }) => new ModelRun(file, label, limits.memoryMb));
  const [left, right] = runs;
  if (!left || !right) throw new LoopwrightError('internal', 'Two models are compared.');
  const clock = { isLate: false };
  const end = () => {
    for (const run of runs) run.kill();
  };
  // What has begun may go on a while, what does not end is ended.
  const timer = setTimeout(() => {
    clock.isLate = true;
    end();
  }, limits.timeMs);
  signal.addEventListener('abort', end, { once: true });
  try {
    const signatures = [await left.signature, await right.signature] as const;
    tell('reading');
    return await withTable(path, signal, async (table) => {
      const name = basename(path);
      const known = sides.map(({ columns }) => columns);
      const chosen = sides.map((side, at) =>
        choose(name, table, signatures[at] ?? signatures[0], side, [known[at] ?? [], ...known]),
      );
      const [ours, theirs] = chosen;
      if (!ours || !theirs) throw new LoopwrightError('internal', 'Two models are compared.');
      const { pairs, leftOut } = pairOutputs(...signatures, [sides[0].label, sides[1].label]);
      if (pairs.length === 0)
        throw new LoopwrightError('bad_request', `They have no output of the same kind: ${leftOut.join(', ')}.`);
      const agreement = new Agreement(pairs, tolerance);
      let rows = 0;
      let ending: 'rows' | 'time' | null = null;
      const total = await table.count();
      const most = total === null ? null : Math.min(total, MAX_PREDICTED_ROWS);
      tell('running', 0, most);
      reading: for await (const read of table.rows(textColumns(chosen)))
        for (let from = 0; from < read.length; from += PART_ROWS) {
          if (rows >= MAX_PREDICTED_ROWS) {
            ending = 'rows';
            break reading;
          }
          const part = read.slice(from, Math.min(from + PART_ROWS, from + MAX_PREDICTED_ROWS - rows));
          checkWidth(name, part, table.width, rows);
          const answers = async (run: ModelRun, side: Chosen) =>
            run.answers(part.length, (first, last) => feedsFor(side, table, part.slice(first, last), rows + first));
          try {
            const [said, answered] = await Promise.all([answers(left, ours), answers(right, theirs)]);
            for (const [at, cells] of part.entries()) agreement.add(cells, said[at] ?? [], answered[at] ?? []);
          } catch (error) {
            if (!clock.isLate) throw error;
            if (rows === 0) throw tooLong(limits.timeMs);
            ending = 'time';
            break reading;
          }
          rows += part.length;
          tell('running', rows, most);
        }
      if (rows === 0) throw new LoopwrightError('bad_request', `${name} has no rows.`);
      return {
        table: { name: cut(name), rows, total, cut: ending ?? (total !== null && total > rows ? 'rows' : null) },
        tolerance,
        sides: [sideOf(sides[0].ran, ours, table), sideOf(sides[1].ran, theirs, table)],
        ...agreement.result(),
        leftOut: leftOut.slice(0, LISTED).map(cut),
        columns: shownColumns(table.columns, table.width),
        seconds: (Date.now() - startedMs) / 1000,
      };
    });
  } catch (error) {
    if (signal.aborted) throw new LoopwrightError('cancelled', 'The comparison was cancelled.', { cause: error });
    throw clock.isLate ? tooLong(limits.timeMs) : error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', end);
    end();
  }
}

function choose(
  name: string,
  table: OpenTable,
  signature: Awaited<ModelRun['signature']>,
  { label }: SideOrder,
  known: readonly (readonly string[])[],
): Chosen {
  try {
    return chooseColumns(table, signature, known);
  } catch (error) {
    if (error instanceof Refused)
      throw new LoopwrightError('bad_request', `${name} does not fit ${label}. ${error.message}`);
    throw error;
  }
}

/** JSON lists may be of any length; a file of text is read strictly. */
function checkWidth(name: string, rows: readonly (readonly unknown[])[], width: number, before: number): void {
  const odd = rows.findIndex((row) => row.length !== width);
  if (odd === -1) return;
  throw new LoopwrightError(
    'bad_request',
    `${name}: row ${String(before + odd + 1)} has ${String(rows[odd]?.length)} cells in place of ${String(width)}.`,
  );
}

function sideOf(ran: RanVersion, { matched, at }: Chosen, { columns, width }: OpenTable): PredictedSide {
  const nameAt = (index: number) => cut(columns?.[index] ?? `column ${String(index + 1)}`);
  const rest = Array.from({ length: width }, (_, index) => index).filter((index) => !at.includes(index));
  return {
    ran,
    matched,
    columns: { items: at.slice(0, LISTED).map(nameAt), total: at.length },
    leftOut: { items: rest.slice(0, LISTED).map(nameAt), total: rest.length },
  };
}

const tooLong = (limitMs: number) =>
  new LoopwrightError(
    'bad_request',
    `Nothing was compared within ${String(Math.round(limitMs / 1000))} s: the models or the table are too large for that.`,
  );
