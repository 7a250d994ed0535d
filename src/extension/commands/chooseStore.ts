/** Which of the stores that can be changed a command is for. */
import * as vscode from 'vscode';
import type { StoreSession } from '../stores/session';

export async function chooseStore(sessions: readonly StoreSession[], title: string): Promise<StoreSession | undefined> {
  const open = sessions.filter(({ canWrite }) => canWrite);
  if (open.length === 0) {
    void vscode.window.showInformationMessage(vscode.l10n.t('There is no store here that can be changed.'));
    return undefined;
  }
  if (open.length === 1) return open[0];
  const items = open.map((session) => ({ label: session.label, detail: session.paths.root, session }));
  return (await vscode.window.showQuickPick(items, { title }))?.session;
}
