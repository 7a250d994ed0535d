/** `loopwright runs code`: what of a run's code differs, and its files as the run had them. */
import type { EngineConnection } from '../../client/connection';
import type { RunRow } from '../../protocol/entities';
import { LoopwrightError } from '../../protocol/errors';
import type { Cli } from '../command';
import { codeDocument, contentDocument } from '../documents';
import { findRun } from '../lookup';
import { EXIT } from '../output';
import { changedLines } from '../rendering';
import type { Session } from '../store';

export interface CodeOptions {
  readonly with?: string;
  readonly show?: string;
}

export async function code(cli: Cli, { connection }: Session, run: RunRow, options: CodeOptions): Promise<number> {
  if (options.with !== undefined && options.show !== undefined)
    throw new LoopwrightError('bad_request', '--with and --show exclude each other: a comparison, or a file.');
  if (options.show !== undefined) return show(cli, connection, run, options.show);
  return options.with === undefined ? changes(cli, connection, run) : compare(cli, connection, run, options.with);
}

async function changes({ output }: Cli, connection: EngineConnection, run: RunRow): Promise<number> {
  const found = await connection.request('code/changes', { runId: run.runId });
  if (output.isJson) output.document(codeDocument(run, { commit: found.commit }, found));
  else if (found.count > 0) output.lines(changedLines(found.files, found.count, output.paint));
  else output.note(`The code of ${run.name} is that of its commit${found.commit === null ? '' : ` ${found.commit}`}.`);
  return EXIT.done;
}

async function compare({ output }: Cli, connection: EngineConnection, run: RunRow, other: string): Promise<number> {
  const to = other === 'now' ? null : await findRun(connection, other);
  const found = await connection.request('code/compare', {
    runId: run.runId,
    with: to === null ? 'now' : { runId: to.runId },
  });
  if (output.isJson) output.document(codeDocument(run, { with: to?.runId ?? 'now' }, found));
  else if (found.count > 0) output.lines(changedLines(found.files, found.count, output.paint));
  else output.note(`The code of ${run.name} is the same as ${to === null ? 'now' : `that of ${to.name}`}.`);
  return EXIT.done;
}

async function show({ output }: Cli, connection: EngineConnection, run: RunRow, path: string): Promise<number> {
  const pieces: Buffer[] = [];
  for (let offset = 0; ;) {
    const asked = { runId: run.runId, side: 'snapshot', path, offset } as const;
    const { base64, sizeBytes } = await connection.request('code/content', asked);
    const piece = Buffer.from(base64, 'base64');
    pieces.push(piece);
    offset += piece.length;
    if (offset >= sizeBytes || piece.length === 0) break;
  }
  const content = Buffer.concat(pieces);
  if (output.isJson) output.document(contentDocument(run, path, content));
  else output.raw(content);
  return EXIT.done;
}
