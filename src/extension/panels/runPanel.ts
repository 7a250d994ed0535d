/** The pages of runs: one for each run. */
import * as z from 'zod';
import { RunId } from '../../protocol/entities';
import type { RunRef } from '../commands/pickRun';
import { PageHost } from './host';
import { type OpenPage, PagePanels, type PanelParts } from './pagePanels';
import { runPageContract, runPageHandlers } from './runPage';

const PageState = z.object({ runId: RunId });
type PageState = z.infer<typeof PageState>;

export class RunPanels extends PagePanels<PageState> {
  constructor(parts: PanelParts) {
    super(parts, { viewType: 'loopwright.run', bundle: 'run', state: PageState });
  }

  show({ session, row }: RunRef): void {
    this.reveal({ runId: row.runId }, row.name, session);
  }

  protected override runIdsOf({ runId }: PageState): readonly string[] {
    return [runId];
  }

  protected override connect(page: OpenPage<PageState>) {
    const { actions, attempt, showLog, log } = this.parts;
    const handlers = runPageHandlers({
      runId: page.state.runId,
      session: page.session,
      actions: actions(),
      showLog,
      onLoaded: (name) => this.retitle(page, name),
    });
    return new PageHost(page.panel, { contract: runPageContract, handlers, attempt, log });
  }
}
