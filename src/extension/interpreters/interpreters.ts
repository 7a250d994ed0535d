/** Which Python runs a file: the setting, else the Python extension's choice, else what lies nearest. */
import * as vscode from 'vscode';
import { findInterpreter } from '../../client/interpreter';
import { LoopwrightError } from '../../protocol/errors';
import { describeError, type Log } from '../log';
import { chosenInterpreter } from './pythonExtensions';

const SETTING = 'python';
/** Somebody else's extension may take its time to start; the user waits for their run. */
const PATIENCE_MS = 8_000;

export class Interpreters {
  constructor(private readonly log: Log) {}

  /** @throws LoopwrightError `no_python` */
  async forFile(file: vscode.Uri, folder: string, stopAt: string | undefined): Promise<string> {
    const set = vscode.workspace.getConfiguration('loopwright', file).get<string>(SETTING, '').trim();
    const wished = set === '' ? await this.chosen(file) : resolveVariables(set, stopAt ?? folder);
    const python = find(wished, set === '' ? folder : (stopAt ?? folder), stopAt);
    this.log.info(
      `interpreter for ${file.fsPath}: ${python}${set ? ' (setting)' : wished ? ' (Python extension)' : ''}`,
    );
    return python;
  }

  /**
   * Without starting anybody's extension: the setting, else what lies nearest. For what only has to read Python.
   *
   * @throws LoopwrightError `no_python`
   */
  nearest(file: vscode.Uri, folder: string, stopAt: string | undefined): string {
    const set = vscode.workspace.getConfiguration('loopwright', file).get<string>(SETTING, '').trim();
    return set === ''
      ? find(undefined, folder, stopAt)
      : find(resolveVariables(set, stopAt ?? folder), stopAt ?? folder, stopAt);
  }

  /** Lets the user choose, with the Python extension's own picker where there is one. @returns whether they did */
  async choose(): Promise<boolean> {
    if (vscode.extensions.getExtension('ms-python.python')) {
      await vscode.commands.executeCommand('python.setInterpreter');
      return true;
    }
    const [file] =
      (await vscode.window.showOpenDialog({
        title: vscode.l10n.t('Choose a Python Interpreter'),
        openLabel: vscode.l10n.t('Choose'),
        canSelectMany: false,
      })) ?? [];
    if (!file) return false;
    const target = vscode.workspace.workspaceFolders
      ? vscode.ConfigurationTarget.Workspace
      : vscode.ConfigurationTarget.Global;
    await vscode.workspace.getConfiguration('loopwright').update(SETTING, file.fsPath, target);
    return true;
  }

  private async chosen(file: vscode.Uri): Promise<string | undefined> {
    let timer: NodeJS.Timeout | undefined;
    const tooLong = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => {
        this.log.warn(`the Python extension did not name an interpreter within ${String(PATIENCE_MS / 1000)} s`);
        resolve(undefined);
      }, PATIENCE_MS);
    });
    try {
      return await Promise.race([chosenInterpreter({ find: findExtension, resource: file }), tooLong]);
    } catch (error) {
      this.log.warn(`the Python extension: ${describeError(error)}`);
      return undefined;
    } finally {
      clearTimeout(timer);
    }
  }
}

/** What the client says is for the command line where nothing was wished for: here there is a button. */
function find(wished: string | undefined, folder: string, stopAt: string | undefined): string {
  try {
    return findInterpreter({ wished, folder, stopAt, env: process.env });
  } catch (error) {
    if (wished !== undefined || !(error instanceof LoopwrightError)) throw error;
    throw new LoopwrightError('no_python', vscode.l10n.t('Python was not found. Choose an interpreter.'), {
      cause: error,
    });
  }
}

/** Asked for only when something is run: nobody's extension is started before. */
function findExtension(id: string) {
  const extension = vscode.extensions.getExtension<unknown>(id);
  return extension && { exports: async () => extension.activate() };
}

function resolveVariables(path: string, folder: string): string {
  return path.replaceAll('${workspaceFolder}', folder);
}
