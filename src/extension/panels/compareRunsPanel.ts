/** The pages that compare several runs: one for each set of them, which the user changes on the page. */
import * as vscode from 'vscode';
import { MAX_COMPARED } from '../../protocol/compared';
import { LoopwrightError } from '../../protocol/errors';
import { ComparePageState } from '../../protocol/pages/compare';
import { pickRuns, type RunRef } from '../commands/pickRun';
import { COMPARE_RUNS } from './viewTypes';
import { compareRunsContract, compareRunsHandlers } from './compareRunsPage';
import { PageHost } from './host';
import type { OpenPage, PanelParts } from './pagePanels';
import { RunPagePanels } from './runPages';

export class CompareRunsPanels extends RunPagePanels<ComparePageState> {
  constructor(parts: PanelParts) {
    super(parts, { viewType: COMPARE_RUNS, bundle: 'compare', icon: 'run', state: ComparePageState });
  }

  /** @throws LoopwrightError `bad_request` if they can't be compared with each other */
  show(runs: readonly RunRef[]): void {
    const [first] = runs;
    if (!first || runs.length < 2)
      throw new LoopwrightError('bad_request', vscode.l10n.t('Choose two runs or more to compare.'));
    if (runs.length > MAX_COMPARED) throw tooMany(runs.length);
    if (runs.some(({ session }) => session !== first.session))
      throw new LoopwrightError('bad_request', vscode.l10n.t('Runs of different folders can not be compared.'));
    const runIds = runs.map(({ row }) => row.runId);
    this.reveal({ runIds }, titleOf(runIds), first.session);
  }

  protected override runIdsOf({ runIds }: ComparePageState): readonly string[] {
    return runIds;
  }

  protected override connect(page: OpenPage<ComparePageState>) {
    const { actions, attempt, showLog, log } = this.parts;
    const setRuns = (runIds: string[]) => {
      page.state = { runIds };
      this.retitle(page, titleOf(runIds));
      this.tellPage(page);
    };
    const handlers = compareRunsHandlers({
      session: page.session,
      runIds: () => page.state.runIds,
      addRuns: async () => {
        const title = vscode.l10n.t('Add Runs to Compare');
        const picked = await pickRuns([await page.session()], 'all', title, log, page.state.runIds);
        const ids = picked.map(({ row }) => row.runId);
        // Others may have been added or removed while the list was open.
        const all = [...new Set([...page.state.runIds, ...ids])];
        if (all.length > MAX_COMPARED) throw tooMany(all.length);
        if (ids.length > 0) setRuns(all);
      },
      removeRun: (runId) => {
        const left = page.state.runIds.filter((id) => id !== runId);
        if (left.length > 0) setRuns(left);
      },
      actions: actions(),
      showLog,
    });
    return new PageHost(page.panel, { contract: compareRunsContract, handlers, attempt, log });
  }
}

const tooMany = (count: number) =>
  new LoopwrightError(
    'bad_request',
    vscode.l10n.t('Up to {0} runs can be compared; {1} are chosen.', MAX_COMPARED, count),
  );

const titleOf = (runIds: readonly string[]): string => vscode.l10n.t('Compare {0} Runs', runIds.length);
