/** Which of the stores a command is for: of those that can be changed, or read. */
import * as vscode from 'vscode';
import type { StoreSession } from '../stores/session';

export async function chooseStore(
  sessions: readonly StoreSession[],
  title: string,
  must: 'writable' | 'readable' = 'writable',
): Promise<StoreSession | undefined> {
  const open = sessions.filter(({ canWrite, canRead }) => (must === 'writable' ? canWrite : canRead));
  if (open.length === 0) {
    void vscode.window.showInformationMessage(
      must === 'writable'
        ? vscode.l10n.t('There is no store here that can be changed.')
        : vscode.l10n.t('There is no store here that can be read.'),
    );
    return undefined;
  }
  if (open.length === 1) return open[0];
  const items = open.map((session) => ({ label: session.label, detail: session.paths.root, session }));
  return (await vscode.window.showQuickPick(items, { title }))?.session;
}
