/** The commands of the Runs view: what it shows, and what is changed in it. */
import * as vscode from 'vscode';
import type { Log } from '../log';
import { later } from '../later';
import type { Stores } from '../stores/stores';
import { chooseGrouping, chooseOrder } from '../views/runs/query/choose';
import { chooseColumns } from '../views/runs/query/chooseColumns';
import type { QueryState } from '../views/runs/query/queryState';
import type { EditRuns } from './editRuns';
import type { OnRuns } from './onRuns';
import type { Handlers } from './registry';
import type { RunActions } from './runActions';

export interface RunsViewHandlerParts {
  readonly stores: Stores;
  readonly onRuns: OnRuns;
  readonly actions: RunActions;
  readonly edits: EditRuns;
  readonly query: QueryState;
  readonly log: Log;
}

export function runsViewHandlers({ stores, onRuns, actions, edits, query, log }: RunsViewHandlerParts) {
  return {
    'loopwright.filterRuns': async () => (await later()).chooseFilter(query, stores.sessions),
    'loopwright.clearRunFilter': () => query.change({ text: '' }),
    'loopwright.sortRuns': () => chooseOrder(query, stores.sessions),
    'loopwright.groupRuns': () => chooseGrouping(query, stores.sessions),
    'loopwright.chooseColumns': () => chooseColumns(query, stores.sessions, log),
    'loopwright.revealRun': onRuns.one('all', vscode.l10n.t('Reveal in Runs View'), (run) => actions.reveal(run)),
    'loopwright.runAgainWithArguments': onRuns.one('all', vscode.l10n.t('Run Again with Arguments'), (run) =>
      actions.runAgainWithArguments(run),
    ),
    'loopwright.renameRun': onRuns.one('all', vscode.l10n.t('Rename Run'), (run) => edits.rename(run)),
    'loopwright.tagRun': onRuns.all('all', vscode.l10n.t('Tag Run'), (runs) => edits.tag(runs)),
    'loopwright.untagRun': onRuns.all('all', vscode.l10n.t('Remove Tag'), (runs) => edits.untag(runs)),
    'loopwright.editNote': onRuns.one('all', vscode.l10n.t('Edit Note'), (run) => edits.note(run)),
    'loopwright.starRun': onRuns.all('all', vscode.l10n.t('Star Run'), (runs) => edits.star(runs, true)),
    'loopwright.unstarRun': onRuns.all('all', vscode.l10n.t('Unstar Run'), (runs) => edits.star(runs, false)),
    'loopwright.pinRun': onRuns.all('all', vscode.l10n.t('Pin Run'), (runs) => edits.pin(runs, true)),
    'loopwright.unpinRun': onRuns.all('all', vscode.l10n.t('Unpin Run'), (runs) => edits.pin(runs, false)),
    'loopwright.moveRun': onRuns.all('all', vscode.l10n.t('Move to Experiment'), (runs) => edits.move(runs)),
    'loopwright.deleteRun': onRuns.all('over', vscode.l10n.t('Delete Run'), (runs) => edits.delete(runs)),
    'loopwright.restoreRun': onRuns.some('deleted', vscode.l10n.t('Restore Runs'), (runs) => edits.restore(runs)),
    'loopwright.undoRunChange': () => edits.undo(),
  } satisfies Partial<Handlers>;
}
