/** What is to be run, checked before anything is made for it. */
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, resolve } from 'node:path';
import { findInterpreter } from '../client/interpreter';
import type { RunTarget } from '../client/launch';
import { LoopwrightError } from '../protocol/errors';
import { encodeSurrogateEscape } from './words';

/** @throws LoopwrightError `run_failed_to_start` if Python could not even open it */
export function checkTarget(target: RunTarget, cwd: string): void {
  if ((target.kind !== 'script' && target.kind !== 'notebook') || target.file === '-') return;
  const { file } = target;
  const path = bytesOf(resolve(cwd, file));
  const refuse = (why: string) => new LoopwrightError('run_failed_to_start', `${file} ${why}`);
  try {
    const isFolder = statSync(path).isDirectory();
    // Python runs a folder that has a __main__.py.
    if (isFolder && target.kind === 'notebook') throw refuse('is a folder. Name a notebook in it.');
    if (isFolder && !existsSync(bytesOf(resolve(cwd, file, '__main__.py'))))
      throw refuse('is a folder without a __main__.py. Name the script in it.');
    accessSync(path, constants.R_OK);
  } catch (error) {
    if (error instanceof LoopwrightError) throw error;
    const code = error instanceof Error && 'code' in error ? error.code : null;
    if (code === 'EACCES' || code === 'EPERM') throw refuse("can't be read: you have no permission to. Try chmod +r.");
    if (code !== 'ENOENT' && code !== 'ENOTDIR') throw refuse(`can't be read (${String(code)}).`);
    if (file.includes('\ufffd'))
      throw refuse('was not found: its name has bytes that are no valid UTF-8, which Node can not pass on. Rename it.');
    const similar = existsSync(resolve(cwd, `${file}.py`)) ? ` Did you mean ${file}.py?` : '';
    throw refuse(`was not found in ${cwd}.${similar || ' Check the path, or use "-- COMMAND" for a program.'}`);
  }
}

/** A path as the bytes that the system knows it by. */
const bytesOf = (path: string): string | Buffer => (/[\udc80-\udcff]/u.test(path) ? encodeSurrogateEscape(path) : path);

/** @throws LoopwrightError `no_python` */
export function pythonFor(target: RunTarget, wished: string | undefined, cwd: string, env: NodeJS.ProcessEnv): string {
  const isFile = (target.kind === 'script' || target.kind === 'notebook') && target.file !== '-';
  const folder = isFile ? dirname(resolve(cwd, target.file)) : cwd;
  // A path is meant from where the user stands.
  const named = wished !== undefined && /[/\\]/.test(wished) ? resolve(cwd, wished) : wished;
  return findInterpreter({ wished: named, folder, stopAt: topOf(folder), env });
}

/** The repository's or the home folder above: a virtual environment is not looked for beyond. */
function topOf(folder: string): string {
  const home = homedir();
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(resolve(at, '.git')) || at === home) return at;
    if (dirname(at) === at) return folder;
  }
}
