/** What the processes that ask tell the one that looks after the soak. */
import type { Protocol } from './asked';

/** Of one connection. */
export interface ConnectionReport {
  readonly connection: string;
  readonly protocol: Protocol;
  readonly answered: number;
}

export type Report =
  | { readonly kind: 'progress'; readonly answered: number; readonly labelled: number }
  | {
      readonly kind: 'done';
      readonly connections: readonly ConnectionReport[];
      readonly labelled: number;
      readonly times: readonly number[];
    }
  | { readonly kind: 'wrong'; readonly message: string };

/** How one is started: its argument. */
export interface ClientOrder {
  readonly url: string;
  /** Which of the processes it is. */
  readonly process: number;
  /** Of each protocol. */
  readonly connections: number;
  readonly requests: number;
  readonly untilMs: number;
}

/** Times of requests, told apart to 5 %. */
export class Times {
  readonly counts: number[] = [];

  add(ms: number): void {
    const at = Math.max(0, Math.ceil(Math.log(ms / LEAST_MS) / Math.log(STEP)));
    while (this.counts.length <= at) this.counts.push(0);
    this.counts[at] = (this.counts[at] ?? 0) + 1;
  }

  /** The time that so large a share stays below. */
  static below(counts: readonly number[], share: number): number {
    const all = counts.reduce((sum, count) => sum + count, 0);
    let sum = 0;
    const at = counts.findIndex((count) => (sum += count) >= share * all);
    return LEAST_MS * STEP ** at;
  }
}
const LEAST_MS = 0.01;
const STEP = 1.05;
