/**
 * The extension: a thin thing between VS Code and the engines. Everything is registered at once; what is slow starts
 * afterwards, each on its own. Nothing is read and nothing started before the user trusts the workspace.
 */
import './jitless';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import * as vscode from 'vscode';
import { CODE_SCHEME, CodeDocuments } from './code';
import { Arguments } from './commands/chooseFile';
import type { EditRuns } from './commands/editRuns';
import { handlersOf } from './commands/handlers';
// To the bundler `./later` alone is the program that this loads.
import { later } from './later/index';
import { Launcher } from './commands/launcher';
import type { RunRef } from './commands/pickRun';
import { Commands } from './commands/registry';
import { type PageFocus, RunActions } from './commands/runActions';
import { RunEdits } from './commands/runEdits';
import { waysOutOf } from './commands/waysOut';
import { watchConfigs } from './config';
import { Context } from './context';
import { DebugRuns } from './debug/debugRuns';
import { Endpoints } from './endpoints';
import { RetentionOffer } from './house/retention';
import { offerImports } from './imports';
import { problemOf } from './stores/problem';
import { ownStoreIn, Stores } from './stores/stores';
import { Interpreters } from './interpreters/interpreters';
import { RunLinks } from './links/openLink';
import { inBackground } from './log';
import { Models } from './models';
import { Notebooks } from './notebooks/notebooks';
import { LatePanels } from './panels/latePanels';
import type { PanelParts } from './panels/pagePanels';
import { RunPanels } from './panels/runPanel';
import { COMPARE_RUNS } from './panels/viewTypes';
import { Servers } from './servers';
import { RunningStatus } from './status/runningStatus';
import { tellThatRunGoesOn } from './terminals/closedNotice';
import { TerminalEnvironment } from './terminals/environment';
import { RunTerminals } from './terminals/runTerminals';
import { QueryState } from './views/runs/query/queryState';
import { RunsView } from './views/runs/view';

/** How long a window that closes waits for what is not told yet. */
const LAST_WORDS_MS = 1_500;
let lastWords: (() => Promise<void>) | null = null;

export function activate(context: vscode.ExtensionContext): void {
  const started = performance.now();
  const track = <T extends vscode.Disposable>(disposable: T): T => {
    context.subscriptions.push(disposable);
    return disposable;
  };
  const log = track(vscode.window.createOutputChannel('Loopwright', { log: true }));
  const showLog = () => log.show();
  const python = { folder: context.asAbsolutePath('python') };

  const stores = track(
    new Stores({
      engineFile: context.asAbsolutePath('dist/engine.js'),
      ownStore: ownStoreIn((context.storageUri ?? context.globalStorageUri).fsPath),
      log,
    }),
  );
  const interpreters = new Interpreters(log);
  const commands = track(new Commands(log, waysOutOf(interpreters)));
  const attempt = commands.run.bind(commands);
  const terminals = track(new RunTerminals(context.workspaceState, log));
  const keys = new Context();
  const query = track(new QueryState(context.workspaceState));
  const servers = track(new Servers({ stores, secrets: context.secrets, showLog, log }));
  const view = track(
    new RunsView({
      stores,
      query,
      others: servers,
      keys,
      log,
      drop: (runs, edit) => attempt('drop', async () => (await edits()).drop(runs, edit)),
    }),
  );
  const launcher = new Launcher({ stores, interpreters, terminals, view, python, log });
  const pages: PanelParts = { extension: context.extensionUri, stores, actions: () => actions, attempt, showLog, log };
  const panels: RunPanels = track(new RunPanels({ ...pages, memory: context.workspaceState }));
  const openPage = (run: RunRef, how?: PageFocus) => panels.show(run, how);
  const actions: RunActions = new RunActions({
    launcher,
    terminals,
    interpreters,
    python,
    openPage,
    reveal: ({ session, row }) => view.reveal(session, row),
  });
  const undoable = new RunEdits();
  track(
    undoable.onDidChange((canUndo) => {
      keys.set('loopwright.canUndo', canUndo);
      view.provider.relist();
    }),
  );
  const edits = async (): Promise<EditRuns> => new (await later()).EditRuns({ edits: undoable, openPage, attempt });
  const comparisons = track(new LatePanels(COMPARE_RUNS, async () => new (await later()).CompareRunsPanels(pages)));
  const args = new Arguments(context.workspaceState);
  const debug = track(new DebugRuns({ launcher, interpreters, attempt, log }));
  const terminalEnvironment = track(
    new TerminalEnvironment({
      collection: context.environmentVariableCollection,
      shimFolder: join(context.globalStorageUri.fsPath, 'bin'),
      cliFile: context.asAbsolutePath('dist/cli.js'),
      hookFolder: context.asAbsolutePath('python/hook'),
      storeOf: (folder) => stores.forFile(folder).paths.root,
      log,
    }),
  );
  const notebooks = track(
    new Notebooks({
      context,
      stores,
      launcher,
      interpreters,
      view,
      panels,
      actions,
      keys,
      python,
      attempt,
      showLog,
      log,
    }),
  );
  const models = track(new Models({ ...pages, keys, openPage, interpreters, python, memory: context.workspaceState }));
  const endpoints = track(new Endpoints({ ...pages, keys, models, runProgram: launcher.runProgram }));
  lastWords = () => notebooks.stopFollowing();
  commands.register(
    handlersOf({
      stores,
      launcher,
      notebooks,
      comparisons,
      actions,
      edits,
      args,
      debug,
      terminalEnvironment,
      servers,
      models,
      endpoints,
      view,
      query,
      showLog,
      log,
    }),
  );
  track(new RunningStatus(stores, log, (running) => view.setRunning(running)));
  track(new RetentionOffer({ stores, attempt, log }));
  // Told when the workspace is trusted, and when a folder comes.
  const importParts = { stores, memory: context.globalState, attempt, showLog, log };
  track(stores.onDidChangeList(() => offerImports(importParts)));

  track(watchConfigs({ stores, log }));
  track(vscode.window.registerUriHandler(new RunLinks({ stores, actions, attempt })));
  track(vscode.workspace.registerTextDocumentContentProvider(CODE_SCHEME, new CodeDocuments(stores)));

  track(
    stores.onDidChangeState(() => {
      const waysOut = stores.sessions.flatMap(({ state }) => problemOf(state)?.waysOut ?? []);
      keys.set('loopwright.canAdopt', waysOut.includes('adopt'));
      keys.set('loopwright.canRepair', waysOut.includes('repair'));
    }),
  );
  track(
    terminals.onDidCloseByUser((runId) => {
      inBackground(log, 'closed terminal', tellThatRunGoesOn(runId, { stores, actions, memory: context.globalState }));
    }),
  );

  const startTrusted = () => {
    stores.start();
    terminalEnvironment.start();
    notebooks.start();
  };
  // Once the window has its answer: it waits for us, and we wait for processes and files.
  if (vscode.workspace.isTrusted) setImmediate(startTrusted);
  else track(vscode.workspace.onDidGrantWorkspaceTrust(startTrusted));
  log.info(`activated in ${(performance.now() - started).toFixed(1)} ms`);
}

/** What is told late is lost for this window, not for the run: the engine ends that when this process is gone. */
export async function deactivate(): Promise<void> {
  await Promise.race([lastWords?.(), setTimeout(LAST_WORDS_MS)]);
}
