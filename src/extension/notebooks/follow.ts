/**
 * Track This Notebook: what is executed in an editor with whichever kernel becomes a run, told by VS Code's own events. No
 * kernel is started or asked for, so nobody is asked to consent.
 */
import { homedir } from 'node:os';
import { dirname } from 'node:path';
import * as vscode from 'vscode';
import { prepareRun, type PythonParts } from '../../client/launch';
import { LoopwrightError } from '../../protocol/errors';
import type { NotebookFacts } from '../../protocol/notebooks';
import { captureOf } from '../captureSettings';
import { adoptWithConsent, needsAdoption } from '../commands/adoption';
import type { RunRef } from '../commands/pickRun';
import { inBackground, type Log } from '../log';
import { type Disposable, Disposables, Signal } from '../signal';
import type { Stores } from '../stores/stores';
import type { StoreSession } from '../stores/session';
import type { RunsView } from '../views/runs/view';
import type { FollowIndex } from './followIndex';
import { FollowedNotebook } from './followNotebook';
import type { RunDoor } from './followRun';
import { Movers } from './followMoves';

export interface NotebookFollowerParts {
  readonly stores: Stores;
  readonly view: RunsView;
  readonly python: PythonParts;
  readonly index: FollowIndex;
  readonly log: Log;
}

/** The document that a notebook is at the moment: it is another one after a rename. */
interface Place {
  document: vscode.NotebookDocument;
}

interface Entry {
  readonly followed: FollowedNotebook;
  readonly session: StoreSession;
  readonly place: Place;
}

/** Above this an event has made the user wait. */
const SLOW_EVENT_MS = 5;

export class NotebookFollower implements Disposable {
  private readonly disposables = new Disposables();
  private readonly changed = new Signal<vscode.NotebookDocument>();
  /** It is followed from now on, or no longer; it has more cells; it has another run. */
  readonly onDidChange = this.changed.on;
  private readonly entries = new Map<vscode.NotebookDocument, Entry>();
  private readonly movers: Movers<Entry>;

  constructor(private readonly parts: NotebookFollowerParts) {
    this.movers = this.disposables.track(
      new Movers({
        isTaken: (document) => this.entries.has(document),
        take: (entry, document) => this.moved(entry, document),
        leave: (entry) => inBackground(parts.log, 'ending a followed run', this.closed(entry)),
      }),
    );
    this.disposables.track(vscode.workspace.onDidChangeNotebookDocument((event) => this.see(event)));
    this.disposables.track(
      vscode.workspace.onDidCloseNotebookDocument((document) => {
        const entry = this.entries.get(document);
        this.entries.delete(document);
        if (entry) this.movers.left(entry, document);
      }),
    );
    parts.index.sweep();
  }

  follows(document: vscode.NotebookDocument): boolean {
    return this.entries.has(document);
  }

  /** How many cells its run has so far; null if it is not followed. */
  countOf(document: vscode.NotebookDocument): number | null {
    return this.entries.get(document)?.followed.count ?? null;
  }

  /** The run that goes on; null where nothing has been executed yet. */
  async runOf(document: vscode.NotebookDocument): Promise<RunRef | null> {
    const entry = this.entries.get(document);
    const runId = entry?.followed.runId;
    if (!entry || runId === null || runId === undefined) return null;
    await entry.session.request('runs/announce', { runId });
    const { runs } = await entry.session.request('runs/rows', { runIds: [runId] });
    return runs[0] ? { session: entry.session, row: runs[0] } : null;
  }

  /**
   * @returns whether it is followed now: the user may not want to adopt the store
   * @throws LoopwrightError `not_trusted`
   */
  async start(document: vscode.NotebookDocument): Promise<boolean> {
    if (!vscode.workspace.isTrusted)
      throw new LoopwrightError('not_trusted', vscode.l10n.t('This folder is not trusted: nothing is run in it.'));
    if (this.entries.has(document)) return true;
    const session = this.parts.stores.forFile(document.uri);
    const why = vscode.l10n.t('The runs kept here came from elsewhere. Tracking a notebook adopts them.');
    if (needsAdoption(session) && !(await adoptWithConsent(session, why))) return false;
    // Closed, or asked for twice, while the user was asked.
    if (document.isClosed || this.entries.has(document)) return this.entries.has(document);
    const place = { document };
    const entry: Entry = { place, session, followed: this.followedOf(place, session) };
    this.entries.set(document, entry);
    this.tell(entry);
    this.parts.log.info(`tracking ${document.uri.toString()}`);
    return true;
  }

  /** Resolves when it is no longer followed; the engine is told in its own time. */
  stop(document: vscode.NotebookDocument): void {
    const entry = this.entries.get(document);
    if (!entry) return;
    this.entries.delete(document);
    this.leave(entry, null);
  }

  /** The window is about to go: what is not told yet is told, as far as the time allows. */
  async stopAll(): Promise<void> {
    const entries = [...this.entries.values()];
    this.entries.clear();
    for (const { place } of entries) this.parts.index.remove(pathOf(place.document));
    await Promise.all([
      ...entries.map(({ followed }) => followed.stop(vscode.l10n.t('The window was closed.'))),
      this.parts.index.settled(),
    ]);
  }

  dispose(): void {
    this.disposables.dispose();
    this.changed.dispose();
  }

  private see(event: vscode.NotebookDocumentChangeEvent): void {
    const entry = this.entries.get(event.notebook);
    if (!entry) return;
    const began = performance.now();
    const nowMs = Date.now();
    const { followed } = entry;
    for (const change of event.cellChanges) followed.see(change.cell, change, nowMs);
    if (event.contentChanges.length > 0) {
      const added = new Set(event.contentChanges.flatMap(({ addedCells }) => addedCells));
      const removed = event.contentChanges.flatMap(({ removedCells }) => removedCells);
      // A cell that was moved is removed and added.
      for (const cell of removed) if (!added.has(cell)) followed.removed(cell, nowMs);
      followed.added();
    }
    const tookMs = performance.now() - began;
    if (tookMs > SLOW_EVENT_MS) this.parts.log.warn(`an event of a notebook took ${tookMs.toFixed(1)} ms`);
  }

  private followedOf(place: Place, session: StoreSession): FollowedNotebook {
    const withEntry = (work: (entry: Entry) => void) => {
      const entry = this.entries.get(place.document);
      if (entry?.place === place) work(entry);
    };
    return new FollowedNotebook(
      {
        prepare: () => this.prepare(place.document, session),
        facts: () => factsOf(place.document),
        pid: process.pid,
        log: this.parts.log,
        l10n: vscode.l10n,
        onChanged: () => withEntry((entry) => this.tell(entry)),
        onGone: (error) => withEntry((entry) => this.gone(entry, error)),
      },
      place.document.getCells(),
      Date.now(),
    );
  }

  private prepare(document: vscode.NotebookDocument, session: StoreSession): RunDoor {
    const { uri } = document;
    const file = pathOf(document);
    const folder = vscode.workspace.getWorkspaceFolder(uri)?.uri.fsPath;
    const settings = vscode.workspace.getConfiguration('loopwright', uri);
    const { spec, folder: runFolder } = prepareRun(
      session.paths.root,
      {
        target: { kind: 'followed', file },
        python: '',
        cwd: uri.scheme === 'file' ? dirname(file) : (folder ?? homedir()),
        capture: captureOf((name) => settings.get(name)),
      },
      this.parts.python,
    );
    this.parts.log.info(`run ${spec.run_id}: ${file} is followed`);
    session.start();
    const reveal = async () => {
      await session.request('runs/announce', { runId: spec.run_id });
      this.parts.view.revealIfVisible(session, spec.run_id);
    };
    inBackground(this.parts.log, 'announcing the run', reveal());
    return { runId: spec.run_id, folder: runFolder, request: (method, params) => session.request(method, params) };
  }

  private tell(entry: Entry): void {
    const { followed } = entry;
    const { document } = entry.place;
    this.parts.index.set(pathOf(document), followed.folder, followed.highestOver);
    this.changed.fire(document);
  }

  private moved(entry: Entry, document: vscode.NotebookDocument): void {
    const { document: from } = entry.place;
    this.parts.index.remove(pathOf(from));
    entry.place.document = document;
    this.entries.set(document, entry);
    entry.followed.moved(from.getCells(), document.getCells(), Date.now());
    this.tell(entry);
  }

  private async closed(entry: Entry): Promise<void> {
    const { uri } = entry.place.document;
    const isDeleted = uri.scheme === 'file' && !(await exists(uri));
    this.leave(
      entry,
      isDeleted ? vscode.l10n.t('The notebook was deleted.') : vscode.l10n.t('The notebook was closed.'),
    );
  }

  private leave(entry: Entry, note: string | null): void {
    this.parts.index.remove(pathOf(entry.place.document));
    this.changed.fire(entry.place.document);
    inBackground(this.parts.log, 'ending a followed run', entry.followed.stop(note));
  }

  /** Its run can't be told of any more. */
  private gone(entry: Entry, error: LoopwrightError | null): void {
    this.entries.delete(entry.place.document);
    this.leave(entry, null);
    const name = entry.place.document.uri.path.split('/').pop() ?? '';
    if (error === null) {
      void vscode.window.showInformationMessage(
        vscode.l10n.t('The run of {0} was ended, so the notebook is no longer tracked.', name),
      );
      return;
    }
    this.parts.log.error(`tracking ${entry.place.document.uri.toString()}: ${error.code}: ${error.message}`);
    void vscode.window.showErrorMessage(vscode.l10n.t('{0} is no longer tracked: {1}', name, error.message));
  }
}

async function exists(uri: vscode.Uri): Promise<boolean> {
  try {
    await vscode.workspace.fs.stat(uri);
    return true;
  } catch {
    return false;
  }
}

/** Absolute for files; of a notebook that was never saved, its name. */
export function pathOf({ uri }: vscode.NotebookDocument): string {
  return uri.scheme === 'file' ? uri.fsPath : uri.path;
}

function factsOf(document: vscode.NotebookDocument): NotebookFacts {
  const code = document.getCells().filter(({ kind }) => kind === vscode.NotebookCellKind.Code);
  const language = code[0]?.document.languageId;
  return {
    path: pathOf(document),
    format: 'ipynb',
    codeCells: code.length,
    ...(language === undefined ? {} : { language }),
  };
}
