/** `loopwright runs compare`: what several runs have beside each other, only in what they differ or all of it. */
import type { EngineConnection } from '../../client/connection';
import { ComparedKind, type ComparedRow, MAX_COMPARED } from '../../protocol/compared';
import type { RunRow } from '../../protocol/entities';
import { LoopwrightError } from '../../protocol/errors';
import { MAX_PAGE, type Result } from '../../protocol/requests';
import type { Cli } from '../command';
import { type ComparedLists, compareDocument, compareLines } from '../compareWords';
import { EXIT } from '../output';

/** @param all also what is the same in all of them */
export async function compareRuns(
  { output }: Cli,
  connection: EngineConnection,
  runs: readonly RunRow[],
  all: boolean,
): Promise<number> {
  const runIds = [...new Set(runs.map(({ runId }) => runId))];
  if (runIds.length < 2) throw new LoopwrightError('bad_request', 'Give two different runs or more to compare.');
  if (runIds.length > MAX_COMPARED)
    throw new LoopwrightError('bad_request', `Up to ${String(MAX_COMPARED)} runs can be compared.`);
  const rows: ComparedRow[][] = [];
  for (const what of ComparedKind.options) rows.push(await allRows(connection, runIds, what, !all));
  const lists = ComparedKind.options.map((what, index): ComparedLists[number] => [what, rows[index] ?? []]);
  const compared = runIds.flatMap((id) => runs.find(({ runId }) => runId === id) ?? []);
  if (output.isJson) output.document(compareDocument(compared, lists));
  else if (lists.some(([, list]) => list.length > 0)) output.lines(compareLines(compared, lists, output));
  else output.note('Nothing differs.');
  return EXIT.done;
}

async function allRows(
  connection: EngineConnection,
  runIds: string[],
  what: ComparedKind,
  onlyDifferences: boolean,
): Promise<ComparedRow[]> {
  const rows: ComparedRow[] = [];
  for (let pageToken: string | undefined; ;) {
    const page: Result<'runs/compare'> = await connection.request('runs/compare', {
      runIds,
      what,
      onlyDifferences,
      limit: MAX_PAGE,
      ...(pageToken === undefined ? {} : { pageToken }),
    });
    rows.push(...page.rows);
    if (page.nextPageToken === null) return rows;
    pageToken = page.nextPageToken;
  }
}
