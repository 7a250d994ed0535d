/** How many models and versions a filter chooses. */
import * as vscode from 'vscode';
import { formatNumber } from '../../protocol/format';
import type { Result } from '../../protocol/requests';
import type { StoreSession } from '../stores/session';

type Counts = Result<'registry/count'>;

/** @throws LoopwrightError `bad_request` for a filter that is not understood */
export async function countModels(sessions: readonly StoreSession[], filter: string): Promise<Counts> {
  const open = sessions.filter(({ state }) => state.kind === 'open');
  const counts = await Promise.all(open.map((session) => session.request('registry/count', { filter })));
  return {
    models: counts.reduce((sum, { models }) => sum + models, 0),
    versions: counts.reduce((sum, { versions }) => sum + versions, 0),
  };
}

/** `2 models, 1 version` */
export function countWords({ models, versions }: Counts): string {
  if (models === 0) return vscode.l10n.t('no model');
  const ofModels = models === 1 ? vscode.l10n.t('1 model') : vscode.l10n.t('{0} models', formatNumber(models));
  const ofVersions =
    versions === 1 ? vscode.l10n.t('1 version') : vscode.l10n.t('{0} versions', formatNumber(versions));
  return `${ofModels}, ${ofVersions}`;
}
