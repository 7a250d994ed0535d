/**
 * Why an open notebook may not give the same once more, as problems in its cells. Python is asked when a notebook is
 * opened, saved, edited or executed, at most one at a time for each; nothing of the notebook is executed for it.
 */
import { dirname } from 'node:path';
import * as vscode from 'vscode';
import { inspectNotebook } from '../../client/inspection';
import type { PythonParts } from '../../client/launch';
import { LoopwrightError } from '../../protocol/errors';
import type { Finding, InspectRequest } from '../../protocol/notebooks';
import type { Interpreters } from '../interpreters/interpreters';
import { inBackground, type Log } from '../log';
import { Disposables } from '../signal';
import { ExecutionHistory } from './history';
import { entryFor, isIgnored, type Rule, withEntry } from './ignored';

export const NOTEBOOK_TYPE = 'jupyter-notebook';
const SECTION = 'loopwright.notebooks';
const LANGUAGE = 'python';
/** While somebody types or cells run, the last word counts. */
const SETTLE_MS = 1_000;
/** What is opened is looked at when the window has drawn it. */
const OPEN_MS = 200;

export interface FindingsParts {
  readonly interpreters: Interpreters;
  readonly python: PythonParts;
  readonly log: Log;
}

/** A finding where the editor shows it. */
export interface ShownFinding {
  readonly finding: Finding;
  readonly range: vscode.Range;
}

interface Watched {
  readonly notebook: vscode.NotebookDocument;
  readonly history: ExecutionHistory;
  timer: NodeJS.Timeout | null;
  asking: AbortController | null;
  /** By the URI of the cell. */
  shown: Map<string, readonly ShownFinding[]>;
}

export class NotebookFindings implements vscode.Disposable {
  private readonly disposables = new Disposables();
  private readonly collection = this.disposables.track(vscode.languages.createDiagnosticCollection('loopwright'));
  private readonly watched = new Map<string, Watched>();

  constructor(private readonly parts: FindingsParts) {}

  /** Not before the workspace is trusted: an interpreter of the workspace may be asked. */
  start(): void {
    const track = (one: vscode.Disposable) => this.disposables.track(one);
    track(vscode.workspace.onDidOpenNotebookDocument((notebook) => this.watch(notebook)));
    track(vscode.workspace.onDidCloseNotebookDocument((notebook) => this.forget(notebook)));
    track(vscode.workspace.onDidSaveNotebookDocument((notebook) => this.look(notebook, 0)));
    track(vscode.workspace.onDidChangeNotebookDocument((change) => this.take(change)));
    track(
      vscode.workspace.onDidChangeConfiguration((change) => {
        if (!change.affectsConfiguration(SECTION) && !change.affectsConfiguration('loopwright.python')) return;
        for (const { notebook } of this.watched.values()) this.look(notebook, 0);
      }),
    );
    for (const notebook of vscode.workspace.notebookDocuments) this.watch(notebook);
  }

  /** What is shown in a cell. */
  of(cell: vscode.Uri): readonly ShownFinding[] {
    for (const { shown } of this.watched.values()) {
      const found = shown.get(cell.toString());
      if (found) return found;
    }
    return [];
  }

  /** Hides a rule in one notebook, or wherever the workspace's settings hold. */
  async ignore(rule: Rule, notebook: vscode.Uri, everywhere: boolean): Promise<void> {
    const settings = vscode.workspace.getConfiguration(SECTION, notebook);
    const name = 'ignoredFindings';
    const folders = vscode.workspace.workspaceFolders ?? [];
    const isInFolder = vscode.workspace.getWorkspaceFolder(notebook) !== undefined;
    const [target, before] =
      folders.length > 1 && isInFolder
        ? [vscode.ConfigurationTarget.WorkspaceFolder, settings.inspect(name)?.workspaceFolderValue]
        : folders.length > 0
          ? [vscode.ConfigurationTarget.Workspace, settings.inspect(name)?.workspaceValue]
          : [vscode.ConfigurationTarget.Global, settings.inspect(name)?.globalValue];
    const entry = entryFor(rule, everywhere ? null : pathOf(notebook));
    // What holds now and is written elsewhere would be hidden by the new value.
    await settings.update(name, withEntry(before ?? settings.get(name), entry), target);
  }

  dispose(): void {
    for (const watched of this.watched.values()) stop(watched);
    this.watched.clear();
    this.disposables.dispose();
  }

  private watch(notebook: vscode.NotebookDocument): void {
    if (notebook.notebookType !== NOTEBOOK_TYPE || !['file', 'untitled'].includes(notebook.uri.scheme)) return;
    const key = notebook.uri.toString();
    if (!this.watched.has(key))
      this.watched.set(key, {
        notebook,
        history: new ExecutionHistory(),
        timer: null,
        asking: null,
        shown: new Map<string, readonly ShownFinding[]>(),
      });
    this.look(notebook, OPEN_MS);
  }

  private forget({ uri }: vscode.NotebookDocument): void {
    const watched = this.watched.get(uri.toString());
    if (!watched) return;
    stop(watched);
    this.watched.delete(uri.toString());
    this.show(watched, new Map<string, readonly ShownFinding[]>());
  }

  private take({ notebook, cellChanges, contentChanges, metadata }: vscode.NotebookDocumentChangeEvent): void {
    const watched = this.watched.get(notebook.uri.toString());
    if (!watched) return;
    let isOfInterest = contentChanges.length > 0 || metadata !== undefined;
    for (const { cell, document, executionSummary, metadata: ofCell } of cellChanges) {
      isOfInterest ||= document !== undefined || ofCell !== undefined;
      if (executionSummary === undefined || !isCode(cell)) continue;
      const state = { key: keyOf(cell), source: cell.document.getText(), summary: executionSummary };
      if (watched.history.observe(state, Date.now()).length > 0) isOfInterest = true;
    }
    if (isOfInterest) this.look(notebook, SETTLE_MS);
  }

  /** Asks anew when nothing more has come for a while. */
  private look({ uri }: vscode.NotebookDocument, afterMs: number): void {
    const watched = this.watched.get(uri.toString());
    if (!watched) return;
    if (watched.timer) clearTimeout(watched.timer);
    watched.timer = setTimeout(() => {
      watched.timer = null;
      watched.asking?.abort();
      const asking = new AbortController();
      watched.asking = asking;
      inBackground(this.parts.log, `inspection of ${uri.fsPath}`, this.inspect(watched, asking.signal));
    }, afterMs);
  }

  private async inspect(watched: Watched, signal: AbortSignal): Promise<void> {
    const { notebook } = watched;
    const settings = vscode.workspace.getConfiguration(SECTION, notebook.uri);
    const cells = notebook.getCells();
    if (settings.get('findings') === false || !cells.some(isCode)) {
      this.show(watched, new Map<string, readonly ShownFinding[]>());
      return;
    }
    const versions = cells.map(({ document }) => document.version);
    const started = performance.now();
    const findings = await this.ask(watched, cells, signal);
    // What was edited meanwhile is looked at soon.
    const isEdited = cells.some(({ document }, at) => document.version !== versions[at]);
    if (findings === null || signal.aborted || notebook.isClosed || isEdited) return;
    const path = pathOf(notebook.uri);
    const ignored = settings.get('ignoredFindings');
    const shown = new Map<string, ShownFinding[]>();
    for (const finding of findings) {
      const cell = cells.find((one) => keyOf(one) === finding.cellId);
      if (!cell || isIgnored(ignored, finding.rule, path)) continue;
      const key = keyOf(cell);
      shown.set(key, [...(shown.get(key) ?? []), { finding, range: rangeIn(cell.document, finding) }]);
    }
    this.show(watched, shown);
    const took = Math.round(performance.now() - started);
    this.parts.log.debug(`${path}: ${String(findings.length)} findings in ${String(took)} ms`);
  }

  /** Null where there is nobody to ask. */
  private async ask(
    { notebook, history }: Watched,
    cells: readonly vscode.NotebookCell[],
    signal: AbortSignal,
  ): Promise<readonly Finding[] | null> {
    const { uri } = notebook;
    const top = vscode.workspace.getWorkspaceFolder(uri)?.uri.fsPath;
    const folder = uri.scheme === 'file' ? dirname(uri.fsPath) : (top ?? null);
    const request: InspectRequest = {
      language: LANGUAGE,
      folder,
      cells: cells.map((cell) => ({
        id: keyOf(cell),
        kind: isCode(cell) ? 'code' : cell.kind === vscode.NotebookCellKind.Markup ? 'markdown' : 'raw',
        source: cell.document.getText(),
        tags: tagsOf(cell),
      })),
      executions: history.executions.map(({ key, source }) => ({ cellId: key, source })),
    };
    try {
      const python = this.parts.interpreters.nearest(uri, folder ?? process.cwd(), top);
      const { findings } = await inspectNotebook(python, this.parts.python, request, { signal });
      return findings;
    } catch (thrown) {
      const error = LoopwrightError.from(thrown);
      if (error.code === 'cancelled') return null;
      if (error.code !== 'no_python') throw error;
      // Whoever wants to run something is told; a notebook can be read without.
      this.parts.log.debug(`no findings: ${error.message}`);
      return null;
    }
  }

  private show(watched: Watched, shown: Map<string, readonly ShownFinding[]>): void {
    for (const key of watched.shown.keys()) if (!shown.has(key)) this.collection.delete(vscode.Uri.parse(key));
    watched.shown = shown;
    for (const [key, ofCell] of shown) this.collection.set(vscode.Uri.parse(key), ofCell.map(diagnosticOf));
  }
}

function stop({ timer, asking }: Watched): void {
  if (timer) clearTimeout(timer);
  asking?.abort();
}

function diagnosticOf({ finding, range }: ShownFinding): vscode.Diagnostic {
  const diagnostic = new vscode.Diagnostic(range, finding.message, severityOf(finding.rule));
  diagnostic.source = 'Loopwright';
  diagnostic.code = finding.rule;
  return diagnostic;
}

/** What is wrong by now is a warning; what may become wrong one day is information. */
function severityOf(rule: Rule): vscode.DiagnosticSeverity {
  switch (rule) {
    case 'out-of-order':
    case 'changed-after-run':
    case 'deleted-cell':
    case 'undefined-name':
      return vscode.DiagnosticSeverity.Warning;
    case 'absolute-path':
    case 'unpinned-download':
    case 'unpinned-install':
      return vscode.DiagnosticSeverity.Information;
  }
}

/** What is about a whole cell stands at its first line that says something. */
function rangeIn(document: vscode.TextDocument, { range }: Finding): vscode.Range {
  if (range) return new vscode.Range(range.startLine, range.startColumn, range.endLine, range.endColumn);
  let line = 0;
  while (line + 1 < document.lineCount && document.lineAt(line).isEmptyOrWhitespace) line += 1;
  const { firstNonWhitespaceCharacterIndex: start, range: whole } = document.lineAt(line);
  return new vscode.Range(line, start, line, whole.end.character);
}

const keyOf = (cell: vscode.NotebookCell): string => cell.document.uri.toString();

const isCode = (cell: vscode.NotebookCell): boolean =>
  cell.kind === vscode.NotebookCellKind.Code && cell.document.languageId === LANGUAGE;

/** VS Code's own notebook support keeps a cell's metadata as the file has them. */
function tagsOf({ metadata }: vscode.NotebookCell): string[] {
  const inner: unknown = metadata.metadata;
  const tags: unknown = typeof inner === 'object' && inner !== null && 'tags' in inner ? inner.tags : metadata.tags;
  return Array.isArray(tags) ? tags.filter((tag) => typeof tag === 'string') : [];
}

const pathOf = (notebook: vscode.Uri): string => vscode.workspace.asRelativePath(notebook, false).replaceAll('\\', '/');
