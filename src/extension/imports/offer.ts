/** Offers to import what lies in a workspace folder, once for each file and folder. */
import * as vscode from 'vscode';
import type { Commands } from '../commands/registry';
import { importableIn } from './importable';
import { type ImportParts, importInto } from './importInto';

/** In the memory of all windows: the paths that were offered. */
const OFFERED = 'loopwright.import.offered';

export interface OfferParts extends ImportParts {
  readonly memory: vscode.Memento;
  readonly attempt: Commands['run'];
}

export async function offerToImport(folders: readonly vscode.WorkspaceFolder[], parts: OfferParts): Promise<void> {
  const offered = parts.memory.get<readonly string[]>(OFFERED, []);
  const found = folders.flatMap(({ uri }) => importableIn(uri.fsPath)).filter((path) => !offered.includes(path));
  if (found.length === 0) return;
  await parts.memory.update(OFFERED, [...offered, ...found]);
  for (const path of found) await offer(path, parts);
}

async function offer(path: string, parts: OfferParts): Promise<void> {
  const yes = vscode.l10n.t('Import');
  const name = vscode.workspace.asRelativePath(path);
  const text = vscode.l10n.t('{0} holds runs of MLflow. Import them to see them here? They stay there, too.', name);
  const chosen = await vscode.window.showInformationMessage(text, yes, vscode.l10n.t('No'));
  if (chosen === yes) await importInto(parts.stores.forFile(vscode.Uri.file(path)), { path }, parts);
}
