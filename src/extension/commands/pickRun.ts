/** Asking which run is meant: the newest first, the rest by typing a part of the name. */
import * as vscode from 'vscode';
import type { RunRow } from '../../protocol/entities';
import type { StoreSession } from '../stores/session';
import { describeError, type Log } from '../log';
import { showUntilLeft } from '../quickInput';
import { Disposables } from '../signal';
import { plain, withoutIcons } from '../text';
import { describeRun, lookOf } from '../views/runs/format';

/** A run and where it is kept. */
export interface RunRef {
  readonly session: StoreSession;
  readonly row: RunRow;
}

export type Which = 'all' | 'running' | 'over' | 'deleted';

const LIMIT = 100;
const TYPING_MS = 150;
const ACTIVE = "status != 'FINISHED' AND status != 'FAILED' AND status != 'KILLED'";
const OVER = "status != 'RUNNING' AND status != 'SCHEDULED'";

interface Row extends vscode.QuickPickItem {
  readonly ref?: RunRef;
}

/** @returns undefined if there is nothing to choose from, or the user chose nothing */
export async function pickRun(
  sessions: readonly StoreSession[],
  which: Which,
  title: string,
  log: Log,
): Promise<RunRef | undefined> {
  return (await pick(sessions, { which, title, canSelectMany: false }, log))[0];
}

/**
 * @param except the ids of runs that are not offered
 * @returns those that were chosen; none if there is nothing to choose from
 */
export function pickRuns(
  sessions: readonly StoreSession[],
  which: Which,
  title: string,
  log: Log,
  except: readonly string[] = [],
): Promise<readonly RunRef[]> {
  return pick(sessions, { which, title, canSelectMany: true, except }, log);
}

interface Question {
  readonly which: Which;
  readonly title: string;
  readonly canSelectMany: boolean;
  readonly except?: readonly string[];
}

async function pick(sessions: readonly StoreSession[], question: Question, log: Log): Promise<readonly RunRef[]> {
  const { which, title, canSelectMany } = question;
  const held = new Disposables();
  const list = held.track(vscode.window.createQuickPick<Row>());
  list.canSelectMany = canSelectMany;
  list.title = title;
  list.placeholder = placeholderOf(which);
  list.matchOnDescription = true;
  let timer: NodeJS.Timeout | undefined;
  let latest = 0;
  /** Then VS Code narrows it by itself, and what is checked stays so. */
  let isWhole = false;
  const look = async (name: string) => {
    const turn = ++latest;
    list.busy = true;
    try {
      const { rows, isAll } = await rowsOf(sessions, question, name);
      if (turn === latest) showRows(list, rows);
      isWhole = name === '' && isAll;
    } catch (error) {
      log.warn(`list of runs: ${describeError(error)}`);
      if (turn === latest) list.items = [{ label: describeError(error), alwaysShow: true }];
    } finally {
      if (turn === latest) list.busy = false;
    }
  };
  try {
    return await new Promise<readonly RunRef[]>((resolve) => {
      held.track(
        list.onDidChangeValue((value) => {
          clearTimeout(timer);
          if (!(canSelectMany && isWhole)) timer = setTimeout(() => void look(value), TYPING_MS);
        }),
      );
      held.track(list.onDidAccept(() => resolve(list.selectedItems.flatMap(({ ref }) => ref ?? []))));
      held.track(showUntilLeft(list, () => resolve([])));
      void look('');
    });
  } finally {
    clearTimeout(timer);
    held.dispose();
  }
}

/** What is checked stays so, though another name was typed since. */
function showRows(list: vscode.QuickPick<Row>, rows: readonly Row[]): void {
  const checked = list.canSelectMany ? list.selectedItems : [];
  const ids = new Set(checked.map(({ ref }) => ref?.row.runId));
  list.items = [...checked, ...rows.filter(({ ref }) => !ref || !ids.has(ref.row.runId))];
  list.selectedItems = checked;
}

/** The runs that go on. */
export async function activeRuns(sessions: readonly StoreSession[], limit = LIMIT): Promise<RunRef[]> {
  const lists = await Promise.all(
    sessions
      .filter(({ state }) => state.kind === 'open' && state.store.state !== 'unusable')
      .map(async (session) => {
        const { runs } = await session.request('runs/list', { allLevels: true, filter: ACTIVE, limit });
        return runs.map((row) => ({ session, row }));
      }),
  );
  return lists.flat();
}

/** `isAll`: there are no more than these. */
async function rowsOf(
  sessions: readonly StoreSession[],
  { which, except = [] }: Question,
  name: string,
): Promise<{ rows: Row[]; isAll: boolean }> {
  const now = Date.now();
  const lists = await Promise.all(
    sessions
      .filter(({ state }) => state.kind === 'open' || state.kind === 'lost')
      .map(async (session) => {
        const list = { deleted: which === 'deleted', limit: LIMIT, ...filterOf(which, name) };
        // The candidates of a search are younger than the search, and many: they would hide what people started.
        const [onTop, all] = await Promise.all([
          session.request('runs/list', list),
          session.request('runs/list', { ...list, allLevels: true }),
        ]);
        const ids = new Set(onTop.runs.map(({ runId }) => runId));
        const runs = [...onTop.runs, ...all.runs.filter(({ runId }) => !ids.has(runId))];
        return runs.map((row): Row => toItem({ session, row }, now, sessions.length > 1));
      }),
  );
  const found = lists.flat();
  const rows = found.filter(({ ref }) => !ref || !except.includes(ref.row.runId));
  const nothing = except.length > 0 ? vscode.l10n.t('There are no other runs') : nothingOf(which);
  return { rows: rows.length > 0 || name !== '' ? rows : [{ label: nothing }], isAll: found.length < LIMIT };
}

function filterOf(which: Which, name: string): { filter?: string } {
  // The filter's language has no escape for a quote. The list is narrowed further by what VS Code matches itself.
  const typed = name.trim().replaceAll('"', '');
  const terms = [
    ...(which === 'running' ? [ACTIVE] : which === 'over' ? [OVER] : []),
    ...(typed === '' ? [] : [`name ILIKE "%${typed}%"`]),
  ];
  return terms.length === 0 ? {} : { filter: terms.join(' AND ') };
}

function toItem(ref: RunRef, nowMs: number, withFolder: boolean): Row {
  const { row, session } = ref;
  const look = lookOf(row.timing.status, vscode.l10n);
  const where = withFolder ? `${session.label} › ${row.experiment}` : row.experiment;
  return {
    label: withoutIcons(plain(row.name, 80)),
    description: withoutIcons(`${describeRun(row, nowMs, vscode.l10n)} · ${plain(where, 80)}`),
    iconPath: new vscode.ThemeIcon(look.icon, look.color === null ? undefined : new vscode.ThemeColor(look.color)),
    ref,
  };
}

function placeholderOf(which: Which): string {
  switch (which) {
    case 'all':
      return vscode.l10n.t('Choose a run, or type a part of its name');
    case 'running':
      return vscode.l10n.t('Choose a run that goes on');
    case 'over':
      return vscode.l10n.t('Choose a run that is over');
    case 'deleted':
      return vscode.l10n.t('Choose a deleted run');
  }
}

function nothingOf(which: Which): string {
  switch (which) {
    case 'all':
      return vscode.l10n.t('There are no runs yet');
    case 'running':
      return vscode.l10n.t('Nothing runs');
    case 'over':
      return vscode.l10n.t('There are no runs that are over');
    case 'deleted':
      return vscode.l10n.t('There are no deleted runs');
  }
}
