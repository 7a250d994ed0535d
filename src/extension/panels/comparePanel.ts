/** The pages that compare two runs of a notebook: one for each pair, brought back after a reload. */
import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import * as z from 'zod';
import { RunId } from '../../protocol/entities';
import type { RunActions } from '../commands/runActions';
import type { Log } from '../log';
import type { RunPair } from '../notebooks/compareChoose';
import { type Disposable, Disposables } from '../signal';
import type { StoreSession } from '../stores/session';
import type { Stores } from '../stores/stores';
import { plain } from '../text';
import { comparePageContract, comparePageHandlers } from './comparePage';
import { PageHost } from './host';
import { pageHtml } from './html';

const VIEW_TYPE = 'loopwright.compareNotebook';
const TITLE_LIMIT = 40;

/** What VS Code keeps of a page. */
const PageState = z.object({ before: RunId, after: RunId });
type PageState = z.infer<typeof PageState>;

interface OpenPanel {
  readonly panel: vscode.WebviewPanel;
  readonly host: Disposable & { changed(): void };
  readonly runIds: PageState;
}

export interface ComparePanelsParts {
  readonly extension: vscode.Uri;
  readonly stores: Stores;
  readonly actions: () => RunActions;
  readonly attempt: (what: string, work: () => Promise<void>) => Promise<void>;
  readonly showLog: () => void;
  readonly log: Log;
}

export class ComparePanels implements Disposable, vscode.WebviewPanelSerializer {
  private readonly disposables = new Disposables();
  private readonly open = new Map<string, OpenPanel>();

  constructor(private readonly parts: ComparePanelsParts) {
    const { stores } = parts;
    this.disposables.track(vscode.window.registerWebviewPanelSerializer(VIEW_TYPE, this));
    this.disposables.track(stores.onDidChange(({ changed }) => this.tell(changed.structure ? 'all' : changed.runIds)));
    this.disposables.track(stores.onDidChangeState(() => this.tell('all')));
  }

  show({ session, before, after }: RunPair): void {
    const runIds = { before: before.runId, after: after.runId };
    const shown = this.open.get(keyOf(runIds));
    if (shown) {
      shown.panel.reveal();
      return;
    }
    const title = vscode.l10n.t('Compare {0}', plain(after.name, TITLE_LIMIT));
    this.fill(vscode.window.createWebviewPanel(VIEW_TYPE, title, vscode.ViewColumn.Active), runIds, session);
  }

  deserializeWebviewPanel(panel: vscode.WebviewPanel, raw: unknown): Promise<void> {
    const state = PageState.safeParse(raw);
    if (state.success && !this.open.has(keyOf(state.data))) this.fill(panel, state.data, null);
    else panel.dispose();
    return Promise.resolve();
  }

  dispose(): void {
    for (const { host } of this.open.values()) host.dispose();
    this.disposables.dispose();
  }

  /** @param known the store, if it is known; after a reload it is found by the later run */
  private fill(panel: vscode.WebviewPanel, runIds: PageState, known: StoreSession | null): void {
    const { extension, stores, actions, attempt, showLog, log } = this.parts;
    const dist = vscode.Uri.joinPath(extension, 'dist', 'webview');
    const media = vscode.Uri.joinPath(extension, 'media');
    panel.iconPath = {
      light: vscode.Uri.joinPath(media, 'run-light.svg'),
      dark: vscode.Uri.joinPath(media, 'run-dark.svg'),
    };
    panel.webview.options = { enableScripts: true, localResourceRoots: [dist] };
    let session = known;
    const handlers = comparePageHandlers({
      runIds,
      session: async () => (session ??= await stores.ofRun(runIds.after)),
      actions: actions(),
      showLog,
    });
    const host = new PageHost(panel, { contract: comparePageContract, handlers, attempt, log });
    this.open.set(keyOf(runIds), { panel, host, runIds });
    panel.onDidDispose(() => {
      host.dispose();
      this.open.delete(keyOf(runIds));
    });
    panel.webview.html = pageHtml({
      title: panel.title,
      language: vscode.env.language,
      scriptUri: panel.webview.asWebviewUri(vscode.Uri.joinPath(dist, 'compareNotebook.js')).toString(),
      styleUri: panel.webview.asWebviewUri(vscode.Uri.joinPath(dist, 'compareNotebook.css')).toString(),
      cspSource: panel.webview.cspSource,
      nonce: randomBytes(24).toString('base64url'),
      state: runIds,
    });
  }

  private tell(changed: readonly string[] | 'all'): void {
    for (const { host, runIds } of this.open.values())
      if (changed === 'all' || changed.includes(runIds.before) || changed.includes(runIds.after)) host.changed();
  }
}

const keyOf = ({ before, after }: PageState): string => `${before} ${after}`;
