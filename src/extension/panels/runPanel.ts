/** The pages of runs: one for each run, brought back after a reload. */
import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import * as z from 'zod';
import { RunId } from '../../protocol/entities';
import type { RunRef } from '../commands/pickRun';
import type { RunActions } from '../commands/runActions';
import type { StoreSession } from '../stores/session';
import type { Stores } from '../stores/stores';
import type { Log } from '../log';
import { type Disposable, Disposables } from '../signal';
import { plain } from '../text';
import { ChartLayouts } from './charts';
import { PageHost } from './host';
import { pageHtml } from './html';
import { runPageContract, runPageHandlers } from './runPage';

const VIEW_TYPE = 'loopwright.run';
const TITLE_LIMIT = 40;

/** What VS Code keeps of a page, as far as it matters here: which run it shows. The rest of it is the page's. */
const PageState = z.object({ runId: RunId });

interface OpenPanel {
  readonly panel: vscode.WebviewPanel;
  readonly host: Disposable & { changed(): void };
}

export interface RunPanelsParts {
  readonly extension: vscode.Uri;
  readonly stores: Stores;
  /** Of the workspace. */
  readonly memory: vscode.Memento;
  readonly actions: () => RunActions;
  readonly attempt: (what: string, work: () => Promise<void>) => Promise<void>;
  readonly showLog: () => void;
  readonly log: Log;
}

export class RunPanels implements Disposable, vscode.WebviewPanelSerializer {
  private readonly disposables = new Disposables();
  private readonly open = new Map<string, OpenPanel>();
  private readonly layouts: ChartLayouts;

  constructor(private readonly parts: RunPanelsParts) {
    const { stores } = parts;
    this.layouts = new ChartLayouts(parts.memory);
    this.disposables.track(vscode.window.registerWebviewPanelSerializer(VIEW_TYPE, this));
    this.disposables.track(stores.onDidChange(({ changed }) => this.tell(changed.structure ? 'all' : changed.runIds)));
    this.disposables.track(stores.onDidChangeState(() => this.tell('all')));
    // Charts bake the theme's colours in.
    this.disposables.track(vscode.window.onDidChangeActiveColorTheme(() => this.tell('all')));
  }

  show({ session, row }: RunRef): void {
    const shown = this.open.get(row.runId);
    if (shown) {
      shown.panel.reveal();
      return;
    }
    const panel = vscode.window.createWebviewPanel(VIEW_TYPE, plain(row.name, TITLE_LIMIT), vscode.ViewColumn.Active);
    this.fill(panel, row.runId, session);
  }

  deserializeWebviewPanel(panel: vscode.WebviewPanel, raw: unknown): Promise<void> {
    const state = PageState.safeParse(raw);
    if (state.success && !this.open.has(state.data.runId)) this.fill(panel, state.data.runId, null);
    else panel.dispose();
    return Promise.resolve();
  }

  dispose(): void {
    for (const { host } of this.open.values()) host.dispose();
    this.disposables.dispose();
  }

  /** @param known the store, if it is known; after a reload it is found by the run */
  private fill(panel: vscode.WebviewPanel, runId: string, known: StoreSession | null): void {
    const { extension, stores, actions, attempt, showLog, log } = this.parts;
    const dist = vscode.Uri.joinPath(extension, 'dist', 'webview');
    const media = vscode.Uri.joinPath(extension, 'media');
    panel.iconPath = {
      light: vscode.Uri.joinPath(media, 'run-light.svg'),
      dark: vscode.Uri.joinPath(media, 'run-dark.svg'),
    };
    panel.webview.options = { enableScripts: true, localResourceRoots: [dist, media] };
    let session = known;
    const handlers = runPageHandlers({
      runId,
      session: async () => (session ??= await stores.ofRun(runId)),
      actions: actions(),
      showLog,
      layouts: this.layouts,
      log,
      onLoaded: (name) => {
        panel.title = plain(name, TITLE_LIMIT);
      },
    });
    const host = new PageHost(panel, { contract: runPageContract, handlers, attempt, log });
    this.open.set(runId, { panel, host });
    panel.onDidDispose(() => {
      host.dispose();
      this.open.delete(runId);
    });
    panel.webview.html = pageHtml({
      title: panel.title,
      language: vscode.env.language,
      scriptUri: panel.webview.asWebviewUri(vscode.Uri.joinPath(dist, 'run.js')).toString(),
      styleUri: panel.webview.asWebviewUri(vscode.Uri.joinPath(dist, 'run.css')).toString(),
      cspSource: panel.webview.cspSource,
      nonce: randomBytes(24).toString('base64url'),
      state: { runId },
    });
  }

  private tell(runIds: readonly string[] | 'all'): void {
    for (const [runId, { host }] of this.open) if (runIds === 'all' || runIds.includes(runId)) host.changed();
  }
}
