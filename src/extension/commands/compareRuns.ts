/** Which runs are compared: those that are selected, else those that the user adds to the one that is meant. */
import * as vscode from 'vscode';
import type { Log } from '../log';
import type { StoreSession } from '../stores/session';
import { plain } from '../text';
import { pickRuns, type RunRef } from './pickRun';

/** @returns none if the user chose none */
export async function runsToCompare(
  given: readonly RunRef[],
  sessions: readonly StoreSession[],
  log: Log,
): Promise<readonly RunRef[]> {
  const [only, ...more] = given;
  if (only && more.length > 0) return given;
  const title = only
    ? vscode.l10n.t('Compare {0} with…', plain(only.row.name, 40))
    : vscode.l10n.t('Compare Runs: Choose Two or More');
  if (!only) return pickRuns(sessions, 'all', title, log);
  const picked = await pickRuns([only.session], 'all', title, log, [only.row.runId]);
  return picked.length === 0 ? [] : [only, ...picked];
}
