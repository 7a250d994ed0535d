/** Opening what a run read or wrote. Its path comes from a record that anybody may have written. */
import { stat } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import { LoopwrightError } from '../../protocol/errors';

/**
 * @throws LoopwrightError `not_found` if there is no such file or folder on this machine any more, `bad_request` for
 *   what can't be opened: something remote, a device
 */
export async function resolveLineageFile(path: string): Promise<{ file: string; isDirectory: boolean }> {
  // A path with a host's name would make Windows log in there.
  if (!isAbsolute(path) || /^[/\\]{2}/.test(path) || path.includes('\0'))
    throw new LoopwrightError('bad_request', `${path} is not a file on this machine, so it can't be opened here.`);
  let found;
  try {
    found = await stat(path);
  } catch (error) {
    throw new LoopwrightError('not_found', `${path} is not there any more.`, { cause: error });
  }
  // Opening a pipe would wait for ever.
  if (!found.isFile() && !found.isDirectory())
    throw new LoopwrightError('bad_request', `${path} is no regular file, so it can't be opened.`);
  return { file: path, isDirectory: found.isDirectory() };
}
