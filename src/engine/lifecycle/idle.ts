/** Ends the engine when nothing needs it. */

/** Long enough to outlive a window's reload and the pause between two commands. */
const PATIENCE_MS = Number(process.env.LOOPWRIGHT_IDLE_MS ?? 60_000);

export class Idle {
  private readonly reasons = new Set<string>();
  private timer: NodeJS.Timeout | null = null;

  constructor(private readonly onIdle: () => void) {}

  start(): void {
    this.check();
  }

  /** Says that something does or does not need the engine any more. */
  busyWith(reason: string, isBusy: boolean): void {
    if (isBusy) this.reasons.add(reason);
    else this.reasons.delete(reason);
    this.check();
  }

  private check(): void {
    if (this.reasons.size > 0) {
      if (this.timer) clearTimeout(this.timer);
      this.timer = null;
    } else {
      this.timer ??= setTimeout(this.onIdle, PATIENCE_MS);
    }
  }
}
