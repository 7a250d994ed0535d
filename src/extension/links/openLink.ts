/** Opening the run that a link names: its page, or an offer to open the folder that has it. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import * as vscode from 'vscode';
import type { RunActions } from '../commands/runActions';
import { LoopwrightError } from '../../protocol/errors';
import type { Stores } from '../stores/stores';
import { parseRunLink } from './runLink';

export interface OpenLinkParts {
  readonly stores: Stores;
  readonly actions: RunActions;
  readonly attempt: (what: string, work: () => Promise<void>) => Promise<void>;
}

export class RunLinks implements vscode.UriHandler {
  constructor(private readonly parts: OpenLinkParts) {}

  async handleUri(uri: vscode.Uri): Promise<void> {
    await this.parts.attempt('link', () => this.open(uri));
  }

  private async open(uri: vscode.Uri): Promise<void> {
    const { runId, store } = parseRunLink(uri);
    // A link may be what the extension is started for: then the stores come with the next turn.
    await setImmediate();
    const { stores, actions } = this.parts;
    try {
      const session = await stores.ofRun(runId);
      const { runs } = await session.request('runs/rows', { runIds: [runId] });
      const [row] = runs;
      if (row) actions.open({ session, row });
    } catch (error) {
      if (LoopwrightError.from(error).code !== 'not_found' || store === null || stores.byPath(store)) throw error;
      if (!existsSync(join(store, 'store.json'))) throw error;
      await offerFolder(dirname(store));
    }
  }
}

async function offerFolder(folder: string): Promise<void> {
  const open = vscode.l10n.t('Open Folder');
  const message = vscode.l10n.t(
    'The run is in {0}, which is not open in this window. Follow the link again there.',
    folder,
  );
  const chosen = await vscode.window.showInformationMessage(message, open);
  if (chosen === open)
    await vscode.commands.executeCommand('vscode.openFolder', vscode.Uri.file(folder), { forceNewWindow: true });
}
