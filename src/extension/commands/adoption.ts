/** A store that came from elsewhere is data from a stranger until the user says otherwise. */
import { existsSync } from 'node:fs';
import * as vscode from 'vscode';
import { isAdopted } from '../../protocol/node/storeFolder';
import type { StoreSession } from '../stores/session';

export function needsAdoption(session: StoreSession): boolean {
  return existsSync(session.paths.storeFile) && !isAdopted(session.paths);
}

/** @returns whether the store is this user's own now */
export async function adoptWithConsent(session: StoreSession, why: string): Promise<boolean> {
  const adopt = vscode.l10n.t('Adopt Store');
  const chosen = await vscode.window.showQuickPick(
    [
      {
        label: adopt,
        detail: vscode.l10n.t('You know where it comes from. Runs can be started, stopped and deleted.'),
        isYes: true,
      },
      {
        label: vscode.l10n.t('Leave It Read-Only'),
        detail: vscode.l10n.t('Its runs can be looked at. Nothing in it is run or changed.'),
        isYes: false,
      },
    ],
    { title: vscode.l10n.t('Adopt Store: {0}', session.paths.root), placeHolder: why },
  );
  if (!chosen?.isYes) return false;
  await session.request('store/adopt', {});
  return true;
}
