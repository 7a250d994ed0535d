/** Which store of this window the page of a version is about, also after VS Code brought it back. */
import * as vscode from 'vscode';
import { LoopwrightError } from '../../protocol/errors';
import type { VersionName } from '../../protocol/pages/compareVersions';
import type { StoreSession } from '../stores/session';
import type { Stores } from '../stores/stores';

/**
 * The store that it was opened from, else one that has all these versions: the folder may have been moved.
 *
 * @throws LoopwrightError `not_trusted`, `not_found`
 */
export async function storeOfVersions(
  stores: Stores,
  store: string | undefined,
  versions: readonly VersionName[],
): Promise<StoreSession> {
  if (!vscode.workspace.isTrusted)
    throw new LoopwrightError('not_trusted', vscode.l10n.t('This folder is not trusted: its models are not read.'));
  const known = store === undefined ? undefined : stores.byPath(store);
  if (known) return known;
  for (const session of stores.sessions) {
    if ((await session.settled()).kind !== 'open') continue;
    const found = await Promise.all(versions.map((one) => hasVersion(session, one)));
    if (found.every(Boolean)) return session;
  }
  throw new LoopwrightError('not_found', vscode.l10n.t('No folder of this window holds this version.'));
}

async function hasVersion(session: StoreSession, { name, version }: VersionName): Promise<boolean> {
  try {
    await session.request('registry/version', { name, which: version });
    return true;
  } catch (error) {
    if (LoopwrightError.from(error).code === 'not_found') return false;
    throw error;
  }
}
