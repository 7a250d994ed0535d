/** Runs a task again whenever asked: never twice at a time, never more often than the interval. */
export class Refresher {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private lastStart = Number.NEGATIVE_INFINITY;
  private isRunning = false;
  private isAsked = false;

  constructor(
    private readonly task: () => Promise<void>,
    private readonly intervalMs: number,
  ) {}

  ask(): void {
    if (this.isRunning) {
      this.isAsked = true;
      return;
    }
    const wait = Math.max(0, this.lastStart + this.intervalMs - performance.now());
    this.timer ??= setTimeout(() => void this.run(), wait);
  }

  private async run(): Promise<void> {
    this.timer = undefined;
    this.isRunning = true;
    this.lastStart = performance.now();
    try {
      await this.task();
    } finally {
      this.isRunning = false;
      if (this.isAsked) {
        this.isAsked = false;
        this.ask();
      }
    }
  }
}
