/**
 * Problems, completion and hovers of `loopwright.yaml`. The engine reads the text; here it is only looked at where the cursor is.
 * Where Red Hat's YAML extension is at work it gives completion and hovers, from the schema that `package.json` names.
 */
import { basename } from 'node:path';
import * as vscode from 'vscode';
import schema from '../../../media/loopwright.schema.json';
import { CONFIG_FILE, MAX_CONFIG_BYTES } from '../../protocol/config/file';
import type { JsonSchema } from '../../protocol/config/jsonSchema';
import type { ConfigProblem } from '../../protocol/requests/config';
import { inBackground, type Log } from '../log';
import { type Disposable, Disposables } from '../signal';
import type { StoreSession } from '../stores/session';
import type { Stores } from '../stores/stores';
import { hoverAt, type KnownNames, type Suggestion, suggestionsAt } from './suggest';

const form: JsonSchema = schema;
/** While somebody types, the last word counts. */
const SETTLE_MS = 300;
const NAMES_LAST_MS = 10_000;
const SELECTOR: vscode.DocumentSelector = { scheme: 'file', pattern: `**/${CONFIG_FILE}` };
const NO_NAMES: KnownNames = { model: [], alias: [], metric: [], tag: [], feature: [] };

export interface ConfigParts {
  readonly stores: Stores;
  readonly log: Log;
}

export class ConfigFeatures implements Disposable, vscode.CompletionItemProvider, vscode.HoverProvider {
  private readonly disposables = new Disposables();
  private readonly collection = this.disposables.track(vscode.languages.createDiagnosticCollection('loopwright.yaml'));
  private readonly timers = new Map<string, NodeJS.Timeout>();
  private known: { readonly store: string; readonly atMs: number; readonly names: KnownNames } | null = null;

  constructor(private readonly parts: ConfigParts) {
    const track = (one: Disposable) => this.disposables.track(one);
    track(vscode.languages.registerCompletionItemProvider(SELECTOR, this, ' ', '{', '[', '"'));
    track(vscode.languages.registerHoverProvider(SELECTOR, this));
    track(vscode.workspace.onDidOpenTextDocument((document) => this.look(document, 0)));
    track(vscode.workspace.onDidChangeTextDocument(({ document }) => this.look(document, SETTLE_MS)));
    track(vscode.workspace.onDidCloseTextDocument(({ uri }) => this.collection.delete(uri)));
    // Also when the folder comes to be trusted: its engine could not be asked before.
    track(this.parts.stores.onDidChangeList(() => this.lookAtAll()));
    this.lookAtAll();
  }

  async provideCompletionItems(
    document: vscode.TextDocument,
    position: vscode.Position,
  ): Promise<vscode.CompletionItem[]> {
    if (isRedHatActive()) return [];
    const names = await this.names(document);
    const suggestions = suggestionsAt(form, linesOf(document), position.line, position.character, names);
    return suggestions.map((suggestion, order) => itemOf(suggestion, position, order));
  }

  provideHover(document: vscode.TextDocument, { line, character }: vscode.Position): vscode.Hover | null {
    if (isRedHatActive()) return null;
    const found = hoverAt(form, linesOf(document), line, character);
    if (!found) return null;
    return new vscode.Hover(
      new vscode.MarkdownString(found.description),
      new vscode.Range(line, found.from, line, found.to),
    );
  }

  dispose(): void {
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.disposables.dispose();
  }

  private lookAtAll(): void {
    for (const document of vscode.workspace.textDocuments) this.look(document, 0);
  }

  private look(document: vscode.TextDocument, afterMs: number): void {
    const { uri } = document;
    if (uri.scheme !== 'file' || basename(uri.fsPath) !== CONFIG_FILE || !vscode.workspace.isTrusted) return;
    clearTimeout(this.timers.get(uri.toString()));
    const timer = setTimeout(() => {
      this.timers.delete(uri.toString());
      inBackground(this.parts.log, uri.fsPath, this.check(document));
    }, afterMs);
    this.timers.set(uri.toString(), timer);
  }

  private async check(document: vscode.TextDocument): Promise<void> {
    const { version, uri } = document;
    const session = this.sessionOf(uri);
    // The window is just starting: the list of its stores is told soon.
    if (!session) return;
    // One that is too large is told so by its beginning.
    const text = document.getText().slice(0, MAX_CONFIG_BYTES + 1);
    const { problems } = await this.ask(session, text);
    // What was typed meanwhile is looked at soon.
    if (document.version === version && !document.isClosed) this.collection.set(uri, problems.map(diagnosticOf));
  }

  /** A folder without runs has no engine yet, and none is made for a file that was only opened: then the window's own answers. */
  private async ask(session: StoreSession, text: string): Promise<{ readonly problems: readonly ConfigProblem[] }> {
    if (session.state.kind !== 'absent') return session.request('config/check', { text });
    const { connection } = await this.parts.stores.openOwn();
    try {
      return await connection.request('config/check', { text });
    } finally {
      connection.close();
    }
  }

  private sessionOf(uri: vscode.Uri): StoreSession | null {
    return this.parts.stores.sessions.length > 0 ? this.parts.stores.forFile(uri) : null;
  }

  /** What the store knows, if it can say so at once: whoever types waits for nothing. */
  private async names({ uri }: vscode.TextDocument): Promise<KnownNames> {
    const session = this.sessionOf(uri);
    if (session?.state.kind !== 'open') return NO_NAMES;
    const store = session.paths.root;
    const { known } = this;
    if (known?.store === store && Date.now() - known.atMs < NAMES_LAST_MS) return known.names;
    try {
      const { models, aliases, metrics, tags, features } = await session.request('config/names', {});
      const names = { model: models, alias: aliases, metric: metrics, tag: tags, feature: features };
      this.known = { store, atMs: Date.now(), names };
      return names;
    } catch (error) {
      // The keys can be had without.
      this.parts.log.debug(`names for ${CONFIG_FILE}: ${String(error)}`);
      return NO_NAMES;
    }
  }
}

const isRedHatActive = (): boolean => vscode.extensions.getExtension('redhat.vscode-yaml')?.isActive === true;

const linesOf = (document: vscode.TextDocument): string[] => document.getText().split(/\r?\n/);

const KINDS: Readonly<Record<Suggestion['kind'], vscode.CompletionItemKind>> = {
  key: vscode.CompletionItemKind.Property,
  name: vscode.CompletionItemKind.Value,
  value: vscode.CompletionItemKind.EnumMember,
};

function itemOf(
  { label, kind, detail, description, snippet, filter, from, to }: Suggestion,
  { line }: vscode.Position,
  order: number,
): vscode.CompletionItem {
  const item = new vscode.CompletionItem(label, KINDS[kind]);
  if (detail !== '') item.detail = detail;
  if (description !== '') item.documentation = new vscode.MarkdownString(description);
  item.insertText = new vscode.SnippetString(snippet);
  item.filterText = filter;
  item.sortText = String(order).padStart(4, '0');
  item.range = new vscode.Range(line, from, line, to);
  return item;
}

function diagnosticOf({ from, to, severity, message }: ConfigProblem): vscode.Diagnostic {
  const range = new vscode.Range(from.line, from.column, to.line, to.column);
  const diagnostic = new vscode.Diagnostic(range, message, SEVERITIES[severity]);
  diagnostic.source = 'Loopwright';
  return diagnostic;
}

const SEVERITIES: Readonly<Record<ConfigProblem['severity'], vscode.DiagnosticSeverity>> = {
  error: vscode.DiagnosticSeverity.Error,
  warning: vscode.DiagnosticSeverity.Warning,
  info: vscode.DiagnosticSeverity.Information,
};
