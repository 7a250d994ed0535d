/** Webhooks, as clients make and change them. What they may say is checked by whoever asks. */
import { type WebhookRow, WebhookReads, type WebhookStatus } from './webhookReads';
import type { Session } from './session';

export interface WebhookChange {
  readonly name?: string;
  readonly description?: string;
  readonly url?: string;
  readonly events?: readonly string[];
  readonly status?: WebhookStatus;
  readonly signed?: boolean;
}

export class WebhookWrites {
  private readonly reads: WebhookReads;

  constructor(private readonly session: Session) {
    this.reads = new WebhookReads(session.db);
  }

  create({ id, events, ...webhook }: Required<WebhookChange> & { readonly id: string }): WebhookRow {
    this.session.keep(['webhook', this.session.nowMs, { id, ...webhook, events: [...events] }]);
    return this.reads.one(id);
  }

  update({ id, change: { events, ...change } }: { readonly id: string; readonly change: WebhookChange }): {
    readonly before: WebhookRow;
    readonly now: WebhookRow;
  } {
    const before = this.reads.one(id);
    // Each change has a time of its own: clients tell by it that there was one.
    const atMs = Math.max(this.session.nowMs, before.updated_ms + 1);
    this.session.keep(['webhook', atMs, { id, ...change, ...(events === undefined ? {} : { events: [...events] }) }]);
    return { before, now: this.reads.one(id) };
  }

  delete({ id }: { readonly id: string }): void {
    this.reads.one(id);
    this.session.keep(['webhook', this.session.nowMs, { id, deleted: true }]);
  }
}
