/** Installing packages into an interpreter's environment, where the user sees it: as a task in a terminal. */
import { execFile } from 'node:child_process';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import * as vscode from 'vscode';
import { LoopwrightError } from '../../protocol/errors';

const LOOK_TIMEOUT_MS = 20_000;
/** The end of a task and that of its process are told in no certain order. */
const END_GRACE_MS = 500;

/**
 * With pip, or with uv where the environment has no pip, as those have none that uv has made. uv is looked for in the
 * PATH, beside the interpreter, and where its installer puts it: a window that was not started from a shell may not know.
 *
 * @param title of the task and its terminal
 * @returns whether it succeeded; the terminal says why where it did not
 * @throws LoopwrightError `bad_request` where there is neither
 */
export async function installPackages(
  python: string,
  packages: readonly string[],
  title: string,
  scope: vscode.WorkspaceFolder | undefined,
): Promise<boolean> {
  const [program = python, ...words] = await installerOf(python, packages);
  const execution = new vscode.ProcessExecution(program, [...words, ...packages]);
  const task = new vscode.Task(
    { type: 'process' },
    scope ?? vscode.TaskScope.Workspace,
    title,
    'Loopwright',
    execution,
    [],
  );
  const started = await vscode.tasks.executeTask(task);
  return new Promise((resolve) => {
    const listening = [
      vscode.tasks.onDidEndTaskProcess(({ execution: ended, exitCode }) => over(ended, exitCode === 0)),
      // One that could not be started has no process whose end would be told.
      vscode.tasks.onDidEndTask(({ execution: ended }) => setTimeout(() => over(ended, false), END_GRACE_MS)),
    ];
    const over = (ended: vscode.TaskExecution, isDone: boolean) => {
      if (ended !== started) return;
      for (const listener of listening) listener.dispose();
      resolve(isDone);
    };
  });
}

async function installerOf(python: string, packages: readonly string[]): Promise<readonly string[]> {
  if (await succeeds(python, ['-c', 'import pip'])) return [python, '-m', 'pip', 'install'];
  for (const uv of ['uv', join(dirname(python), 'uv'), join(homedir(), '.local', 'bin', 'uv')])
    if (await succeeds(uv, ['--version'])) return [uv, 'pip', 'install', '--python', python];
  throw new LoopwrightError(
    'bad_request',
    vscode.l10n.t('{0} has no pip, and uv was not found. Install {1} into it by hand.', python, packages.join(', ')),
  );
}

function succeeds(program: string, words: readonly string[]): Promise<boolean> {
  return new Promise((resolve) => {
    execFile(program, words, { timeout: LOOK_TIMEOUT_MS }, (error) => resolve(error === null));
  });
}
