/** Says, until the user has read it, that a run does not end with its terminal. */
import * as vscode from 'vscode';
import type { RunActions } from '../commands/runActions';
import type { RunRef } from '../commands/pickRun';
import type { Stores } from '../stores/stores';
import { plain } from '../text';

const MEMORY_KEY = 'knowsThatRunsOutliveTerminals';

export async function tellThatRunGoesOn(
  runId: string,
  { stores, actions, memory }: { stores: Stores; actions: RunActions; memory: vscode.Memento },
): Promise<void> {
  if (memory.get<boolean>(MEMORY_KEY, false)) return;
  const run = await findRun(runId, stores);
  if (run?.row.timing.endMs !== null) return;
  const show = vscode.l10n.t('Show Terminal');
  const stop = vscode.l10n.t('Stop Run');
  const never = vscode.l10n.t("Don't Show Again");
  const text = vscode.l10n.t('{0} goes on without its terminal.', plain(run.row.name, 60));
  const chosen = await vscode.window.showInformationMessage(text, show, stop, never);
  if (chosen === show) await actions.showTerminal(run);
  if (chosen === stop) await actions.stop([run]);
  if (chosen === never) await memory.update(MEMORY_KEY, true);
}

async function findRun(runId: string, stores: Stores): Promise<RunRef | undefined> {
  for (const session of stores.sessions) {
    if (session.state.kind !== 'open') continue;
    const { runs } = await session.request('runs/rows', { runIds: [runId] });
    const [row] = runs;
    if (row) return { session, row };
  }
  return undefined;
}
