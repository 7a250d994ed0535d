/** Asking which models shall be shown: what is typed is tried at once, and completed as far as its words are known. */
import * as vscode from 'vscode';
import { LoopwrightError } from '../../protocol/errors';
import { completeFilter } from '../../protocol/filter';
import { MODELS } from '../../protocol/filter/models';
import type { StoreSession } from '../stores/session';
import { plain, withoutIcons } from '../text';
import { pickLive } from '../views/runs/query/livePick';
import { countModels, countWords } from './counts';
import type { ModelFilter } from './filterState';

interface Row extends vscode.QuickPickItem {
  readonly shows?: string;
  readonly types?: string;
  readonly isLast?: boolean;
}

type Tried = 'unknown' | { readonly count: string } | { readonly reason: string };

export async function chooseModelFilter(state: ModelFilter, sessions: readonly StoreSession[]): Promise<void> {
  const answer = await pickLive<Row, { readonly text: string }>({
    title: vscode.l10n.t('Filter Models'),
    placeholder: vscode.l10n.t("A part of the name, or comparisons such as alias = 'champion' AND metrics.auc > 0.9"),
    value: state.text,
    now: (value) => [first(value, 'unknown'), ...lastRows(state, value)],
    later: async (value) => ({
      items: [first(value, await tryOut(value, sessions)), ...lastRows(state, value), ...suggestionRows(value)],
    }),
    typed: (value) => first(value, 'unknown'),
    accept: (item) => {
      if (item?.types !== undefined) return { value: item.types };
      return item?.shows === undefined ? undefined : { answer: { text: item.shows } };
    },
    button: async ({ shows }) => {
      if (shows !== undefined) await state.forget(shows);
    },
  });
  if (answer !== undefined && answer !== 'back') await state.set(answer.text.trim());
}

async function tryOut(value: string, sessions: readonly StoreSession[]): Promise<Tried> {
  try {
    return { count: countWords(await countModels(sessions, value.trim())) };
  } catch (error) {
    return { reason: LoopwrightError.from(error).message };
  }
}

/** What Enter does. */
function first(value: string, tried: Tried): Row {
  const text = value.trim();
  const count = tried !== 'unknown' && 'count' in tried ? { description: tried.count } : {};
  if (text === '') {
    const label = vscode.l10n.t('Show All Models');
    return { label, ...count, iconPath: new vscode.ThemeIcon('clear-all'), alwaysShow: true, shows: '' };
  }
  // As it was typed: VS Code puts the row that is like the box's text in front.
  const row = { label: withoutIcons(text), alwaysShow: true };
  if (tried !== 'unknown' && 'reason' in tried) {
    const iconPath = new vscode.ThemeIcon('warning', new vscode.ThemeColor('list.warningForeground'));
    return { ...row, detail: withoutIcons(plain(pointed(text, tried.reason), 300)), iconPath };
  }
  return { ...row, ...count, iconPath: new vscode.ThemeIcon('filter'), shows: text };
}

/** The box shows what was typed: of what the engine says of it, where it is and why. */
function pointed(text: string, message: string): string {
  const [, character, why] = /^The filter is not understood at character (\d+) \(".*"\): (.+)$/s.exec(message) ?? [];
  if (character === undefined || why === undefined) return message;
  const at = plain(text.slice(Number(character) - 1), 30);
  if (at === '') return vscode.l10n.t('At the end: {0}', why);
  return vscode.l10n.t('At character {0}, “{1}”: {2}', character, at, why);
}

function lastRows(state: ModelFilter, value: string): Row[] {
  const typed = value.trim().toLowerCase();
  const rows = state.last
    .filter((text) => text !== value.trim() && text.toLowerCase().includes(typed))
    .map((text): Row => ({
      label: withoutIcons(plain(text, 200)),
      iconPath: new vscode.ThemeIcon('history'),
      alwaysShow: true,
      buttons: [{ iconPath: new vscode.ThemeIcon('trash'), tooltip: vscode.l10n.t('Delete This Filter') }],
      shows: text,
    }));
  return headed(vscode.l10n.t('Last Filters'), rows);
}

const ICONS = {
  attribute: 'symbol-field',
  operator: 'symbol-operator',
  value: 'symbol-enum-member',
  word: 'symbol-keyword',
} as const;

/** Attributes, operators, values and the words between comparisons. */
function suggestionRows(value: string): Row[] {
  const rows = completeFilter(value, value.length, [], MODELS).flatMap(({ kind, label, text, start }): Row[] => {
    if (kind === 'metric' || kind === 'param' || kind === 'tag') return [];
    const types = `${value.slice(0, start)}${text} `;
    return [{ label, iconPath: new vscode.ThemeIcon(ICONS[kind]), alwaysShow: true, types }];
  });
  return headed(vscode.l10n.t('Suggestions'), rows);
}

const headed = (label: string, rows: readonly Row[]): Row[] =>
  rows.length === 0 ? [] : [{ label, kind: vscode.QuickPickItemKind.Separator }, ...rows];
