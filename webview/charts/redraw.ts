/** Spreads the drawing of many charts over frames, so that a live page still scrolls. */

/** A chart is drawn anew at most this often. */
const MIN_INTERVAL_MS = 250;

/** What charts may take of one frame; the rest wait for the next. */
const FRAME_BUDGET_MS = 8;
/**
 * Of a page that fills for the first time nobody scrolls yet, and painting a frame costs more than drawing a chart where
 * there is no GPU: several come with each frame.
 */
const FIRST_BUDGET_MS = 50;

export interface Drawable {
  drawNow(): Promise<void>;
}

class RedrawQueue {
  private readonly waiting = new Set<Drawable>();
  private readonly lastDrawn = new WeakMap<Drawable, number>();
  private isBusy = false;

  /** Draws the chart soon. Asking again before that changes nothing. */
  ask(chart: Drawable): void {
    this.waiting.add(chart);
    if (!this.isBusy) void this.work();
  }

  forget(chart: Drawable): void {
    this.waiting.delete(chart);
  }

  private async work(): Promise<void> {
    this.isBusy = true;
    while (this.waiting.size > 0) {
      await nextFrame();
      const startedAt = performance.now();
      let hasDrawn = false;
      for (const chart of this.waiting) {
        const last = this.lastDrawn.get(chart);
        if (last !== undefined && performance.now() - last < MIN_INTERVAL_MS) continue;
        const budgetMs = last === undefined ? FIRST_BUDGET_MS : FRAME_BUDGET_MS;
        if (hasDrawn && performance.now() - startedAt >= budgetMs) break;
        this.waiting.delete(chart);
        this.lastDrawn.set(chart, performance.now());
        await chart.drawNow();
        hasDrawn = true;
      }
      if (!hasDrawn) await pause(MIN_INTERVAL_MS / 5);
    }
    this.isBusy = false;
  }
}

export const redrawQueue = new RedrawQueue();

/** A page in the background gets no frames, yet must not stand still for ever. */
function nextFrame(): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, 500);
    requestAnimationFrame(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}

function pause(delayMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, delayMs));
}
