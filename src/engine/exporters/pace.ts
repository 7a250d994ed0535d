/** How far an export has come, and whether it shall go on. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { LoopwrightError } from '../../protocol/errors';
import type { ExportState } from '../../protocol/exports';

/** That it is cancelled is heard so often. */
const BREATH_MS = 50;

export class Pace {
  private step: ExportState['step'] = null;
  private ofStep = 0;
  private total = 0;
  private lastMs = performance.now();

  constructor(
    private readonly signal: AbortSignal,
    private readonly tell: (state: ExportState) => void,
  ) {}

  begin(step: NonNullable<ExportState['step']>, total: number): void {
    this.step = step;
    this.ofStep = 0;
    this.total = total;
    this.say();
  }

  /** So many more of the step are done. @throws LoopwrightError `cancelled` */
  async done(count: number): Promise<void> {
    this.ofStep += count;
    const nowMs = performance.now();
    if (nowMs - this.lastMs < BREATH_MS) return;
    this.lastMs = nowMs;
    this.say();
    await nextTurn(); // a message that it is cancelled is heard now
    if (this.signal.aborted) throw new LoopwrightError('cancelled', 'The export was cancelled.');
  }

  private say(): void {
    this.tell({ isRunning: true, step: this.step, done: Math.min(this.ofStep, this.total), total: this.total });
  }
}
