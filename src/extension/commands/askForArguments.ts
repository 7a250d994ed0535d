/** Other arguments for a run that is run again. */
import * as vscode from 'vscode';
import { argumentsOf, withArguments } from '../../client/otherArguments';
import { LoopwrightError } from '../../protocol/errors';
import type { RunSpec } from '../../protocol/runFolder';
import { plain } from '../text';
import { argumentsProblem } from './chooseFile';
import { joinArguments, splitArguments } from './splitArguments';

/** @returns undefined if the user cancelled */
export async function askForArguments(spec: RunSpec): Promise<RunSpec | undefined> {
  const words = argumentsOf(spec);
  if (words === null)
    throw new LoopwrightError(
      'bad_request',
      vscode.l10n.t(
        'A notebook takes parameters, not arguments: use Run Notebook with Parameters… on {0}.',
        spec.source,
      ),
    );
  const text = await vscode.window.showInputBox({
    title: vscode.l10n.t('Run {0} Again with Arguments', plain(spec.name, 60)),
    prompt: vscode.l10n.t('As in a terminal: separated by blanks, quotes keep words together. *** is asked for.'),
    value: joinArguments(words),
    ignoreFocusOut: true,
    validateInput: (typed) =>
      spec.kind === 'command' && typed.trim() === '' ? vscode.l10n.t('A command is needed.') : argumentsProblem(typed),
  });
  if (text === undefined) return undefined;
  const split = splitArguments(text, process.platform === 'win32');
  return 'problem' in split ? undefined : withArguments(spec, split.arguments);
}
