/** Which parameters, metrics and tags the runs of all stores of this window have. */
import * as vscode from 'vscode';
import { formatNumber } from '../../../../protocol/format';
import { COUNTED_RUNS, type RunColumn } from '../../../../protocol/lists';
import { isMlflowTag, MLFLOW_TAGS } from '../../../../protocol/mlflowTags';
import type { StoreSession } from '../../../stores/session';
import { plain, withoutIcons } from '../../../text';

export interface KnownKey extends RunColumn {
  readonly runCount: number;
}

const LABEL_LIMIT = 100;

/** Those of the most runs first, MLflow's own tags last. */
export async function knownKeys(
  sessions: readonly StoreSession[],
  search: string,
  kinds: RunColumn['kind'][],
  limit: number,
): Promise<KnownKey[]> {
  const answers = await Promise.all(
    openOf(sessions).map((session) => session.request('runs/keys', { kinds, search, limit })),
  );
  const known = new Map<string, KnownKey>();
  for (const key of answers.flatMap(({ keys }) => keys)) {
    const id = idOf(key);
    known.set(id, { ...key, runCount: key.runCount + (known.get(id)?.runCount ?? 0) });
  }
  const all = [...known.values()];
  const byRuns = (keys: readonly KnownKey[]) => [...keys].sort((a, b) => b.runCount - a.runCount);
  return [...byRuns(all.filter((key) => !isPlumbing(key))), ...byRuns(all.filter(isPlumbing))].slice(0, limit);
}

/** What nobody looks for who has not typed a part of it. */
export const isPlumbing = ({ kind, key }: RunColumn): boolean => kind === 'tag' && isMlflowTag(key);

export interface Offered {
  readonly keys: readonly KnownKey[];
  /** How many tags of MLflow's are left out, as nothing was typed. */
  readonly leftOut: number;
}

export function offered(keys: readonly KnownKey[], search: string): Offered {
  const shown = search.trim() === '' ? keys.filter((key) => !isPlumbing(key)) : keys;
  return { keys: shown, leftOut: keys.length - shown.length };
}

/** The row that shows those, by typing what they begin with. */
export function leftOutRow({ leftOut }: Offered): (vscode.QuickPickItem & { readonly types: string })[] {
  if (leftOut === 0) return [];
  const label = vscode.l10n.t("Show {0} of MLflow's", leftOut);
  return [{ label, iconPath: new vscode.ThemeIcon('ellipsis'), alwaysShow: true, types: MLFLOW_TAGS }];
}

export const idOf = ({ kind, key }: RunColumn): string => `${kind}:${key}`;

export const openOf = (sessions: readonly StoreSession[]): StoreSession[] =>
  sessions.filter(({ state }) => state.kind === 'open' && state.store.state !== 'unusable');

export const KEY_ICONS = { metric: 'graph-line', param: 'symbol-parameter', tag: 'tag' } as const;

export function wordOfKind(kind: RunColumn['kind']): string {
  switch (kind) {
    case 'metric':
      return vscode.l10n.t('Metrics');
    case 'param':
      return vscode.l10n.t('Parameters');
    case 'tag':
      return vscode.l10n.t('Tags');
  }
}

function describeCount(runCount: number): string {
  if (runCount === 1) return vscode.l10n.t('1 run');
  const count = formatNumber(runCount);
  return runCount >= COUNTED_RUNS ? vscode.l10n.t('{0} runs or more', count) : vscode.l10n.t('{0} runs', count);
}

/** A key as a row of a quick pick: text of a stranger, so without icons of its own. */
export function keyItem({ kind, key, runCount }: KnownKey): vscode.QuickPickItem & { readonly column: RunColumn } {
  return {
    label: withoutIcons(plain(key, LABEL_LIMIT)),
    description: describeCount(runCount),
    iconPath: new vscode.ThemeIcon(KEY_ICONS[kind]),
    column: { kind, key },
  };
}

/** The same under a heading for each kind. */
export function underHeadings<Item extends vscode.QuickPickItem & { readonly column?: RunColumn }>(
  items: readonly Item[],
): (Item | { label: string; kind: vscode.QuickPickItemKind.Separator })[] {
  return (['metric', 'param', 'tag'] as const).flatMap((kind) => {
    const own = items.filter(({ column }) => column?.kind === kind);
    return own.length === 0 ? [] : [{ label: wordOfKind(kind), kind: vscode.QuickPickItemKind.Separator }, ...own];
  });
}
