/**
 * Keeps what the engine removes by itself in step with the settings. Rules that nobody has confirmed here yet (they may
 * have come with a clone) are shown with what they would remove; until the user says so, nothing is.
 */
import * as vscode from 'vscode';
import type { Commands } from '../commands/registry';
import { formatSize } from '../../protocol/format';
import { type GcPlan, isSameRetention } from '../../protocol/house';
import { later } from '../later';
import type { Log } from '../log';
import { inBackground } from '../log';
import { type Disposable, Disposables } from '../signal';
import type { StoreSession } from '../stores/session';
import type { Stores } from '../stores/stores';
import { type RetentionRules, retentionOf } from './retentionSettings';

const SETTINGS = 'loopwright.retention';

export interface RetentionParts {
  readonly stores: Stores;
  readonly attempt: Commands['run'];
  readonly log: Log;
}

export class RetentionOffer implements Disposable {
  private readonly disposables = new Disposables();
  /** The rules that were asked about in this window, by store: each once. */
  private readonly asked = new Map<string, string>();

  constructor(private readonly parts: RetentionParts) {
    const { disposables } = this;
    disposables.track(parts.stores.onDidChangeState((session) => this.look(session)));
    disposables.track(
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration(SETTINGS)) for (const session of parts.stores.sessions) this.look(session);
      }),
    );
  }

  dispose(): void {
    this.disposables.dispose();
  }

  private look(session: StoreSession): void {
    if (session.canWrite) inBackground(this.parts.log, 'retention', this.compare(session));
  }

  private async compare(session: StoreSession): Promise<void> {
    const settings = vscode.workspace.getConfiguration('loopwright', vscode.Uri.file(session.paths.root));
    const rules = retentionOf((name) => settings.get(name));
    const { rules: confirmed } = await session.request('store/retention', {});
    if (rules === null ? confirmed === null : confirmed !== null && isSameRetention(rules, confirmed)) return;
    // Whatever was confirmed before is not what the user wants any more.
    if (confirmed !== null) await session.request('store/confirmRetention', { rules: null });
    if (rules === null) return;
    const { root } = session.paths;
    const asking = JSON.stringify(rules);
    if (this.asked.get(root) === asking) return;
    this.asked.set(root, asking);
    await this.ask(session, rules);
  }

  private async ask(session: StoreSession, rules: RetentionRules): Promise<void> {
    const { plan } = await session.request('store/planGc', rules);
    const isNothing = plan.parts.every(({ count }) => count === 0);
    const yes = isNothing ? vscode.l10n.t('Keep It So') : vscode.l10n.t('Do It');
    const review = vscode.l10n.t('Review…');
    const change = vscode.l10n.t('Change Settings');
    const chosen = await vscode.window.showInformationMessage(
      textOf(session.label, plan, isNothing),
      ...(isNothing ? [yes, change] : [yes, review, change]),
    );
    if (chosen === change) await vscode.commands.executeCommand('workbench.action.openSettings', `${SETTINGS}.`);
    if (chosen !== yes && chosen !== review) return;
    await this.parts.attempt('retention', async () => {
      const { removeAsShown, reviewRemoval } = await later();
      try {
        if (chosen === review && !(await reviewRemoval(session, rules, plan))) return;
        if (chosen === yes && !isNothing) await removeAsShown(session, rules, plan);
      } catch (thrown) {
        // The store may have changed since it was looked at: the next change of a state or a setting asks anew.
        this.asked.delete(session.paths.root);
        throw thrown;
      }
      // Only now: else the engine would begin by itself with what is being removed here.
      await session.request('store/confirmRetention', { rules });
    });
  }
}

function textOf(label: string, plan: GcPlan, isNothing: boolean): string {
  if (isNothing)
    return vscode.l10n.t(
      '{0}: the retention settings remove nothing now. Confirm them, and they act by themselves once a day.',
      label,
    );
  const runs = plan.runCount === 1 ? vscode.l10n.t('1 run') : vscode.l10n.t('{0} runs', plan.runCount);
  return vscode.l10n.t(
    '{0}: the retention settings will free {1} ({2}, removed for good), and act by themselves once a day from then on.',
    label,
    formatSize(plan.totalBytes),
    runs,
  );
}
