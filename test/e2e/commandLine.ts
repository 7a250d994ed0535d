/** The command line, on the store of a window's folder. */
import { execFile, type ExecFileException } from 'node:child_process';
import path from 'node:path';
import { repository } from '../engine/support';
import type { Workbench } from './support/workbench';

/** @returns what it wrote to stdout; rejects with what it wrote to stderr */
export function loopwright({ folder, folders }: Workbench, ...args: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const done = (error: ExecFileException | null, out: string, text: string) =>
      error ? reject(new Error(text, { cause: error })) : resolve(out);
    const env = { ...process.env, LOOPWRIGHT_STATE_DIR: folders.state };
    execFile(
      process.execPath,
      [path.join(repository, 'dist/cli.js'), ...args],
      { cwd: folder, env, encoding: 'utf8' },
      done,
    );
  });
}
