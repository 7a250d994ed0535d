/** The stores that this window shows: one for each workspace folder, or the extension's own where no folder is open. */
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import * as vscode from 'vscode';
import { openEngine } from '../../client/engine';
import { LoopwrightError } from '../../protocol/errors';
import { findStore, pathsOf, STORE_NAME } from '../../protocol/node/storeFolder';
import type { Changed } from '../../protocol/requests';
import { BUILD } from '../../protocol/version';
import type { Log } from '../log';
import { type Disposable, Disposables, Signal } from '../signal';
import { StoreSession } from './session';

export interface StoresOptions {
  /** `dist/engine.js`. */
  readonly engineFile: string;
  /** The store of a window without a folder. */
  readonly ownStore: string;
  readonly log: Log;
}

export class Stores implements Disposable {
  private readonly disposables = new Disposables();
  private readonly stateChanged = new Signal<StoreSession>();
  private readonly listChanged = new Signal<null>();
  private readonly dataChanged = new Signal<{ readonly session: StoreSession; readonly changed: Changed }>();
  readonly onDidChangeState = this.stateChanged.on;
  /** What is in a store changed. */
  readonly onDidChange = this.dataChanged.on;
  /** Stores came or went. */
  readonly onDidChangeList = this.listChanged.on;
  private readonly held = new Map<string, { readonly session: StoreSession; readonly parts: Disposables }>();
  /** Decided when a folder comes: a store that appears elsewhere later does not move its runs. */
  private pathOfFolder = new Map<string, string>();
  private isStarted = false;

  constructor(private readonly options: StoresOptions) {
    this.disposables.track(vscode.workspace.onDidChangeWorkspaceFolders(() => this.update()));
  }

  /** Until this is called nothing is read and nothing started: it is called when the user trusts the workspace. */
  start(): void {
    this.isStarted = true;
    this.update();
  }

  get sessions(): readonly StoreSession[] {
    return [...this.held.values()].map(({ session }) => session);
  }

  byPath(storePath: string): StoreSession | undefined {
    return this.held.get(storePath)?.session;
  }

  /**
   * The store that runs of a file go to: that of its workspace folder, else the window's first.
   *
   * @throws LoopwrightError `not_trusted`
   */
  forFile(file: vscode.Uri): StoreSession {
    const folder = vscode.workspace.getWorkspaceFolder(file);
    const session = this.byPath(this.pathOfFolder.get(folder?.uri.toString() ?? '') ?? '') ?? this.sessions[0];
    if (session) return session;
    throw new LoopwrightError('not_trusted', vscode.l10n.t('This folder is not trusted: nothing is run in it.'));
  }

  /**
   * The store that holds a run.
   *
   * @throws LoopwrightError `not_trusted`, `not_found` if no folder of this window does
   */
  async ofRun(runId: string): Promise<StoreSession> {
    if (!vscode.workspace.isTrusted)
      throw new LoopwrightError('not_trusted', vscode.l10n.t('This folder is not trusted: its runs are not read.'));
    for (const session of this.sessions) {
      if ((await session.settled()).kind !== 'open') continue;
      const { runs } = await session.request('runs/rows', { runIds: [runId] });
      if (runs.length > 0) return session;
    }
    throw new LoopwrightError('not_found', vscode.l10n.t('No folder of this window holds this run.'));
  }

  dispose(): void {
    for (const { parts } of this.held.values()) parts.dispose();
    this.held.clear();
    this.disposables.dispose();
  }

  private update(): void {
    if (!this.isStarted) return;
    const wanted = this.wantedStores();
    for (const [path, { parts }] of this.held) {
      if (wanted.has(path)) continue;
      parts.dispose();
      this.held.delete(path);
    }
    for (const [path, label] of wanted) if (!this.held.has(path)) this.add(path, label);
    this.listChanged.fire(null);
  }

  private wantedStores(): Map<string, string> {
    const folders = (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file');
    const wanted = new Map<string, string>();
    const known = this.pathOfFolder;
    this.pathOfFolder = new Map();
    for (const folder of folders) {
      const path = known.get(folder.uri.toString()) ?? findStore(folder.uri.fsPath);
      this.pathOfFolder.set(folder.uri.toString(), path);
      // Two folders of one repository may share a store above both.
      if (!wanted.has(path)) wanted.set(path, folder.name);
    }
    if (wanted.size === 0) wanted.set(this.options.ownStore, vscode.l10n.t('No folder'));
    return wanted;
  }

  private add(path: string, label: string): void {
    const parts = new Disposables();
    const session = parts.track(
      new StoreSession({
        paths: pathsOf(path),
        label,
        exists: () => existsSync(path),
        open: (onUpgrade) => this.open(path, onUpgrade),
        log: this.options.log,
      }),
    );
    parts.track(session.onDidChangeState(() => this.stateChanged.fire(session)));
    parts.track(session.onDidChange((changed) => this.dataChanged.fire({ session, changed })));
    // A run from the command line may make the store while this window looks on.
    const pattern = new vscode.RelativePattern(vscode.Uri.file(dirname(path)), `${basename(path)}/store.json`);
    const watcher = parts.track(vscode.workspace.createFileSystemWatcher(pattern, false, true, true));
    parts.track(watcher.onDidCreate(() => session.start()));
    this.held.set(path, { session, parts });
    session.start();
  }

  /** The engine of the window's own store, for what needs one and none of a folder. */
  openOwn() {
    const { ownStore } = this.options;
    mkdirSync(ownStore, { recursive: true });
    return this.open(ownStore);
  }

  private open(path: string, onUpgrade?: () => void) {
    refuseForeign(path);
    return openEngine(
      pathsOf(path),
      { runtime: process.execPath, file: this.options.engineFile },
      { kind: 'extension', info: BUILD, trusted: true },
      onUpgrade,
    );
  }
}

/** The store of a window without a folder lies in the extension's storage. */
export const ownStoreIn = (storage: string): string => join(storage, STORE_NAME);

/** Told at once and in plain words: an engine would find out too, but only by not coming up. */
function refuseForeign(path: string): void {
  if (process.platform === 'win32') return;
  const { uid } = statSync(path);
  if (uid === process.getuid?.()) return;
  throw new LoopwrightError(
    'store_foreign',
    vscode.l10n.t('{0} belongs to another user of this machine. Open a folder of your own, or change its owner.', path),
  );
}
