/** What each command does. Those that are about a run ask which one where they were not called on one. */
import * as vscode from 'vscode';
import { openCompare } from '../code';
import { later } from '../later';
import { problemOf, type WayOut } from '../stores/problem';
import type { StoreSession } from '../stores/session';
import type { Stores } from '../stores/stores';
import type { DebugRuns } from '../debug/debugRuns';
import type { Log } from '../log';
import type { Endpoints } from '../endpoints';
import type { Models } from '../models';
import type { Notebooks } from '../notebooks/notebooks';
import type { Servers } from '../servers';
import type { CompareRunsPanels } from '../panels/compareRunsPanel';
import type { LatePanels } from '../panels/latePanels';
import type { TerminalEnvironment } from '../terminals/environment';
import { DoubleClicks } from '../views/runs/doubleClicks';
import { isOther } from '../views/runs/otherNodes';
import { MoreNode, ProblemNode, RunNode } from '../views/runs/nodes';
import { selectionOf } from '../views/runs/query/query';
import type { QueryState } from '../views/runs/query/queryState';
import { RUNS_VIEW, type RunsView } from '../views/runs/view';
import { adoptWithConsent } from './adoption';
import { type Arguments, chooseFile } from './chooseFile';
import type { EditRuns } from './editRuns';
import type { Launcher } from './launcher';
import { OnRuns, runsIn } from './onRuns';
import { runsToCompare } from './compareRuns';
import { activeRuns, pickRun } from './pickRun';
import type { Handlers } from './registry';
import type { RunActions } from './runActions';
import { runsViewHandlers } from './runsViewHandlers';

export interface HandlerParts {
  readonly stores: Stores;
  readonly launcher: Launcher;
  readonly notebooks: Notebooks;
  readonly comparisons: LatePanels<CompareRunsPanels>;
  readonly actions: RunActions;
  readonly edits: () => Promise<EditRuns>;
  readonly args: Arguments;
  readonly debug: DebugRuns;
  readonly terminalEnvironment: TerminalEnvironment;
  readonly servers: Servers;
  readonly models: Models;
  readonly endpoints: Endpoints;
  readonly view: RunsView;
  readonly query: QueryState;
  readonly showLog: () => void;
  readonly log: Log;
}

export function handlersOf(parts: HandlerParts): Handlers {
  const {
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
  } = parts;
  const clicks = new DoubleClicks();
  const onRuns = new OnRuns(stores, log, () => view.selectedRuns);
  return {
    'loopwright.runFile': async (given) => {
      const file = await chooseFile(given);
      if (file) await launcher.runFile(file, []);
    },
    'loopwright.runFileWithArguments': async (given) => {
      const file = await chooseFile(given);
      const typed = file && (await args.ask(file));
      if (file && typed) await launcher.runFile(file, typed);
    },
    'loopwright.debugFile': async (given) => {
      const file = await chooseFile(given);
      if (file) await debug.debugFile(file);
    },
    ...notebooks.handlers(onRuns),
    'loopwright.trackTerminals': () => terminalEnvironment.toggle(),
    'loopwright.stopRun': onRuns.all('running', vscode.l10n.t('Stop Run'), (runs) => actions.stop(runs)),
    'loopwright.openRun': onRuns.one('all', vscode.l10n.t('Open Run'), (run) => actions.open(run)),
    'loopwright.runAgain': onRuns.all('all', vscode.l10n.t('Run Again'), (runs) => actions.runAllAgain(runs)),
    'loopwright.showTerminal': onRuns.one('all', vscode.l10n.t('Show Terminal'), (run) => actions.showTerminal(run)),
    ...runsViewHandlers({ stores, onRuns, actions, edits, query, log }),
    'loopwright.compareRuns': async (...given) => {
      const runs = await runsToCompare(runsIn(given), stores.sessions, log);
      if (runs.length > 0) (await comparisons.get()).show(runs);
    },
    'loopwright.compareCodeWithCommit': onRuns.one('all', vscode.l10n.t('Compare Code with Commit'), (run) =>
      openCompare(run, 'commit'),
    ),
    'loopwright.compareCodeWithNow': onRuns.one('all', vscode.l10n.t('Compare Code with Now'), (run) =>
      openCompare(run, 'now'),
    ),
    'loopwright.compareCodeWithRun': onRuns.one('all', vscode.l10n.t('Compare Code: First Run'), async (run) => {
      // Snapshots of one store lie in one repository.
      const other = await pickRun([run.session], 'all', vscode.l10n.t('Compare Code with Another Run'), log);
      if (other) await openCompare(run, other);
    }),
    'loopwright.copyRunId': onRuns.all('all', vscode.l10n.t('Copy Run Id'), (runs) => actions.copyId(runs)),
    'loopwright.refreshRuns': () => {
      for (const session of stores.sessions) session.start();
      view.provider.reset();
      servers.refresh();
      return Promise.resolve();
    },
    'loopwright.showLog': () => {
      showLog();
      return Promise.resolve();
    },
    'loopwright.freeSpace': async () => (await later()).freeSpace(stores.sessions),
    'loopwright.copyTrackingUri': async () => (await later()).copyTrackingUri(stores.sessions),
    'loopwright.export': async (...given) => {
      const { text } = query.query;
      return (await later()).exportRuns(stores.sessions, runsIn(given), { text, ...selectionOf({ text }) });
    },
    'loopwright.import': async () => (await later()).chooseAndImport(parts),
    ...servers.handlers,
    ...models.handlers,
    ...endpoints.handlers,
    'loopwright.copyToServer': async (...given) => (await servers.commands()).send(runsIn(given)),
    'loopwright.adoptStore': async (given) => {
      const session = sessionWith(given, stores, 'adopt');
      const why = vscode.l10n.t('It came from elsewhere: nothing in it is run or changed until you adopt it.');
      if (session) await adoptWithConsent(session, why);
    },
    'loopwright.repairStore': async (given) => {
      const session = sessionWith(given, stores, 'repair');
      if (session) await repair(session);
    },
    'loopwright.retryEngine': async (given) => {
      const sessions = given instanceof ProblemNode ? [given.session] : stores.sessions;
      await Promise.all(sessions.map((session) => session.restart()));
    },
    'loopwright.loadMore': async (given) => {
      if (given instanceof MoreNode || isOther(given)) await given.load?.();
    },
    // As in the explorer: a click shows, a double click or Enter goes there.
    'loopwright.showRunPage': (given) => {
      if (given instanceof RunNode) actions.open(given, { preserveFocus: !clicks.isSecond(given.id, Date.now()) });
      return Promise.resolve();
    },
    'loopwright.focusRunPage': () => {
      const [run] = view.selectedRuns;
      if (run) actions.open(run);
      return Promise.resolve();
    },
    'loopwright.showRunning': async () => {
      const [run, ...others] = await activeRuns(stores.sessions, 2);
      if (run && others.length === 0) actions.open(run);
      else await vscode.commands.executeCommand(`${RUNS_VIEW}.focus`);
    },
  };
}

/** The store whose problem the command was called on, else the first that has such a problem. */
function sessionWith(given: unknown, stores: Stores, wayOut: WayOut): StoreSession | undefined {
  if (given instanceof ProblemNode) return given.session;
  return stores.sessions.find(({ state }) => problemOf(state)?.waysOut.includes(wayOut));
}

async function repair(session: StoreSession): Promise<void> {
  const progress = { location: { viewId: RUNS_VIEW }, title: vscode.l10n.t('Repairing the store') };
  const { keptAs } = await vscode.window.withProgress(progress, () => session.request('store/repair', {}));
  if (keptAs === null) return;
  void vscode.window.showInformationMessage(
    vscode.l10n.t('The database was made again from the run folders. The damaged one was kept as {0}.', keptAs),
  );
}
