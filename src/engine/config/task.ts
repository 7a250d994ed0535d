/** The job that reads `loopwright.yaml`: YAML of a stranger may take long to read, and here it can be killed. */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { CONFIG_FILE, MAX_CONFIG_BYTES } from '../../protocol/config/file';
import { LoopwrightError } from '../../protocol/errors';
import { checkText, type CheckedConfig } from './check';

export interface ReadConfig {
  readonly file: string;
  /** Null for what the file holds. */
  readonly text: string | null;
}

/** Null where there is no file. */
export function readConfig({ file, text }: ReadConfig): Promise<CheckedConfig | null> {
  const found = text ?? contentOf(file);
  return Promise.resolve(found === null ? null : checkText(found));
}

function contentOf(file: string): string | null {
  let descriptor: number;
  try {
    // Without waiting: a clone may bring a pipe of that name.
    descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw unreadable(error);
  }
  try {
    if (!fstatSync(descriptor).isFile()) throw new LoopwrightError('bad_request', `${CONFIG_FILE} is no file.`);
    const bytes = Buffer.alloc(MAX_CONFIG_BYTES + 1);
    let size = 0;
    for (let got = -1; got !== 0 && size < bytes.length; size += got)
      got = readSync(descriptor, bytes, size, bytes.length - size, null);
    return bytes.toString('utf8', 0, size).replace(/^\ufeff/, '');
  } catch (error) {
    throw error instanceof LoopwrightError ? error : unreadable(error);
  } finally {
    closeSync(descriptor);
  }
}

function unreadable(error: unknown): LoopwrightError {
  const why = error instanceof Error ? error.message : String(error);
  return new LoopwrightError('bad_request', `${CONFIG_FILE} can't be read (${why}).`, { cause: error });
}
