/** What it takes to run a notebook whole. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { LoopwrightError } from '../protocol/errors';

/** Packages of the user's environment that a notebook is run with. */
export const NOTEBOOK_PACKAGES = ['nbclient', 'ipykernel'] as const;

const PROBE_TIMEOUT_MS = 20_000;
/** Looks the packages up and imports nothing of them. */
const PROBE = `import importlib.util as u; print(*(n for n in ${JSON.stringify(NOTEBOOK_PACKAGES)} if u.find_spec(n) is None))`;

/**
 * Which of the packages are missing in an interpreter's environment; none where it can not be asked, so that the run
 * itself says what is wrong with it.
 */
export async function missingNotebookPackages(python: string, env: NodeJS.ProcessEnv = process.env): Promise<string[]> {
  try {
    // Not from the working folder: a file there could answer to a package's name.
    const { stdout } = await promisify(execFile)(python, ['-c', `import sys; sys.path[:1] = []; ${PROBE}`], {
      env,
      timeout: PROBE_TIMEOUT_MS,
    });
    const words = stdout.split(/\s+/);
    return NOTEBOOK_PACKAGES.filter((name) => words.includes(name));
  } catch {
    return []; // no Python, or one that can't start: starting the run tells
  }
}

/** @throws LoopwrightError `notebook_packages_missing` */
export async function requireNotebookPackages(python: string, env: NodeJS.ProcessEnv): Promise<void> {
  const missing = await missingNotebookPackages(python, env);
  if (missing.length > 0) throw packagesMissing(python, missing);
}

export function packagesMissing(python: string, missing: readonly string[]): LoopwrightError {
  const verb = missing.length === 1 ? 'is' : 'are';
  return new LoopwrightError(
    'notebook_packages_missing',
    `${missing.join(' and ')} ${verb} not installed in ${python}. ` +
      `Install ${missing.length === 1 ? 'it' : 'them'}: ${python} -m pip install ${missing.join(' ')}`,
  );
}
