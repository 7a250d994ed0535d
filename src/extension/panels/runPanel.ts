/** The pages of runs: one for each run. */
import type * as vscode from 'vscode';
import * as z from 'zod';
import { RunId } from '../../protocol/entities';
import type { RunRef } from '../commands/pickRun';
import type { PageFocus } from '../commands/runActions';
import { ChartLayouts } from './charts';
import { PageHost } from './host';
import type { Change, OpenPage, PanelParts } from './pagePanels';
import { Rivals } from './rivals';
import { RunPagePanels } from './runPages';
import { runPageContract, runPageHandlers } from './runPage';

const PageState = z.object({ runId: RunId });
type PageState = z.infer<typeof PageState>;

export interface RunPanelsParts extends PanelParts {
  /** Of the workspace. */
  readonly memory: vscode.Memento;
}

export class RunPanels extends RunPagePanels<PageState> {
  private readonly layouts: ChartLayouts;
  private readonly rivals = new WeakMap<OpenPage<PageState>, Rivals>();

  constructor(parts: RunPanelsParts) {
    super(parts, { viewType: 'loopwright.run', bundle: 'run', icon: 'run', state: PageState });
    this.bringBack();
    this.layouts = new ChartLayouts(parts.memory);
  }

  show({ session, row }: RunRef, how?: PageFocus): void {
    this.reveal({ runId: row.runId }, row.name, session, how);
  }

  protected override runIdsOf({ runId }: PageState): readonly string[] {
    return [runId];
  }

  protected override concerns(page: OpenPage<PageState>, changed: Change): boolean {
    const isRivals = this.rivals.get(page)?.note(changed === 'all' ? changed : changed.runIds) ?? false;
    return super.concerns(page, changed) || isRivals;
  }

  protected override connect(page: OpenPage<PageState>) {
    const { actions, attempt, showLog, log } = this.parts;
    const rivals = new Rivals();
    this.rivals.set(page, rivals);
    const handlers = runPageHandlers({
      runId: page.state.runId,
      session: page.session,
      actions: actions(),
      showLog,
      layouts: this.layouts,
      rivals,
      log,
      onLoaded: (name) => this.retitle(page, name),
    });
    return new PageHost(page.panel, {
      contract: runPageContract,
      handlers,
      attempt,
      log,
      onUsed: () => this.keep(page),
      isReused: page.isReused,
    });
  }
}
