/** Which two runs of a notebook are compared: the last two, or a chosen one with the one before it. */
import { realpath } from 'node:fs/promises';
import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { RunRow } from '../../protocol/entities';
import { LoopwrightError } from '../../protocol/errors';
import { NotebookFacts } from '../../protocol/notebooks';
import { MAX_PAGE } from '../../protocol/requests';
import type { RunRef } from '../commands/pickRun';
import type { StoreSession } from '../stores/session';
import type { Stores } from '../stores/stores';
import { activeNotebook, givenNotebook } from './runChoose';

/** Both of one store. */
export interface RunPair {
  readonly session: StoreSession;
  readonly before: RunRow;
  readonly after: RunRow;
}

/** The notebook that the command was called for, else the one of the active editor. */
export function notebookMeant(given: unknown): vscode.Uri | undefined {
  const document = vscode.window.activeTextEditor?.document;
  return (
    givenNotebook(given) ??
    activeNotebook()?.uri ??
    (document?.languageId === 'python' && document.uri.scheme === 'file' ? document.uri : undefined)
  );
}

/** @throws LoopwrightError `not_found` where there are no two runs of the notebook */
export async function lastRuns(stores: Stores, file: vscode.Uri): Promise<RunPair> {
  const session = stores.forFile(file);
  const [after, before] = await runsOf(session, file.fsPath, 2);
  if (after && before) return { session, before, after };
  const name = basename(file.fsPath);
  throw new LoopwrightError(
    'not_found',
    after
      ? vscode.l10n.t('There is only one run of {0}: nothing to compare it with yet.', name)
      : vscode.l10n.t('There is no run of {0} yet.', name),
  );
}

/** @throws LoopwrightError `not_found` where there is no earlier one, `bad_request` for a run of something else */
export async function withTheOneBefore({ session, row }: RunRef): Promise<RunPair> {
  const { facts } = await session.request('runs/facts', { runId: row.runId, section: 'notebook' });
  const known = NotebookFacts.safeParse(facts);
  const path = known.success ? known.data.path : undefined;
  if ((row.kind !== 'notebook' && row.kind !== 'followed') || path === undefined)
    throw new LoopwrightError('bad_request', vscode.l10n.t('{0} is not a run of a notebook.', row.name));
  let isNext = false;
  for (let pageToken: string | null | undefined; pageToken !== null;) {
    const page: { runs: RunRow[]; nextPageToken: string | null } = await session.request('notebooks/runs', {
      path,
      limit: MAX_PAGE,
      ...(pageToken === undefined ? {} : { pageToken }),
    });
    for (const before of page.runs) {
      if (isNext) return { session, before, after: row };
      isNext = before.runId === row.runId;
    }
    pageToken = page.nextPageToken;
  }
  const name = basename(path);
  throw new LoopwrightError('not_found', vscode.l10n.t('There is no earlier run of {0}.', name));
}

/** Newest first. A notebook that is reached through a link is known by its own path, too. */
async function runsOf(session: StoreSession, path: string, limit: number): Promise<RunRow[]> {
  const { runs } = await session.request('notebooks/runs', { path, limit });
  if (runs.length > 0) return runs;
  // A file that is gone has only the name that it is asked for by.
  const own = await realpath(path).catch(() => path);
  return own === path ? runs : (await session.request('notebooks/runs', { path: own, limit })).runs;
}
