/** What a user does with the file of an artifact beside opening it. */
import { basename } from 'node:path';
import * as vscode from 'vscode';

/** Asks where to, and copies a file or a folder there. */
export async function saveArtifact(file: string): Promise<void> {
  const source = vscode.Uri.file(file);
  const folder = vscode.workspace.getWorkspaceFolder(source) ?? vscode.workspace.workspaceFolders?.[0];
  const target = await vscode.window.showSaveDialog({
    title: vscode.l10n.t('Save {0} As', basename(file)),
    ...(folder ? { defaultUri: vscode.Uri.joinPath(folder.uri, basename(file)) } : {}),
  });
  // VS Code has asked whether what is there may be replaced.
  if (target) await vscode.workspace.fs.copy(source, target, { overwrite: true });
}

/** Where a desktop is there, in its file manager; else in VS Code's explorer. */
export async function revealArtifact(file: string): Promise<void> {
  const isDesktop = vscode.env.uiKind === vscode.UIKind.Desktop && vscode.env.remoteName === undefined;
  await vscode.commands.executeCommand(isDesktop ? 'revealFileInOS' : 'revealInExplorer', vscode.Uri.file(file));
}
