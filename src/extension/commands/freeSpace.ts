/** Freeing space: which runs, what that would remove, and only then doing it. */
import * as vscode from 'vscode';
import { LoopwrightError } from '../../protocol/errors';
import { formatNumber, formatRelative, formatSize } from '../../protocol/format';
import type { GcPlan, GcResult, RemovalReason } from '../../protocol/house';
import type { Params } from '../../protocol/requests';
import type { StoreSession } from '../stores/session';
import { plain, withoutIcons } from '../text';
import { chooseStore } from './chooseStore';

const DAY_MS = 24 * 3600 * 1000;
type Rules = Params<'store/planGc'>;

export async function freeSpace(sessions: readonly StoreSession[]): Promise<void> {
  const session = await chooseStore(sessions, vscode.l10n.t('Free Up Space: Which Store?'));
  const rules = session && (await chooseRules());
  if (!session || !rules) return;
  const plan = await look(session, rules);
  if (plan === null) return;
  if (plan.parts.every(({ count }) => count === 0)) {
    void vscode.window.showInformationMessage(
      vscode.l10n.t('There is nothing to remove. The store takes {0}.', formatSize(plan.storeBytes)),
    );
    return;
  }
  await reviewRemoval(session, rules, plan);
}

/** @returns what would go; null if the user does not wait for it */
async function look(session: StoreSession, rules: Rules): Promise<GcPlan | null> {
  try {
    return await cancellable(session, vscode.l10n.t('Looking at what can be removed'), async () => {
      const { plan } = await session.request('store/planGc', rules);
      return plan;
    });
  } catch (thrown) {
    if (LoopwrightError.from(thrown).code === 'cancelled') return null;
    throw thrown;
  }
}

/** Shows what would go, and removes it if the user agrees. @returns whether that was done */
export async function reviewRemoval(session: StoreSession, rules: Rules, plan: GcPlan): Promise<boolean> {
  if (!(await agreesTo(plan))) return false;
  await removeAsShown(session, rules, plan);
  return true;
}

/** Removes what the user has agreed to, and says what came of it. */
export async function removeAsShown(session: StoreSession, rules: Rules, plan: GcPlan): Promise<void> {
  tell(await remove(session, rules, plan));
}

async function chooseRules(): Promise<Rules | undefined> {
  const choices: readonly (vscode.QuickPickItem & { readonly rules: Rules })[] = [
    { label: vscode.l10n.t('Deleted Runs'), rules: { deletedOlderThanMs: 0 } },
    { label: vscode.l10n.t('Runs Deleted More Than 30 Days Ago'), rules: {} },
    { label: vscode.l10n.t('Runs Older Than 30 Days'), rules: { olderThanMs: 30 * DAY_MS } },
    { label: vscode.l10n.t('Runs Older Than 90 Days'), rules: { olderThanMs: 90 * DAY_MS } },
    { label: vscode.l10n.t('All but the Newest 20 of Each Experiment'), rules: { keepPerExperiment: 20 } },
  ];
  const chosen = await vscode.window.showQuickPick(choices, {
    title: vscode.l10n.t('Free Up Space'),
    placeHolder: vscode.l10n.t(
      'Pinned runs, running ones and those of the last day stay. You see it before it is done.',
    ),
  });
  return chosen?.rules;
}

/** Shows what would go. Whoever takes a run's row agrees to nothing: only the first row does. */
async function agreesTo(plan: GcPlan): Promise<boolean> {
  const size = formatSize(plan.totalBytes);
  const runs = plan.runCount === 1 ? vscode.l10n.t('1 Run') : vscode.l10n.t('{0} Runs', formatNumber(plan.runCount));
  const remove = vscode.l10n.t('$(trash) Remove for Good: {0}, {1}', runs, size);
  const why: Readonly<Record<RemovalReason, string>> = {
    deleted: vscode.l10n.t('deleted'),
    age: vscode.l10n.t('too old'),
    count: vscode.l10n.t('older than those that are kept'),
    size: vscode.l10n.t('the store is too large'),
    interrupted: vscode.l10n.t('its removal was interrupted'),
  };
  const detail = plan.parts.filter(({ count }) => count > 0).map(partWords);
  const items: readonly vscode.QuickPickItem[] = [
    { label: remove, detail: detail.join(' · ') },
    { label: vscode.l10n.t('Runs'), kind: vscode.QuickPickItemKind.Separator },
    ...plan.runs.map((run) => ({
      label: withoutIcons(plain(run.name, 60)),
      description: `${plain(run.experiment, 40)} · ${formatRelative(run.startMs, Date.now())}`,
      detail: `${formatSize(run.sizeBytes)} · ${why[run.reason]}`,
    })),
    ...(plan.runCount > plan.runs.length
      ? [{ label: vscode.l10n.t('and {0} more', formatNumber(plan.runCount - plan.runs.length)) }]
      : []),
  ];
  const chosen = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t('Free Up Space: {0} of {1}', size, formatSize(plan.storeBytes)),
    placeHolder: vscode.l10n.t('This can not be undone. Escape leaves everything as it is.'),
  });
  return chosen === items[0];
}

function partWords({ part, count }: GcPlan['parts'][number]): string {
  const isOne = count === 1;
  const number = formatNumber(count);
  switch (part) {
    case 'runs':
      return isOne ? vscode.l10n.t('1 run folder') : vscode.l10n.t('{0} run folders, children included', number);
    case 'models':
      return isOne ? vscode.l10n.t('1 model version') : vscode.l10n.t('{0} model versions', number);
    case 'data':
      return isOne ? vscode.l10n.t('1 kept input') : vscode.l10n.t('{0} kept inputs', number);
    case 'code':
      return isOne ? vscode.l10n.t('1 code snapshot') : vscode.l10n.t('{0} code snapshots', number);
    case 'database':
      return isOne ? vscode.l10n.t('1 point of a metric') : vscode.l10n.t('{0} points of metrics', number);
    case 'other':
      return isOne ? vscode.l10n.t('1 leftover') : vscode.l10n.t('{0} leftovers', number);
  }
}

/** @throws LoopwrightError if the store has changed since the plan was shown */
async function remove(session: StoreSession, rules: Rules, { planId }: GcPlan): Promise<GcResult> {
  return cancellable(session, vscode.l10n.t('Freeing space'), () => session.request('store/gc', { ...rules, planId }));
}

/** @throws LoopwrightError `cancelled`, told by the work itself */
async function cancellable<Answer>(session: StoreSession, title: string, work: () => Promise<Answer>): Promise<Answer> {
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  return vscode.window.withProgress(options, (_, token) => {
    token.onCancellationRequested(() => {
      session.request('store/cancelGc', {}).catch(() => undefined);
    });
    return work();
  });
}

function tell({ totalBytes, problems }: GcResult): void {
  const size = formatSize(totalBytes);
  const [first] = problems;
  if (first === undefined) void vscode.window.showInformationMessage(vscode.l10n.t('{0} freed.', size));
  else
    void vscode.window.showWarningMessage(
      vscode.l10n.t('{0} freed, but {1} things stay: {2}', size, problems.length, plain(first, 300)),
    );
}
