/** Where a model's files lie among artifacts, and that nothing of it leads elsewhere. */
import { realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { LoopwrightError } from '../../protocol/errors';
import { pathsOf } from '../../protocol/node/storeFolder';
import type { ModelPlace } from '../../protocol/requests';
import { artifactFolder, type ArtifactOwner, checkArtifactPath, isInside } from '../artifacts';

export interface PlaceOnDisk {
  /** Absolute. */
  readonly file: string;
  readonly isFolder: boolean;
}

/** @throws LoopwrightError `not_found`, or `bad_request` for what leads out of the artifacts */
export function onDisk(store: string, place: ModelPlace): PlaceOnDisk {
  const checked = checkArtifactPath(place.path);
  if ('problem' in checked) throw new LoopwrightError('bad_request', checked.problem);
  const folder = artifactFolder(pathsOf(store), ownerOf(place));
  const file = join(folder, checked.path);
  const found = statSync(file, { throwIfNoEntry: false });
  if (!found) throw new LoopwrightError('not_found', `There is no file ${checked.path} among the artifacts any more.`);
  if (checked.path !== '' && !isInside(realpathSync(folder), file))
    throw new LoopwrightError(
      'bad_request',
      `${checked.path} is a link that leads out of the artifacts: it is not read.`,
    );
  if (!found.isFile() && !found.isDirectory())
    throw new LoopwrightError('bad_request', `${checked.path} is no file. Name a model's file in it.`);
  return { file, isFolder: found.isDirectory() };
}

export function ownerOf(place: ModelPlace): ArtifactOwner {
  switch (place.owner) {
    case 'run':
      return { kind: 'run', runId: place.runId };
    case 'model':
      return { kind: 'model', modelId: place.modelId };
    case 'version':
      return { kind: 'version', files: place.files };
  }
}

/** @throws LoopwrightError as `onDisk`, and for a folder */
export function fileAt(store: string, place: ModelPlace): string {
  const { file, isFolder } = onDisk(store, place);
  if (isFolder)
    throw new LoopwrightError('bad_request', `${place.path || 'All of it'} is no file. Name a model's file in it.`);
  return file;
}
