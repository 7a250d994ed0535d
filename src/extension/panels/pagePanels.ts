/** What pages of every kind have in common: one for each thing that they show, told of changes, brought back after a reload. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import * as vscode from 'vscode';
import type * as z from 'zod';
import type { GivenAnswer } from '../../protocol/pages/run';
import type { Changed } from '../../protocol/requests';
import type { PageFocus, RunActions } from '../commands/runActions';
import type { Log } from '../log';
import { type Disposable, Disposables } from '../signal';
import type { StoreSession } from '../stores/session';
import type { Stores } from '../stores/stores';
import { plain } from '../text';
import { pageHtml } from './html';

const TITLE_LIMIT = 40;
const TAKES_FOCUS: PageFocus = { preserveFocus: false };

export interface PanelParts {
  readonly extension: vscode.Uri;
  readonly stores: Stores;
  readonly actions: () => RunActions;
  readonly attempt: (what: string, work: () => Promise<void>) => Promise<void>;
  readonly showLog: () => void;
  readonly log: Log;
}

export interface PageKind<State> {
  readonly viewType: string;
  /** Of its script and its style sheet. */
  readonly bundle: string;
  /** In `media/`, for light and for dark themes. */
  readonly icon: 'run' | 'model' | 'endpoint';
  /** What VS Code keeps of a page, as far as it matters here: what it shows. The rest of it is the page's. */
  readonly state: z.ZodType<State>;
}

export interface OpenPage<State> {
  readonly panel: vscode.WebviewPanel;
  state: State;
  /** Its store, looked for when it is first asked for. */
  readonly session: () => Promise<StoreSession>;
  /** Whether its tab showed another page before. */
  readonly isReused: boolean;
}

/** What changed in a store; `all` where it need not be named. */
export type Change = Pick<Changed, 'runIds' | 'registry'> | 'all';

type PageEnd = Disposable & { changed(): void; answersAhead(): Promise<readonly GivenAnswer[]> };

/** VS Code takes longer than this to make a webview: so long its document may wait for what the page will ask first. */
const AHEAD_MS = 250;

export abstract class PagePanels<State> implements Disposable, vscode.WebviewPanelSerializer {
  private readonly disposables = new Disposables();
  private readonly open = new Map<OpenPage<State>, PageEnd>();
  /** Its tab is the next page's, too. */
  private preview: OpenPage<State> | null = null;

  constructor(
    protected readonly parts: PanelParts,
    private readonly kind: PageKind<State>,
  ) {
    const { stores } = parts;
    this.disposables.track(stores.onDidChange(({ changed }) => this.tell(changed.structure ? 'all' : changed)));
    this.disposables.track(stores.onDidChangeState(() => this.tell('all')));
    // Charts bake the theme's colours in.
    this.disposables.track(vscode.window.onDidChangeActiveColorTheme(() => this.tell('all')));
  }

  /** For pages that are there from the beginning; of those that come late `LatePanels` sees to it. */
  protected bringBack(): void {
    this.disposables.track(vscode.window.registerWebviewPanelSerializer(this.kind.viewType, this));
  }

  deserializeWebviewPanel(panel: vscode.WebviewPanel, raw: unknown): Promise<void> {
    const state = this.kind.state.safeParse(raw);
    if (state.success && !this.pageOf(state.data)) this.fill(panel, state.data, null);
    else panel.dispose();
    return Promise.resolve();
  }

  dispose(): void {
    for (const end of this.open.values()) end.dispose();
    this.disposables.dispose();
  }

  /** What a page is about: two pages of the same key are the same page. */
  protected abstract keyOf(state: State): string;

  /**
   * Where that is kept, for a page that VS Code brought back.
   *
   * @throws LoopwrightError `not_trusted`, `not_found` if no folder of this window holds it
   */
  protected abstract storeOf(state: State): Promise<StoreSession>;

  /** Whether a page has to look again. */
  protected abstract concerns(page: OpenPage<State>, changed: Change): boolean;

  /** Makes our end of the conversation with the page. */
  protected abstract connect(page: OpenPage<State>): PageEnd;

  /** A page that does not take the focus is for a look: its tab is for the next that is looked at, too, unless it is kept. */
  protected reveal(
    state: State,
    title: string,
    session: StoreSession,
    { preserveFocus }: PageFocus = TAKES_FOCUS,
  ): void {
    const shown = this.pageOf(state);
    if (shown) {
      // Opened for good, or by a second look.
      if (!preserveFocus) this.keep(shown);
      shown.panel.reveal(undefined, preserveFocus);
      return;
    }
    const name = plain(title, TITLE_LIMIT);
    const used = preserveFocus ? this.takePreview(name) : null;
    const page = this.fill(used ?? this.newPanel(name, preserveFocus), state, session, used !== null);
    if (preserveFocus) this.preview = page;
  }

  /** What is looked at next gets a tab of its own. */
  protected keep(page: OpenPage<State>): void {
    if (this.preview === page) this.preview = null;
  }

  private newPanel(title: string, preserveFocus: boolean): vscode.WebviewPanel {
    const place = { viewColumn: vscode.ViewColumn.Active, preserveFocus };
    return vscode.window.createWebviewPanel(this.kind.viewType, title, place);
  }

  /** As VS Code's own editors do it; and where the tab is there, no webview has to be made. */
  private takePreview(title: string): vscode.WebviewPanel | null {
    const { preview } = this;
    const isWanted = vscode.workspace.getConfiguration('workbench.editor').get<boolean>('enablePreview', true);
    if (!preview || !isWanted) return null;
    const { panel } = preview;
    this.end(preview);
    panel.title = title;
    panel.reveal(undefined, true);
    return panel;
  }

  private end(page: OpenPage<State>): void {
    this.open.get(page)?.dispose();
    this.open.delete(page);
    this.keep(page);
  }

  /** What the page shows has changed by what the user did with it. */
  protected tellPage(page: OpenPage<State>): void {
    this.open.get(page)?.changed();
  }

  protected retitle(page: OpenPage<State>, title: string): void {
    // Of one that has gone the tab may be another's.
    if (this.open.has(page)) page.panel.title = plain(title, TITLE_LIMIT);
  }

  private pageOf(state: State): OpenPage<State> | undefined {
    return [...this.open.keys()].find((page) => this.keyOf(page.state) === this.keyOf(state));
  }

  /** @param known the store, if it is known; after a reload it is looked for */
  private fill(
    panel: vscode.WebviewPanel,
    state: State,
    known: StoreSession | null,
    isReused = false,
  ): OpenPage<State> {
    const { extension } = this.parts;
    const dist = vscode.Uri.joinPath(extension, 'dist', 'webview');
    const media = vscode.Uri.joinPath(extension, 'media');
    panel.iconPath = {
      light: vscode.Uri.joinPath(media, `${this.kind.icon}-light.svg`),
      dark: vscode.Uri.joinPath(media, `${this.kind.icon}-dark.svg`),
    };
    panel.webview.options = { enableScripts: true, localResourceRoots: [dist, media] };
    let session = known;
    const page: OpenPage<State> = {
      panel,
      state,
      session: async () => (session ??= await this.storeOf(page.state)),
      isReused,
    };
    const end = this.connect(page);
    this.open.set(page, end);
    panel.onDidDispose(() => this.end(page));
    void this.write(page, end);
    return page;
  }

  private async write(page: OpenPage<State>, end: PageEnd): Promise<void> {
    const answers = await Promise.race([end.answersAhead(), noneAfter(AHEAD_MS)]);
    if (!this.open.has(page)) return;
    const { panel, state } = page;
    const { bundle } = this.kind;
    const dist = vscode.Uri.joinPath(this.parts.extension, 'dist', 'webview');
    const uri = (file: string) => panel.webview.asWebviewUri(vscode.Uri.joinPath(dist, file)).toString();
    panel.webview.html = pageHtml({
      title: panel.title,
      language: vscode.env.language,
      scriptUri: uri(`${bundle}.js`),
      styleUri: uri(`${bundle}.css`),
      partUris: partsOf(vscode.Uri.joinPath(dist, `${bundle}.json`).fsPath).map(uri),
      cspSource: panel.webview.cspSource,
      nonce: randomBytes(24).toString('base64url'),
      state,
      answers,
    });
  }

  private tell(changed: Change): void {
    for (const [page, end] of this.open) if (this.concerns(page, changed)) end.changed();
  }
}

const noneAfter = (delayMs: number) =>
  new Promise<readonly GivenAnswer[]>((resolve) => setTimeout(() => resolve([]), delayMs));

/** The build lists which further scripts a page begins with. */
function partsOf(file: string): string[] {
  return JSON.parse(readFileSync(file, 'utf8')) as string[];
}
