/** Getting at the files of a registered version, wherever in the store they are. */
import { join } from 'node:path';
import * as vscode from 'vscode';
import { LoopwrightError } from '../../protocol/errors';
import type { ModelPlace } from '../../protocol/requests';
import type { StoreSession } from '../stores/session';
import { resolveArtifact } from './artifacts';

/** @throws LoopwrightError `not_found` where there is no place */
export function placeBelow(place: ModelPlace | null, path: string): ModelPlace {
  if (place) return { ...place, path: [place.path, path].filter((part) => part !== '').join('/') };
  throw new LoopwrightError('not_found', vscode.l10n.t('The files of this version are not in the store.'));
}

export async function versionFile(
  { paths }: Pick<StoreSession, 'paths'>,
  place: ModelPlace,
): Promise<{ file: string; isDirectory: boolean }> {
  const owner =
    place.owner === 'run'
      ? paths.runFolder(place.runId)
      : join(paths.root, 'models', place.owner === 'model' ? place.modelId : place.files);
  return place.path === '' ? { file: join(owner, 'artifacts'), isDirectory: true } : resolveArtifact(owner, place.path);
}

export const showFile = ({ file, isDirectory }: { file: string; isDirectory: boolean }) =>
  vscode.commands.executeCommand(isDirectory ? 'revealInExplorer' : 'vscode.open', vscode.Uri.file(file));
