/** Finding the Python that shall run a script. */
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, dirname, isAbsolute, join, resolve } from 'node:path';
import { LoopwrightError } from '../protocol/errors';

const isWindows = process.platform === 'win32';

export interface InterpreterWishes {
  /** Named by the user, or chosen in the Python extension: a path or a name on the PATH. */
  readonly wished?: string | undefined;
  /** Where `.venv` is looked for, and above it up to `stopAt`. */
  readonly folder: string;
  readonly stopAt?: string | undefined;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * The wished one, else the active virtual environment's, else that of a `.venv` in the folder or above it, else
 * `python3` or `python` on the PATH.
 *
 * @throws LoopwrightError `no_python`
 */
export function findInterpreter({ wished, folder, stopAt, env }: InterpreterWishes): string {
  if (wished) {
    const found = /[/\\]/.test(wished)
      ? executable(isAbsolute(wished) ? wished : resolve(folder, wished))
      : onPath(wished, env);
    if (found) return found;
    throw new LoopwrightError(
      'no_python',
      `The Python interpreter ${wished} was not found, or is not executable. Choose another one.`,
    );
  }
  const active = env.VIRTUAL_ENV ? pythonIn(env.VIRTUAL_ENV) : null;
  const found = active ?? inFolders(folder, stopAt) ?? onPath('python3', env) ?? onPath('python', env);
  if (found) return found;
  throw new LoopwrightError(
    'no_python',
    'Python was not found: no .venv here, and neither python3 nor python on the PATH. Install Python, or name one with --python (in VS Code: the setting loopwright.python).',
  );
}

function inFolders(folder: string, stopAt: string | undefined): string | null {
  for (let at = resolve(folder); ; at = dirname(at)) {
    const found = pythonIn(join(at, '.venv'));
    if (found) return found;
    if (stopAt === undefined || at === resolve(stopAt) || dirname(at) === at) return null;
  }
}

function pythonIn(environment: string): string | null {
  return executable(isWindows ? join(environment, 'Scripts', 'python.exe') : join(environment, 'bin', 'python'));
}

function onPath(name: string, env: NodeJS.ProcessEnv): string | null {
  for (const folder of (env.PATH ?? '').split(delimiter)) {
    if (!isAbsolute(folder)) continue; // a relative entry would let a workspace choose what is run
    const found = executable(join(folder, isWindows && !name.endsWith('.exe') ? `${name}.exe` : name));
    if (found) return found;
  }
  return null;
}

function executable(path: string): string | null {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile() ? path : null;
  } catch {
    return null; // not there, or not ours to execute
  }
}
