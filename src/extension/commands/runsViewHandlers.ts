/** The commands of the Runs view: what it shows, and what is changed in it. */
import * as vscode from 'vscode';
import type { Log } from '../log';
import { later } from '../later';
import type { Stores } from '../stores/stores';
import type { QueryState } from '../views/runs/query/queryState';
import type { EditRuns } from './editRuns';
import type { OnRuns } from './onRuns';
import type { Handlers } from './registry';
import type { RunActions } from './runActions';

export interface RunsViewHandlerParts {
  readonly stores: Stores;
  readonly onRuns: OnRuns;
  readonly actions: RunActions;
  readonly edits: () => Promise<EditRuns>;
  readonly query: QueryState;
  readonly log: Log;
}

export function runsViewHandlers({ stores, onRuns, actions, edits, query, log }: RunsViewHandlerParts) {
  return {
    'loopwright.filterRuns': async () => (await later()).chooseFilter(query, stores.sessions),
    'loopwright.clearRunFilter': () => query.change({ text: '' }),
    'loopwright.sortRuns': async () => (await later()).chooseOrder(query, stores.sessions),
    'loopwright.groupRuns': async () => (await later()).chooseGrouping(query, stores.sessions),
    'loopwright.chooseColumns': async () => (await later()).chooseColumns(query, stores.sessions, log),
    'loopwright.revealRun': onRuns.one('all', vscode.l10n.t('Reveal in Runs View'), (run) => actions.reveal(run)),
    'loopwright.runAgainWithArguments': onRuns.one('all', vscode.l10n.t('Run Again with Arguments'), (run) =>
      actions.runAgainWithArguments(run),
    ),
    'loopwright.renameRun': onRuns.one('all', vscode.l10n.t('Rename Run'), async (run) => (await edits()).rename(run)),
    'loopwright.tagRun': onRuns.all('all', vscode.l10n.t('Tag Run'), async (runs) => (await edits()).tag(runs)),
    'loopwright.untagRun': onRuns.all('all', vscode.l10n.t('Remove Tag'), async (runs) => (await edits()).untag(runs)),
    'loopwright.editNote': onRuns.one('all', vscode.l10n.t('Edit Note'), async (run) => (await edits()).note(run)),
    'loopwright.starRun': onRuns.all('all', vscode.l10n.t('Star Run'), async (runs) =>
      (await edits()).star(runs, true),
    ),
    'loopwright.unstarRun': onRuns.all('all', vscode.l10n.t('Unstar Run'), async (runs) =>
      (await edits()).star(runs, false),
    ),
    'loopwright.pinRun': onRuns.all('all', vscode.l10n.t('Pin Run'), async (runs) => (await edits()).pin(runs, true)),
    'loopwright.unpinRun': onRuns.all('all', vscode.l10n.t('Unpin Run'), async (runs) =>
      (await edits()).pin(runs, false),
    ),
    'loopwright.moveRun': onRuns.all('all', vscode.l10n.t('Move to Experiment'), async (runs) =>
      (await edits()).move(runs),
    ),
    'loopwright.deleteRun': onRuns.all('over', vscode.l10n.t('Delete Run'), async (runs) =>
      (await edits()).delete(runs),
    ),
    'loopwright.restoreRun': onRuns.some('deleted', vscode.l10n.t('Restore Runs'), async (runs) =>
      (await edits()).restore(runs),
    ),
    'loopwright.undoRunChange': async () => (await edits()).undo(),
  } satisfies Partial<Handlers>;
}
