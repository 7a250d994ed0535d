/** Pages that are about runs: found again by them, and told when they change. */
import type { StoreSession } from '../stores/session';
import { type Change, type OpenPage, PagePanels } from './pagePanels';

export abstract class RunPagePanels<State> extends PagePanels<State> {
  /** The runs that a page is about: two pages about the same ones are the same page. */
  protected abstract runIdsOf(state: State): readonly string[];

  protected override keyOf(state: State): string {
    return this.runIdsOf(state).join(' ');
  }

  protected override concerns({ state }: OpenPage<State>, changed: Change): boolean {
    return changed === 'all' || this.runIdsOf(state).some((runId) => changed.runIds.includes(runId));
  }

  /** Of several runs some may be gone. */
  protected override async storeOf(state: State): Promise<StoreSession> {
    let failure: unknown;
    for (const runId of this.runIdsOf(state))
      try {
        return await this.parts.stores.ofRun(runId);
      } catch (error) {
        failure = error; // told if no other run is found either
      }
    throw failure;
  }
}
