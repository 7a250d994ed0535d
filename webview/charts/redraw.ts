/** Spreads the drawing of many charts over frames, so that a live page still scrolls. */

/** A chart is drawn anew at most this often. */
const MIN_INTERVAL_MS = 250;

/** What charts may take of one frame; the rest wait for the next. */
const FRAME_BUDGET_MS = 8;

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
      const until = performance.now() + FRAME_BUDGET_MS;
      let hasDrawn = false;
      for (const chart of this.waiting) {
        if (performance.now() - (this.lastDrawn.get(chart) ?? Number.NEGATIVE_INFINITY) < MIN_INTERVAL_MS) continue;
        this.waiting.delete(chart);
        this.lastDrawn.set(chart, performance.now());
        await chart.drawNow();
        hasDrawn = true;
        if (performance.now() >= until) break;
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
