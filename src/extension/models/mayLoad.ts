/** What is asked before a model is loaded in Python, which executes what its file says. */
import * as vscode from 'vscode';
import type { FoundModel } from '../../client/convert';
import { plain } from '../text';
import type { Memory } from '../views/runs/query/queryState';

interface Once {
  /** The button. */
  readonly yes: string;
  /** What is done, of a model of this name. */
  readonly said: (name: string) => string;
  /** Where it is kept that the user has read it. */
  readonly key: string;
}

/** Modal only where loading it would do what no model has to; else said once. */
export async function mayLoad(
  { label, suspicious, executes }: FoundModel,
  { yes, said, key }: Once,
  memory: Memory,
): Promise<boolean> {
  const name = plain(label, 80);
  if (suspicious.length > 0) {
    const anyway = vscode.l10n.t('Load It Anyway');
    const detail = suspicious.slice(0, 8).map((one) => `${plain(one.name, 80)}: ${plain(one.reason, 120)}`);
    const chosen = await vscode.window.showWarningMessage(
      vscode.l10n.t('Loading {0} would call what can do harm. Load it only if you trust where it comes from.', name),
      { modal: true, detail: detail.join('\n') },
      anyway,
    );
    return chosen === anyway;
  }
  if (!executes || memory.get(key) === true) return true;
  if ((await vscode.window.showInformationMessage(said(name), yes)) !== yes) return false;
  await memory.update(key, true);
  return true;
}
