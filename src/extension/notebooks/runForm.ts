/** Asking for a notebook's parameters: a list of them, and an input box for the one that is chosen. */
import * as vscode from 'vscode';
import { isSecretName } from '../../client/secretArguments';
import type { NotebookParameter } from '../../protocol/notebooks';
import { showUntilLeft } from '../quickInput';
import { Disposables } from '../signal';
import { plain, withoutIcons } from '../text';
import { type Choice, ParameterForm, type ParameterRow } from './runParameters';

const MEMORY_KEY = 'notebookParameters';
const MEMORY_SIZE = 100;

type Memory = Readonly<Record<string, Readonly<Record<string, string>>>>;

interface Item extends vscode.QuickPickItem {
  readonly row?: ParameterRow;
}

export class ParameterForms {
  constructor(
    /** Of the workspace. */
    private readonly memory: vscode.Memento,
  ) {}

  /** @returns undefined if the user cancelled */
  async ask(notebook: vscode.Uri, parameters: readonly NotebookParameter[]): Promise<Choice | undefined> {
    const remembered = this.memory.get<Memory>(MEMORY_KEY, {});
    const key = notebook.toString();
    const form = new ParameterForm(parameters, vscode.l10n, remembered[key] ?? {});
    const title = vscode.l10n.t('Run {0} with Parameters', vscode.workspace.asRelativePath(notebook));
    for (;;) {
      const chosen = await pickRow(form, title);
      if (chosen === undefined) return undefined;
      if (chosen === 'run') break;
      await askValue(form, chosen, title);
    }
    const { [key]: _, ...others } = remembered;
    const recent = Object.entries(others).slice(-MEMORY_SIZE + 1);
    await this.memory.update(MEMORY_KEY, Object.fromEntries([...recent, [key, form.kept]]));
    return form.choice;
  }
}

async function pickRow(form: ParameterForm, title: string): Promise<ParameterRow | 'run' | undefined> {
  const held = new Disposables();
  const pick = held.track(vscode.window.createQuickPick<Item>());
  pick.title = title;
  pick.placeholder = vscode.l10n.t('Run, or choose a parameter to set');
  pick.ignoreFocusOut = true;
  pick.matchOnDescription = true;
  try {
    return await new Promise((resolve) => {
      held.track(pick.onDidAccept(() => resolve(pick.selectedItems[0]?.row ?? 'run')));
      held.track(
        pick.onDidTriggerItemButton(({ item }) => {
          if (!item.row) return;
          form.reset(item.row.name);
          pick.items = itemsOf(form);
        }),
      );
      // The first row is active: after a value was set, one key more runs the notebook.
      pick.items = itemsOf(form);
      held.track(showUntilLeft(pick, () => resolve(undefined)));
    });
  } finally {
    held.dispose();
  }
}

function itemsOf(form: ParameterForm): Item[] {
  const { summary, runCount } = form;
  const run: Item = {
    label: runCount > 1 ? `$(run-all) ${vscode.l10n.t('Start {0} Runs', runCount)}` : `$(run) ${vscode.l10n.t('Run')}`,
    description: summary === '' ? vscode.l10n.t('with the defaults') : withoutIcons(summary),
    alwaysShow: true,
  };
  const separator: Item = { label: vscode.l10n.t('Parameters'), kind: vscode.QuickPickItemKind.Separator };
  return [run, separator, ...form.rows.map(itemOf)];
}

function itemOf(row: ParameterRow): Item {
  const { name, type, shown, isChanged, help } = row;
  const value = isChanged && isSecretName(name, shown) ? '***' : plain(shown, 80);
  const state = isChanged ? ` · ${vscode.l10n.t('changed')}` : '';
  return {
    row,
    label: `${isChanged ? '$(edit)' : '$(symbol-variable)'} ${name}`,
    description: withoutIcons(`${value} · ${plain(type, 40)}${state}`),
    ...(help === '' ? {} : { detail: withoutIcons(plain(help)) }),
    buttons: isChanged
      ? [{ iconPath: new vscode.ThemeIcon('discard'), tooltip: vscode.l10n.t('Back to the Default') }]
      : [],
  };
}

/** Escape and the arrow lead back to the list; nothing is lost. */
async function askValue(form: ParameterForm, { name, type, help }: ParameterRow, title: string): Promise<void> {
  const held = new Disposables();
  const input = held.track(vscode.window.createInputBox());
  const hint = help === '' ? '' : `${plain(help)} · `;
  input.title = `${title}: ${name}`;
  input.value = form.textOf(name);
  input.placeholder = type;
  input.password = isSecretName(name, input.value);
  input.ignoreFocusOut = true;
  input.buttons = [vscode.QuickInputButtons.Back];
  const check = () => {
    const problem = form.problemOf(name, input.value);
    input.validationMessage = problem ?? '';
    const count = problem === null ? form.countWith(name, input.value) : 1;
    input.prompt =
      hint +
      (count > 1
        ? vscode.l10n.t('{0} runs, one for each value.', count)
        : vscode.l10n.t(
            'Of the type {0}. Several values in brackets, [a, b], are tried out in a run each.',
            plain(type, 40),
          ));
    return problem === null;
  };
  check();
  try {
    await new Promise<void>((resolve) => {
      held.track(input.onDidChangeValue(check));
      held.track(
        input.onDidAccept(() => {
          if (check() && form.set(name, input.value)) resolve();
        }),
      );
      held.track(input.onDidTriggerButton(() => resolve()));
      held.track(showUntilLeft(input, () => resolve()));
    });
  } finally {
    held.dispose();
  }
}
