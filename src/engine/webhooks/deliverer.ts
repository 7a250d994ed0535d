/**
 * Brings to receivers what is to be told, beside everything else: at most a few at a time, one at a time to each webhook,
 * and what waits is bounded. What fails for a while is tried again, as MLflow does (429, 500, 502, 503, 504, the network).
 */
import { randomUUID } from 'node:crypto';
import { NotAllowed, type Post } from './post';
import { headersOf } from './signing';

export interface Limits {
  /** Deliveries under way at once. */
  readonly active: number;
  readonly waiting: number;
  readonly waitingBytes: number;
  readonly retries: number;
  readonly timeoutMs: number;
  readonly backoffMs: number;
  /** The longest pause, also of those that receivers ask for. */
  readonly maxPauseMs: number;
}
const LIMITS: Limits = {
  active: 4,
  waiting: 1000,
  waitingBytes: 32_000_000,
  retries: 3,
  timeoutMs: 30_000,
  backoffMs: 1000,
  maxPauseMs: 60_000,
};
const TRIED_AGAIN: ReadonlySet<number> = new Set([429, 500, 502, 503, 504]);

export interface Clock {
  unixMs(): number;
  /** Of a clock that nobody sets. */
  monotonicMs(): number;
  /** From 0 to 1. */
  random(): number;
  /** @returns what takes it back */
  later(delayMs: number, run: () => void): () => void;
}
const CLOCK: Clock = {
  unixMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  random: () => Math.random(),
  later: (delayMs, run) => {
    const timer = setTimeout(run, delayMs).unref();
    return () => {
      clearTimeout(timer);
    };
  },
};

export interface Outgoing {
  readonly webhookId: string;
  /** For the log: the webhook and what happened. */
  readonly label: string;
  readonly url: string;
  readonly secret: string | null;
  readonly body: string;
}

interface Delivery extends Outgoing {
  readonly deliveryId: string;
  readonly sizeBytes: number;
  tries: number;
  notBeforeMs: number;
}

export type Outcome =
  | { readonly kind: 'answered'; readonly status: number; readonly retryAfter: string | null; readonly body: string }
  | { readonly kind: 'failed'; readonly reason: string; readonly isFinal: boolean };

export class Deliverer {
  /** Oldest first, with those that are to be tried again. */
  private waiting: Delivery[] = [];
  private waitingBytes = 0;
  private dropped = 0;
  private readonly active = new Map<string, AbortController>();
  private cancelWake: (() => void) | null = null;
  private isClosed = false;
  private readonly limits: Limits;

  constructor(
    private readonly post: Post,
    private readonly log: (message: string) => void,
    private readonly clock: Clock = CLOCK,
    limits: Partial<Limits> = {},
  ) {
    this.limits = { ...LIMITS, ...limits };
  }

  /** Returns at once. */
  add(outgoing: Outgoing): void {
    if (this.isClosed) return;
    this.wait({
      ...outgoing,
      deliveryId: randomUUID(),
      sizeBytes: Buffer.byteLength(outgoing.body),
      tries: 0,
      notBeforeMs: 0,
    });
    this.next();
  }

  /** One attempt, which whoever asks waits for. */
  async once(outgoing: Outgoing): Promise<Outcome> {
    return this.attempt({ ...outgoing, deliveryId: randomUUID() }, new AbortController());
  }

  /** What waits for a webhook is not wanted any more. */
  forget(webhookId: string): void {
    this.waiting = this.waiting.filter((delivery) => delivery.webhookId !== webhookId);
    this.waitingBytes = this.waiting.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    this.active.get(webhookId)?.abort(new Error('the webhook was changed or deleted'));
  }

  close(): void {
    this.isClosed = true;
    this.cancelWake?.();
    const left = this.waiting.length + this.active.size;
    if (left > 0) this.log(`webhooks: ${String(left)} deliveries are given up, the engine ends`);
    this.waiting = [];
    for (const controller of this.active.values()) controller.abort(new Error('the engine ends'));
  }

  private wait(delivery: Delivery): void {
    this.waiting.push(delivery);
    this.waitingBytes += delivery.sizeBytes;
    while (this.waiting.length > this.limits.waiting || this.waitingBytes > this.limits.waitingBytes) this.drop();
  }

  private drop(): void {
    const oldest = this.waiting.shift();
    if (!oldest) return;
    this.waitingBytes -= oldest.sizeBytes;
    // Once for a thousand: a burst must not fill the log.
    if (this.dropped++ % 1000 === 0)
      this.log(`${oldest.label}: not delivered, too many wait (${String(this.dropped)} were dropped so far)`);
  }

  private next(): void {
    this.cancelWake?.();
    this.cancelWake = null;
    if (this.isClosed) return;
    const nowMs = this.clock.monotonicMs();
    while (this.active.size < this.limits.active) {
      const index = this.waiting.findIndex((one) => one.notBeforeMs <= nowMs && !this.active.has(one.webhookId));
      const [delivery] = index === -1 ? [] : this.waiting.splice(index, 1);
      if (!delivery) break;
      this.waitingBytes -= delivery.sizeBytes;
      void this.deliver(delivery);
    }
    const due = this.waiting.filter(({ notBeforeMs }) => notBeforeMs > nowMs).map(({ notBeforeMs }) => notBeforeMs);
    if (due.length === 0) return;
    this.cancelWake = this.clock.later(Math.min(...due) - nowMs, () => {
      this.next();
    });
  }

  private async deliver(delivery: Delivery): Promise<void> {
    const controller = new AbortController();
    this.active.set(delivery.webhookId, controller);
    const outcome = await this.attempt(delivery, controller);
    this.active.delete(delivery.webhookId);
    if (this.isClosed) return;
    this.settle(delivery, outcome);
    this.next();
  }

  private settle(delivery: Delivery, outcome: Outcome): void {
    if (outcome.kind === 'answered' && outcome.status >= 200 && outcome.status < 300) return;
    const mayMend = outcome.kind === 'answered' ? TRIED_AGAIN.has(outcome.status) : !outcome.isFinal;
    const tries = delivery.tries + 1;
    if (mayMend && tries <= this.limits.retries) {
      const notBeforeMs = this.clock.monotonicMs() + this.pauseMs(tries, outcome);
      this.wait({ ...delivery, tries, notBeforeMs });
      return;
    }
    const reason = outcome.kind === 'failed' ? outcome.reason : `the receiver answered ${String(outcome.status)}`;
    const times = tries === 1 ? 'once' : `${String(tries)} times`;
    this.log(`${delivery.label}: not delivered, ${reason} (tried ${times})`);
  }

  /** 1 s, 2 s, 4 s and up to a second more, or what the receiver asks for. */
  private pauseMs(tries: number, outcome: Outcome): number {
    const { backoffMs, maxPauseMs } = this.limits;
    const asked = outcome.kind === 'answered' ? askedPauseMs(outcome.retryAfter, this.clock.unixMs()) : null;
    return Math.min(asked ?? backoffMs * (2 ** (tries - 1) + this.clock.random()), maxPauseMs);
  }

  private async attempt(
    { url, secret, body, deliveryId }: Outgoing & { readonly deliveryId: string },
    controller: AbortController,
  ): Promise<Outcome> {
    const { signal } = controller;
    let isLate = false;
    const cancel = this.clock.later(this.limits.timeoutMs, () => {
      isLate = true;
      controller.abort(new Error(`no answer within ${String(this.limits.timeoutMs / 1000)} s`));
    });
    const timestampS = Math.floor(this.clock.unixMs() / 1000);
    const headers = headersOf(secret, { deliveryId, timestampS, body });
    try {
      return { kind: 'answered', ...(await this.post({ url, headers, body, signal })) };
    } catch (error) {
      const isFinal = error instanceof NotAllowed || (signal.aborted && !isLate);
      return { kind: 'failed', reason: reasonOf(signal.aborted ? signal.reason : error), isFinal };
    } finally {
      cancel();
    }
  }
}

function reasonOf(error: unknown): string {
  // Of a host with several addresses that can't be reached there is an error of each, and no words for all.
  if (error instanceof AggregateError && error.message === '') return error.errors.map(reasonOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}

/** @returns null where a receiver asks for no pause that can be understood */
function askedPauseMs(retryAfter: string | null, nowMs: number): number | null {
  if (retryAfter === null) return null;
  if (/^\s*\d+\s*$/.test(retryAfter)) return Number(retryAfter) * 1000;
  const atMs = Date.parse(retryAfter);
  return Number.isNaN(atMs) ? null : Math.max(0, atMs - nowMs);
}
