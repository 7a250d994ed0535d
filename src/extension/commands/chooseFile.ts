/** Which file shall be run, and with which arguments. */
import * as vscode from 'vscode';
import { maskArguments } from '../../client/secretArguments';
import { LoopwrightError } from '../../protocol/errors';
import { splitArguments } from './splitArguments';

const MEMORY_KEY = 'arguments';
const MEMORY_SIZE = 200;
const FILES_LIMIT = 500;
export const NOT_SCRIPTS = '**/{.venv,venv,node_modules,site-packages,.loopwright,__pycache__,.git}/**';

/**
 * The file that the command was called for, else the active editor's, else one of the folder's; saved.
 *
 * @returns undefined if the user chose none
 */
export async function chooseFile(given: unknown): Promise<vscode.Uri | undefined> {
  const file = given instanceof vscode.Uri ? given : (activePython() ?? (await pickFile()));
  return file && savedOnDisk(file);
}

/**
 * A file or notebook as it stands on the disk, after what is in its editor was saved.
 *
 * @returns undefined if the user gave an untitled one no name
 * @throws LoopwrightError `bad_request` if it could not be saved, or is not on this machine
 */
export async function savedOnDisk(file: vscode.Uri): Promise<vscode.Uri | undefined> {
  const { textDocuments, notebookDocuments } = vscode.workspace;
  const documents = [...notebookDocuments, ...textDocuments];
  const document = documents.find(({ uri }) => uri.toString() === file.toString());
  if (document && (document.isDirty || document.isUntitled)) {
    // An untitled one gets its name here; saving may be refused by the user or by the disk.
    const saved = await vscode.workspace.save(document.uri);
    if (!saved && document.isUntitled) return undefined;
    if (!saved)
      throw new LoopwrightError(
        'bad_request',
        vscode.l10n.t('{0} could not be saved, so it was not run.', file.fsPath),
      );
    return onDisk(saved);
  }
  return onDisk(file);
}

function onDisk(file: vscode.Uri): vscode.Uri {
  if (file.scheme === 'file') return file;
  throw new LoopwrightError(
    'bad_request',
    vscode.l10n.t('Only files on this machine can be run, and {0} is none.', file.toString(true)),
  );
}

function activePython(): vscode.Uri | undefined {
  const document = vscode.window.activeTextEditor?.document;
  return document?.languageId === 'python' && ['file', 'untitled'].includes(document.uri.scheme)
    ? document.uri
    : undefined;
}

async function pickFile(): Promise<vscode.Uri | undefined> {
  const title = vscode.l10n.t('Run File as Tracked Run');
  const files = await vscode.workspace.findFiles('**/*.py', NOT_SCRIPTS, FILES_LIMIT);
  if (files.length === 0) {
    const [chosen] =
      (await vscode.window.showOpenDialog({ title, filters: { Python: ['py'] }, canSelectMany: false })) ?? [];
    return chosen;
  }
  const items = files
    .map((uri) => ({ label: vscode.workspace.asRelativePath(uri), uri }))
    .sort((left, right) => left.label.localeCompare(right.label));
  const chosen = await vscode.window.showQuickPick(items, {
    title,
    placeHolder:
      files.length < FILES_LIMIT
        ? vscode.l10n.t('Choose a Python file')
        : vscode.l10n.t('Choose a Python file ({0} are listed; open another to run it)', FILES_LIMIT),
  });
  return chosen?.uri;
}

/** Asks for the arguments of a script; the last ones of each file are offered again. */
export class Arguments {
  constructor(
    /** Of the workspace. */
    private readonly memory: vscode.Memento,
  ) {}

  /** @returns undefined if the user cancelled */
  async ask(file: vscode.Uri): Promise<readonly string[] | undefined> {
    const remembered = this.memory.get<Readonly<Record<string, string>>>(MEMORY_KEY, {});
    const key = file.toString();
    const text = await vscode.window.showInputBox({
      title: vscode.l10n.t('Run {0} with Arguments', vscode.workspace.asRelativePath(file)),
      prompt: vscode.l10n.t('As in a terminal: separated by blanks, quotes keep words together. Nothing is expanded.'),
      placeHolder: '--depth 8 --name "my run"',
      value: remembered[key] ?? '',
      ignoreFocusOut: true,
      validateInput: (typed) => argumentsProblem(typed),
    });
    if (text === undefined) return undefined;
    const split = splitArguments(text, process.platform === 'win32');
    if ('problem' in split) return undefined;
    if (maskArguments(split.arguments).hidden.length > 0) return split.arguments; // secrets are not remembered
    const { [key]: _, ...others } = remembered;
    await this.memory.update(
      MEMORY_KEY,
      Object.fromEntries([...Object.entries(others).slice(-MEMORY_SIZE), [key, text]]),
    );
    return split.arguments;
  }
}

export function argumentsProblem(typed: string): string | undefined {
  const split = splitArguments(typed, process.platform === 'win32');
  if (!('problem' in split)) return undefined;
  switch (split.problem) {
    case 'quote':
      return vscode.l10n.t('A quote is not closed.');
    case 'backslash':
      return vscode.l10n.t('A backslash at the end protects nothing.');
  }
}
