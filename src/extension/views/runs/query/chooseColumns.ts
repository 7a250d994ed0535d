/** Asking which values the rows of runs show: several at once, in the order in which they were chosen. */
import * as vscode from 'vscode';
import { MAX_COLUMNS, type RunColumn } from '../../../../protocol/lists';
import type { StoreSession } from '../../../stores/session';
import { describeError, type Log } from '../../../log';
import { showUntilLeft } from '../../../quickInput';
import { Disposables } from '../../../signal';
import { plain, withoutIcons } from '../../../text';
import { idOf, KEY_ICONS, keyItem, type KnownKey, knownKeys, offered, underHeadings } from './keys';
import type { QueryState } from './queryState';

const KEYS_LIMIT = 200;
const TYPING_MS = 150;

interface Row extends vscode.QuickPickItem {
  readonly column?: RunColumn;
}

export async function chooseColumns(state: QueryState, sessions: readonly StoreSession[], log: Log): Promise<void> {
  const held = new Disposables();
  const pick = held.track(vscode.window.createQuickPick<Row>());
  pick.canSelectMany = true;
  pick.title = vscode.l10n.t('Choose Columns');
  pick.placeholder = vscode.l10n.t('What rows show in place of the main metric, {0} at most', MAX_COLUMNS);
  let chosen: readonly RunColumn[] = state.query.columns;
  let hasAll = false;
  let showsAll = false;
  let timer: NodeJS.Timeout | undefined;
  let turn = 0;
  const show = (keys: readonly KnownKey[]) => {
    const rows = rowsOf(state.query.columns, chosen, keys);
    const ids = new Set(chosen.map(idOf));
    pick.items = rows;
    pick.selectedItems = rows.filter(({ column }) => column && ids.has(idOf(column)));
  };
  const look = async (value: string) => {
    const mine = ++turn;
    pick.busy = true;
    try {
      const known = await knownKeys(sessions, value.trim(), ['metric', 'param', 'tag'], KEYS_LIMIT);
      if (mine !== turn) return;
      const { keys, leftOut } = showsAll ? { keys: known, leftOut: 0 } : offered(known, value);
      pick.buttons = leftOut === 0 ? [] : [showButton(leftOut)];
      // VS Code narrows the list by itself as long as everything is in it.
      if (value === '') hasAll = leftOut === 0 && keys.length < KEYS_LIMIT;
      show(keys);
    } catch (error) {
      log.warn(`list of columns: ${describeError(error)}`);
      if (mine === turn) pick.title = describeError(error);
    } finally {
      if (mine === turn) pick.busy = false;
    }
  };
  try {
    const accepted = await new Promise<boolean>((resolve) => {
      held.track(
        pick.onDidChangeSelection((rows) => {
          const selected = rows.flatMap(({ column }) => column ?? []);
          const ids = new Set(selected.map(idOf));
          const before = chosen.filter((column) => ids.has(idOf(column)));
          const known = new Set(before.map(idOf));
          chosen = [...before, ...selected.filter((column) => !known.has(idOf(column)))];
          pick.title = titleOf(chosen.length);
        }),
      );
      held.track(
        pick.onDidChangeValue((value) => {
          clearTimeout(timer);
          if (!hasAll) timer = setTimeout(() => void look(value), TYPING_MS);
        }),
      );
      held.track(
        pick.onDidTriggerButton(() => {
          showsAll = true;
          void look(pick.value);
        }),
      );
      held.track(pick.onDidAccept(() => resolve(chosen.length <= MAX_COLUMNS)));
      show([]);
      held.track(showUntilLeft(pick, () => resolve(false)));
      void look('');
    });
    if (accepted) await state.change({ columns: [...chosen] });
  } finally {
    clearTimeout(timer);
    turn++;
    held.dispose();
  }
}

function showButton(leftOut: number): vscode.QuickInputButton {
  return { iconPath: new vscode.ThemeIcon('eye'), tooltip: vscode.l10n.t("Show {0} of MLflow's", leftOut) };
}

function titleOf(count: number): string {
  if (count <= MAX_COLUMNS) return vscode.l10n.t('Choose Columns');
  return vscode.l10n.t('Choose Columns: at most {0}, not {1}', MAX_COLUMNS, count);
}

/** Those that are shown first, also where no run that was asked for has them any more. */
function rowsOf(shown: readonly RunColumn[], chosen: readonly RunColumn[], keys: readonly KnownKey[]): Row[] {
  const first = new Map([...shown, ...chosen].map((column) => [idOf(column), column]));
  const top = [...first.values()].map((column) => {
    const known = keys.find((key) => idOf(key) === idOf(column));
    return known ? keyItem(known) : bareItem(column);
  });
  const others = keys.filter((key) => !first.has(idOf(key))).map(keyItem);
  const heading: Row = { label: vscode.l10n.t('Shown'), kind: vscode.QuickPickItemKind.Separator };
  return [...(top.length === 0 ? [] : [heading, ...top]), ...underHeadings<Row>(others)];
}

function bareItem(column: RunColumn): Row {
  return {
    label: withoutIcons(plain(column.key, 100)),
    iconPath: new vscode.ThemeIcon(KEY_ICONS[column.kind]),
    column,
  };
}
