import * as vscode from 'vscode';

const SAID_MS = 3_000;

export async function copy(text: string): Promise<void> {
  await vscode.env.clipboard.writeText(text);
  vscode.window.setStatusBarMessage(vscode.l10n.t('Copied.'), SAID_MS);
}
