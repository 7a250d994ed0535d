/** How far it has come: a line in the terminal, and metrics of the run. */
import type { ScorePlan } from '../protocol/score';

/** Between two lines. */
const EVERY_MS = 2000;

export interface ProgressSink {
  line(text: string): void;
  metrics(step: number, values: Readonly<Record<string, number>>): void;
}

export class Progress {
  rows = 0;
  bad = 0;
  private readonly startedMs: number;
  private toldMs: number;
  private step = 0;

  /**
   * @param rowsBefore what earlier processes of this job have done
   * @param share of the input that lies behind a place of it, 0 to 1
   */
  constructor(
    private readonly plan: Pick<ScorePlan, 'rows'>,
    private readonly rowsBefore: number,
    private readonly sink: ProgressSink,
    private readonly now: () => number = () => Date.now(),
  ) {
    this.startedMs = this.toldMs = now();
  }

  get seconds(): number {
    return (this.now() - this.startedMs) / 1000;
  }

  get rowsPerSecond(): number {
    return this.rows / Math.max(this.seconds, 0.001);
  }

  add(rows: number, bad: number, share: number, shareBefore: number): void {
    this.rows += rows;
    this.bad += bad;
    if (this.now() - this.toldMs < EVERY_MS) return;
    this.tell(share, shareBefore);
  }

  tell(share: number, shareBefore: number): void {
    this.toldMs = this.now();
    const all = this.rowsBefore + this.rows;
    const rate = this.rowsPerSecond;
    const done = share - shareBefore;
    const left = done > 0 && share < 1 ? ((1 - share) / done) * this.seconds : null;
    const of = this.plan.rows === null ? `, ${String(Math.floor(share * 100))} %` : ` of ${grouped(this.plan.rows)}`;
    const bad = this.bad > 0 ? `, ${grouped(this.bad)} bad` : '';
    const until = left === null ? '' : `, ${durationWords(left)} left`;
    this.sink.line(`${grouped(all)} rows${of}, ${grouped(Math.round(rate))} a second${bad}${until}`);
    this.sink.metrics(this.step++, { rows: all, bad_rows: this.bad, rows_per_second: Math.round(rate) });
  }
}

/** Thousands apart. */
export const grouped = (count: number): string => String(count).replaceAll(/\B(?=(\d{3})+$)/g, '\u2009');

export function durationWords(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${String(whole)} s`;
  const minutes = Math.floor(whole / 60);
  return minutes < 60
    ? `${String(minutes)} min ${String(whole % 60)} s`
    : `${String(Math.floor(minutes / 60))} h ${String(minutes % 60)} min`;
}
