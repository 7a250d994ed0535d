/** The store as a tracking server for programs outside of runs: its address, and the token beside it. */
import * as vscode from 'vscode';
import type { StoreSession } from '../stores/session';
import { chooseStore } from './chooseStore';

export async function copyTrackingUri(sessions: readonly StoreSession[]): Promise<void> {
  const title = vscode.l10n.t('Copy Tracking URI: Of Which Store?');
  const session = await chooseStore(sessions, title);
  if (!session) return;
  const { uri, token } = await session.request('engine/tracking', { port: wishedPort(session) });
  await vscode.env.clipboard.writeText(uri);
  const copyToken = vscode.l10n.t('Copy Token');
  const copyBoth = vscode.l10n.t('Copy as Shell Commands');
  const chosen = await vscode.window.showInformationMessage(
    vscode.l10n.t('{0} is copied. MLflow clients need the token, too, as MLFLOW_TRACKING_TOKEN.', uri),
    copyToken,
    copyBoth,
  );
  if (chosen === copyToken) await vscode.env.clipboard.writeText(token);
  if (chosen === copyBoth)
    await vscode.env.clipboard.writeText(`export MLFLOW_TRACKING_URI=${uri}\nexport MLFLOW_TRACKING_TOKEN=${token}\n`);
}

/** null where the user has no wish. */
function wishedPort(session: StoreSession): number | null {
  const folder = vscode.Uri.file(session.paths.root);
  const port = vscode.workspace.getConfiguration('loopwright', folder).get<number>('tracking.port', 0);
  return Number.isInteger(port) && port >= 1024 ? port : null;
}
