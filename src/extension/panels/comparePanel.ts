/** The pages that compare two runs of a notebook: one for each pair. */
import * as vscode from 'vscode';
import * as z from 'zod';
import { RunId } from '../../protocol/entities';
import type { RunPair } from '../notebooks/compareChoose';
import { plain } from '../text';
import { comparePageContract, comparePageHandlers } from './comparePage';
import { PageHost } from './host';
import type { OpenPage, PanelParts } from './pagePanels';
import { RunPagePanels } from './runPages';

const PageState = z.object({ before: RunId, after: RunId });
type PageState = z.infer<typeof PageState>;

export class ComparePanels extends RunPagePanels<PageState> {
  constructor(parts: PanelParts) {
    super(parts, { viewType: 'loopwright.compareNotebook', bundle: 'compareNotebook', icon: 'run', state: PageState });
    this.bringBack();
  }

  show({ session, before, after }: RunPair): void {
    const title = vscode.l10n.t('Compare {0}', plain(after.name));
    this.reveal({ before: before.runId, after: after.runId }, title, session);
  }

  protected override runIdsOf({ before, after }: PageState): readonly string[] {
    return [before, after];
  }

  protected override connect({ panel, state, session }: OpenPage<PageState>) {
    const { actions, attempt, showLog, log } = this.parts;
    const handlers = comparePageHandlers({ runIds: state, session, actions: actions(), showLog });
    return new PageHost(panel, { contract: comparePageContract, handlers, attempt, log });
  }
}
