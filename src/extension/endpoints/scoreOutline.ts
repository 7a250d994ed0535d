/** What a scoring job would do, line by line, until that is what the user wants. */
import { basename } from 'node:path';
import * as vscode from 'vscode';
import { outlineOf, type ScoreProgram } from '../../client/score';
import {
  errorLimitIn,
  errorLimitText,
  type ScoreMisfit,
  type ScoreOrder,
  type ScoreOutline,
} from '../../protocol/score';
import { plain } from '../text';

const SHOWN_COLUMNS = 12;

/** Shows what would go where until that is what is wanted. @returns undefined where the user left */
export async function agreed(program: ScoreProgram, asked: ScoreOrder, title: string): Promise<ScoreOrder | undefined> {
  let order = asked;
  for (;;) {
    const found = await outlined(program, order);
    if (!found) return undefined;
    if ('misfit' in found) {
      // Columns of an earlier table may not be those of this one.
      if (found.misfit === 'columns' && order.columns && order === asked) order = { ...order, columns: null };
      else {
        const mended = await askAgain(title, order, found);
        if (!mended) return undefined;
        order = mended;
      }
      continue;
    }
    const chosen = await showOutline(order, found, title);
    if (chosen === 'start') return order;
    if (chosen === undefined) return undefined;
    order = { ...order, ...(await changed(chosen, order, found, title)) };
  }
}

/** What the user makes of one of the lines; nothing where they leave it. */
async function changed(
  step: Exclude<Step, 'start'>,
  order: ScoreOrder,
  { inputs, columns: all, kept, outputs }: ScoreOutline,
  title: string,
): Promise<Partial<ScoreOrder>> {
  switch (step) {
    case 'columns': {
      const columns = await askForColumns(
        title,
        inputs.flatMap((input) => input.columns),
        null,
      );
      return columns ? { columns } : {};
    }
    case 'keep': {
      const keep = await askForKept(title, all, kept, null);
      return keep ? { keep } : {};
    }
    case 'also':
      return askForAlso(order, title);
    case 'folders': {
      const placeHolder = vscode.l10n.t('Columns whose values are folders of the output; none: it is one file');
      const partitionBy = await chooseNames(title, placeHolder, [...kept, ...outputs], order.partitionBy);
      return partitionBy ? { partitionBy, output: placeOf(order, partitionBy.length > 0) } : {};
    }
    case 'errors':
      return askForErrors(order, title);
  }
}

/** A folder has no ending. */
export function placeOf({ output, format }: Pick<ScoreOrder, 'output' | 'format'>, isFolder: boolean): string {
  const stem = output.replace(/\.(csv|jsonl|parquet)$/, '');
  return isFolder ? stem : `${stem}.${format}`;
}

const ALSO = [
  ['isNumbered', 'row'],
  ['withDigest', 'row_digest'],
  ['withVersion', 'model_version'],
] as const;

async function askForAlso(order: ScoreOrder, title: string): Promise<Partial<ScoreOrder>> {
  const said: Readonly<Record<(typeof ALSO)[number][0], string>> = {
    isNumbered: vscode.l10n.t('the number of the row in its file'),
    withDigest: vscode.l10n.t('SHA-256 of all cells of the row'),
    withVersion: vscode.l10n.t('the name of the model, and its version'),
  };
  const items = ALSO.map(([key, label]) => ({ label, description: said[key], picked: order[key], key }));
  const placeHolder = vscode.l10n.t('Columns beside what is kept and predicted');
  const chosen = await vscode.window.showQuickPick(items, { title, placeHolder, canPickMany: true });
  if (!chosen) return {};
  return Object.fromEntries(ALSO.map(([key]) => [key, chosen.some((one) => one.key === key)]));
}

async function askForErrors({ errors }: ScoreOrder, title: string): Promise<Partial<ScoreOrder>> {
  const typed = await vscode.window.showInputBox({
    title,
    value: errorLimitText(errors),
    prompt: vscode.l10n.t('How many bad rows end the job: a number, a share such as 5%, or "any" for none.'),
    ignoreFocusOut: true,
    validateInput: (text) =>
      errorLimitIn(text) === undefined ? vscode.l10n.t('A number, a share such as 5%, or any.') : undefined,
  });
  const limit = typed === undefined ? undefined : errorLimitIn(typed);
  return limit === undefined ? {} : { errors: limit };
}

async function chooseNames(
  title: string,
  placeHolder: string,
  names: readonly string[],
  picked: readonly string[],
): Promise<string[] | undefined> {
  const items = names.map((label) => ({ label, picked: picked.includes(label) }));
  const chosen = await vscode.window.showQuickPick(items, { title, placeHolder, canPickMany: true });
  return chosen?.map(({ label }) => label);
}

async function askAgain(title: string, order: ScoreOrder, misfit: ScoreMisfit): Promise<ScoreOrder | undefined> {
  if (misfit.misfit === 'columns') {
    const columns = await askForColumns(title, order.columns ?? [], misfit.message);
    return columns && { ...order, columns };
  }
  const keep = await askForKept(title, misfit.columns, [], misfit.message);
  return keep && { ...order, keep };
}

/** @returns undefined where the user has cancelled it */
async function outlined(program: ScoreProgram, order: ScoreOrder): Promise<ScoreOutline | ScoreMisfit | undefined> {
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: vscode.l10n.t('Reading {0}', plain(basename(order.input), 60)),
    cancellable: true,
  };
  return vscode.window.withProgress(options, async (_, token) => {
    const abort = new AbortController();
    token.onCancellationRequested(() => abort.abort());
    try {
      return await outlineOf(program, order, abort.signal);
    } catch (thrown) {
      if (token.isCancellationRequested) return undefined;
      throw thrown;
    }
  });
}

type Step = 'start' | 'columns' | 'keep' | 'also' | 'folders' | 'errors';

async function showOutline(order: ScoreOrder, outline: ScoreOutline, title: string): Promise<Step | undefined> {
  const { inputs, kept, outputs, rows } = outline;
  const items: (vscode.QuickPickItem & { readonly step: Step })[] = [
    {
      label: vscode.l10n.t('Start'),
      description: `${plain(order.model.label, 60)} → ${basename(order.output)}`,
      detail: vscode.l10n.t('Writes {0}', shortList(outputs)),
      iconPath: new vscode.ThemeIcon('play'),
      step: 'start',
    },
    {
      label: vscode.l10n.t('The Model Takes'),
      description: rows === null ? '' : vscode.l10n.t('{0} rows', String(rows)),
      detail: inputs.map(({ input, columns }) => `${input} ← ${shortList(columns)}`).join('; '),
      iconPath: new vscode.ThemeIcon('symbol-field'),
      step: 'columns',
    },
    {
      label: vscode.l10n.t('Kept Beside the Predictions'),
      detail: shortList(kept) || vscode.l10n.t('nothing'),
      iconPath: new vscode.ThemeIcon('list-flat'),
      step: 'keep',
    },
    {
      label: vscode.l10n.t('Also Written'),
      detail: ALSO.flatMap(([key, name]) => (order[key] ? [name] : [])).join(', ') || vscode.l10n.t('nothing'),
      iconPath: new vscode.ThemeIcon('add'),
      step: 'also',
    },
    ...(order.format === 'jsonl' ? [] : [foldersItem(order)]),
    {
      label: vscode.l10n.t('Bad Rows'),
      detail: errorWords(order),
      iconPath: new vscode.ThemeIcon('warning'),
      step: 'errors',
    },
  ];
  const placeHolder = vscode.l10n.t('What goes where; choose a line to change it');
  return (await vscode.window.showQuickPick(items, { title, placeHolder }))?.step;
}

const foldersItem = ({ partitionBy }: ScoreOrder) => ({
  label: vscode.l10n.t('Folders'),
  detail:
    partitionBy.length === 0
      ? vscode.l10n.t('none: one file')
      : vscode.l10n.t('one for each value of {0}', shortList(partitionBy)),
  iconPath: new vscode.ThemeIcon('folder'),
  step: 'folders' as const,
});

const errorWords = ({ errors }: ScoreOrder): string =>
  errors === null
    ? vscode.l10n.t('any number of them')
    : vscode.l10n.t('the job ends at more than {0}', errorLimitText(errors));

const shortList = (names: readonly string[]): string =>
  plain(names.slice(0, SHOWN_COLUMNS).join(', '), 300) +
  (names.length > SHOWN_COLUMNS ? vscode.l10n.t(' and {0} more', String(names.length - SHOWN_COLUMNS)) : '');

async function askForColumns(
  title: string,
  last: readonly string[],
  why: string | null,
): Promise<string[] | undefined> {
  const what = vscode.l10n.t('Name the columns that it takes, in its order, with commas between.');
  const typed = await vscode.window.showInputBox({
    title,
    value: last.join(', '),
    prompt: why === null ? what : `${why} ${what}`,
    ignoreFocusOut: true,
    validateInput: (text) => (text.trim() === '' ? vscode.l10n.t('At least one column.') : undefined),
  });
  return typed?.split(',').map((name) => name.trim());
}

const askForKept = (
  title: string,
  columns: readonly string[],
  kept: readonly string[],
  why: string | null,
): Promise<string[] | undefined> =>
  chooseNames(title, why ?? vscode.l10n.t('Columns of the table that go into the output'), columns, kept);
