/** How much room the stores take, for the view's title; looked at once a minute at most. */
import { LoopwrightError } from '../../../protocol/errors';
import { formatSize } from '../../../protocol/format';
import type { StoreSession } from '../../stores/session';

const LOOK_AGAIN_MS = 60_000;

export class StoreSize {
  private lastMs = Number.NEGATIVE_INFINITY;

  /** @returns what the title says of it; '' where the store is gone, null if it was looked at a moment ago, or none can be asked */
  async look(sessions: readonly Pick<StoreSession, 'state' | 'request'>[], nowMs: number): Promise<string | null> {
    const open = sessions.filter(({ state }) => state.kind === 'open' && state.store.state !== 'unusable');
    if (this.lastMs !== Number.NEGATIVE_INFINITY && sessions.every(({ state }) => state.kind === 'absent')) {
      this.lastMs = Number.NEGATIVE_INFINITY;
      return '';
    }
    if (open.length === 0 || nowMs - this.lastMs < LOOK_AGAIN_MS) return null;
    this.lastMs = nowMs;
    try {
      const usages = await Promise.all(open.map((session) => session.request('store/usage', {})));
      const bytes = usages.flatMap(({ parts }) => parts).reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
      return formatSize(bytes);
    } catch (thrown) {
      const error = LoopwrightError.from(thrown);
      if (error.code !== 'engine_unavailable') throw error;
      this.lastMs = Number.NEGATIVE_INFINITY; // the engine ended meanwhile: the next one is asked at the next look
      return null;
    }
  }
}
