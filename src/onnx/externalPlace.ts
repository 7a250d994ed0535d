/** Where a file beside a model lies (https://github.com/onnx/onnx/blob/main/docs/ExternalData.md). */
import { lstatSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { isInside } from '../protocol/node/inside';

/**
 * @param folder the model's, links followed
 * @param location as the model names it: a stranger's word
 */
export function externalPlace(folder: string, location: string): { readonly path: string } | 'leaves' | 'missing' {
  const isOut =
    location === '' ||
    isAbsolute(location) ||
    /^([/\\]|[A-Za-z]:)/.test(location) ||
    location.split(/[/\\]/).includes('..') ||
    location.includes('\0');
  if (isOut) return 'leaves';
  const path = join(folder, location);
  if (!lstatSync(path, { throwIfNoEntry: false })) return 'missing';
  return isInside(folder, path) ? { path } : 'leaves';
}
