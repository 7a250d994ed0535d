/** Asking which runs shall be shown: what is typed is tried at once, and completed with what the runs have. */
import * as vscode from 'vscode';
import { LoopwrightError } from '../../../../protocol/errors';
import { completeFilter, placeAt, type Suggestion } from '../../../../protocol/filter';
import { formatNumber } from '../../../../protocol/format';
import type { StoreSession } from '../../../stores/session';
import { plain, withoutIcons } from '../../../text';
import { completed, fragmentOf, headOf, keyFragmentOf, meaningOf } from './filterText';
import { keyItem, knownKeys, offered, openOf } from './keys';
import { pickLive } from './livePick';
import { type SavedFilter, selectionOf } from './query';
import type { QueryState } from './queryState';

const SUGGESTIONS = 12;
const STATES = ['running', 'finished', 'failed', 'killed'];

interface Row extends vscode.QuickPickItem {
  readonly does?:
    | { readonly kind: 'show'; readonly text: string }
    | { readonly kind: 'save'; readonly text: string }
    | { readonly kind: 'type'; readonly text: string };
  readonly saved?: SavedFilter;
}

export async function chooseFilter(state: QueryState, sessions: readonly StoreSession[]): Promise<void> {
  const answer = await pickLive<Row, NonNullable<Row['does']>>({
    title: vscode.l10n.t('Filter Runs'),
    placeholder: vscode.l10n.t('Words, or comparisons such as metrics.auc > 0.9 and status = failed'),
    value: state.query.text,
    now: (value) => [...first(value, 'unknown'), ...savedRows(state, value)],
    later: async (value) => {
      const [tried, keys] = await Promise.all([tryOut(value, sessions), suggestions(value, sessions)]);
      const saving = tried.isFine ? savingRows(state, value) : [];
      return { items: [...first(value, tried), ...saving, ...savedRows(state, value), ...stateRows(value), ...keys] };
    },
    typed: (value) => first(value, 'unknown')[0],
    accept: (item) => {
      if (!item?.does) return undefined;
      return item.does.kind === 'type' ? { value: item.does.text } : { answer: item.does };
    },
    button: async ({ saved }) => {
      if (saved) await state.forget(saved.name);
    },
  });
  if (answer === undefined || answer === 'back') return;
  if (answer.kind === 'save') await saveAs(state, answer.text);
  await state.change({ text: answer.text.trim() });
}

async function saveAs(state: QueryState, text: string): Promise<void> {
  const name = await vscode.window.showInputBox({
    title: vscode.l10n.t('Save Filter'),
    prompt: vscode.l10n.t('A name for {0}', plain(text, 80)),
    value: plain(text, 60),
  });
  if (name?.trim()) await state.save({ name: name.trim(), text: text.trim() });
}

type Tried = { readonly isFine: true; readonly count: number } | { readonly isFine: false; readonly reason: string };

async function tryOut(value: string, sessions: readonly StoreSession[]): Promise<Tried> {
  const { unfinished } = meaningOf(value);
  if (unfinished !== undefined)
    return { isFine: false, reason: vscode.l10n.t('Something is missing behind {0}', plain(unfinished, 80)) };
  const selection = selectionOf({ text: value });
  try {
    const answers = await Promise.all(
      openOf(sessions).map((session) =>
        session.request('runs/groups', { grouping: { by: 'status' }, limit: STATES.length + 1, ...selection }),
      ),
    );
    const counts = answers.flatMap(({ groups }) => groups.map(({ runCount }) => runCount));
    return { isFine: true, count: counts.reduce((sum, count) => sum + count, 0) };
  } catch (error) {
    return { isFine: false, reason: whyOf(LoopwrightError.from(error).message) };
  }
}

/** The box shows what was typed: of what the engine says of it there is room for the reason only. */
function whyOf(message: string): string {
  const why = /^The filter is not understood at character \d+ \(".*"\): (.+)$/s.exec(message)?.[1] ?? message;
  return plain(why.charAt(0).toUpperCase() + why.slice(1), 300);
}

/** What Enter does. */
function first(value: string, tried: Tried | 'unknown'): Row[] {
  const text = value.trim();
  if (text === '')
    return [
      {
        label: vscode.l10n.t('Show All Runs'),
        ...(tried === 'unknown' || !tried.isFine ? {} : { description: countOf(tried.count) }),
        iconPath: new vscode.ThemeIcon('clear-all'),
        alwaysShow: true,
        does: { kind: 'show', text: '' },
      },
    ];
  // As it was typed: VS Code puts the row that is like the box's text in front.
  const row = { label: withoutIcons(text), alwaysShow: true };
  if (tried === 'unknown') return [{ ...row, iconPath: new vscode.ThemeIcon('filter'), does: { kind: 'show', text } }];
  if (!tried.isFine)
    return [
      {
        ...row,
        detail: withoutIcons(tried.reason),
        iconPath: new vscode.ThemeIcon('warning', new vscode.ThemeColor('list.warningForeground')),
      },
    ];
  return [
    {
      ...row,
      description: countOf(tried.count),
      iconPath: new vscode.ThemeIcon('filter'),
      does: { kind: 'show', text },
    },
  ];
}

function countOf(count: number): string {
  if (count === 0) return vscode.l10n.t('no run');
  return count === 1 ? vscode.l10n.t('1 run') : vscode.l10n.t('{0} runs', formatNumber(count));
}

function savingRows(state: QueryState, value: string): Row[] {
  const text = value.trim();
  if (text === '' || state.saved.some((saved) => saved.text === text)) return [];
  return [
    {
      label: vscode.l10n.t('Save This Filter…'),
      iconPath: new vscode.ThemeIcon('save'),
      alwaysShow: true,
      does: { kind: 'save', text },
    },
  ];
}

function savedRows(state: QueryState, value: string): Row[] {
  const typed = value.trim().toLowerCase();
  const rows = state.saved
    .filter((saved) => typed === '' || saved.text === value.trim() || saved.name.toLowerCase().includes(typed))
    .map((saved): Row => ({
      label: withoutIcons(plain(saved.name, 80)),
      description: saved.name === saved.text ? '' : withoutIcons(plain(saved.text, 100)),
      iconPath: new vscode.ThemeIcon('bookmark'),
      alwaysShow: true,
      buttons: [{ iconPath: new vscode.ThemeIcon('trash'), tooltip: vscode.l10n.t('Delete This Filter') }],
      does: { kind: 'show', text: saved.text },
      saved,
    }));
  return headed(vscode.l10n.t('Saved Filters'), rows);
}

function stateRows(value: string): Row[] {
  const fragment = fragmentOf(value).toLowerCase();
  const head = headOf(value);
  const rows = STATES.filter((word) => fragment === '' || word.startsWith(fragment) || 'status'.startsWith(fragment))
    // Behind a comparison that is begun a state is no help.
    .filter(() => mayBegin(head))
    .map((word): Row => ({
      label: `status = ${word}`,
      iconPath: new vscode.ThemeIcon('circle-outline'),
      alwaysShow: true,
      does: { kind: 'type', text: `${head}status = ${word} ` },
    }));
  return headed(vscode.l10n.t('Status'), rows);
}

/** Whether a word or a comparison may begin behind it. */
function mayBegin(head: string): boolean {
  const { expects, compared } = placeAt(head, head.length);
  return expects === 'subject' || expects === 'conjunction' || (expects === 'operator' && compared === null);
}

async function suggestions(value: string, sessions: readonly StoreSession[]): Promise<Row[]> {
  const rows = suggestionRows(value);
  if (!mayBegin(headOf(value))) return headed(vscode.l10n.t('Suggestions'), rows);
  const fragment = keyFragmentOf(value);
  const known = await knownKeys(sessions, fragment, ['metric', 'param', 'tag'], SUGGESTIONS);
  const keyRows = offered(known, fragment).keys.map((key): Row => {
    const item = keyItem(key);
    return { ...item, alwaysShow: true, does: { kind: 'type', text: completed(value, item.column) } };
  });
  return [
    ...headed(vscode.l10n.t('Metrics, Parameters, Tags'), keyRows),
    ...headed(vscode.l10n.t('Suggestions'), rows),
  ];
}

const SUGGESTION_ICONS = {
  attribute: 'symbol-field',
  operator: 'symbol-operator',
  value: 'symbol-enum-member',
  word: 'symbol-keyword',
} as const;

/** Attributes, operators, values and the words between comparisons. */
function suggestionRows(value: string): Row[] {
  return completeFilter(value, value.length, []).flatMap(({ kind, label, text, start }: Suggestion): Row[] => {
    if (kind === 'metric' || kind === 'param' || kind === 'tag') return [];
    return [
      {
        label,
        iconPath: new vscode.ThemeIcon(SUGGESTION_ICONS[kind]),
        alwaysShow: true,
        does: { kind: 'type', text: `${value.slice(0, start)}${text} ` },
      },
    ];
  });
}

const headed = (label: string, rows: readonly Row[]): Row[] =>
  rows.length === 0 ? [] : [{ label, kind: vscode.QuickPickItemKind.Separator }, ...rows];
