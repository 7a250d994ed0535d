/** The webhooks of a store: made, changed, tried out, and told what has happened. */
import { randomUUID } from 'node:crypto';
import {
  invalid,
  noWebhook,
  type RegistryEvent,
  type Reply,
  valueOf,
  type WebhookChange,
  type WebhookRow,
  type Write,
  type WriteMethod,
  type WriteTable,
} from '../clients';
import type { Approvals } from './approvals';
import type { Deliverer, Outcome, Outgoing } from './deliverer';
import { bodyOf, exampleOf } from './events';
import { type UrlRules, whyNotUrl } from './urls';

/** Happenings that wait until it is known whom to tell. */
const MAX_HAPPENINGS = 1000;
const MAX_BODY_BYTES = 1_000_000;

export interface NewWebhook extends Required<Omit<WebhookChange, 'signed'>> {
  readonly secret: string | null;
}

export interface WebhookUpdate extends Omit<WebhookChange, 'signed'> {
  /** Empty to sign no more. */
  readonly secret?: string;
}

export interface TestResult {
  readonly success: boolean;
  readonly status: number | null;
  readonly body: string | null;
  readonly error: string | null;
}

/** What stands behind them. */
export interface WebhookStore {
  tell(writes: readonly Write[]): Promise<Reply[]>;
  webhooks(): Promise<readonly WebhookRow[]>;
}

interface Happening {
  readonly event: RegistryEvent;
  readonly atMs: number;
}

export class Webhooks {
  private happenings: Happening[] = [];
  private isTelling = false;
  /** Those of which the log says already why they deliver nothing. */
  private readonly silent = new Set<string>();

  constructor(
    private readonly store: WebhookStore,
    private readonly approvals: Approvals,
    private readonly deliverer: Deliverer,
    private readonly rules: UrlRules,
    private readonly log: (message: string) => void,
  ) {}

  /** @throws Refusal `INVALID_PARAMETER_VALUE` */
  async create({ secret, ...asked }: NewWebhook): Promise<WebhookRow> {
    this.requireUrl(asked.url);
    const id = randomUUID();
    const webhook = { ...asked, signed: secret !== null };
    // Before the webhook, so that there is none that can't deliver because this disk is full.
    this.approvals.grant({ webhook_id: id, ...webhook }, secret);
    try {
      return await this.write('webhooks/create', { id, ...webhook });
    } catch (error) {
      this.approvals.revoke(id);
      throw error;
    }
  }

  /** @throws Refusal `INVALID_PARAMETER_VALUE`, `RESOURCE_DOES_NOT_EXIST` */
  async update(id: string, { secret, ...asked }: WebhookUpdate): Promise<WebhookRow> {
    if (asked.url !== undefined) this.requireUrl(asked.url);
    const change = { ...asked, ...(secret === undefined ? {} : { signed: secret !== '' }) };
    const { before, now } = await this.write('webhooks/update', { id, change });
    const wasOurs = this.approvals.covers(before);
    // Who names the URL says where things may go; a stranger's webhook that gets another name does not become ours.
    if (wasOurs || asked.url !== undefined) {
      const kept = wasOurs ? this.approvals.secretOf(before) : null;
      this.approvals.grant(now, now.signed ? (secret ?? kept) : null);
      this.silent.delete(id);
    }
    if (now.status === 'DISABLED' || now.url !== before.url) this.deliverer.forget(id);
    return now;
  }

  /** @throws Refusal `RESOURCE_DOES_NOT_EXIST` */
  async delete(id: string): Promise<void> {
    await this.write('webhooks/delete', { id });
    this.deliverer.forget(id);
    this.approvals.revoke(id);
  }

  /**
   * Sends what MLflow sends of an event when it is tried out, once.
   *
   * @param event null for the first that the webhook asks for
   * @throws Refusal `RESOURCE_DOES_NOT_EXIST`
   */
  async test(id: string, event: string | null): Promise<TestResult> {
    const webhook = (await this.store.webhooks()).find((one) => one.webhook_id === id);
    if (!webhook) throw noWebhook(id);
    const name = event ?? webhook.events[0] ?? '';
    const example = exampleOf(name);
    const why = this.approvals.whyNot(webhook) ?? (example ? null : `There is no event ${JSON.stringify(name)}.`);
    if (why !== null || !example) return { success: false, status: null, body: null, error: why };
    return resultOf(await this.deliverer.once(this.outgoing(webhook, name, bodyOf(name, example, Date.now()))));
  }

  /** Returns at once: whoever changed something does not wait for those who want to hear of it. */
  happened(events: readonly RegistryEvent[]): void {
    if (this.approvals.isEmpty) return;
    const atMs = Date.now();
    this.happenings.push(...events.map((event) => ({ event, atMs })));
    const tooMany = this.happenings.splice(0, Math.max(0, this.happenings.length - MAX_HAPPENINGS));
    if (tooMany.length > 0) this.log(`webhooks: ${String(tooMany.length)} events are not told, too many wait`);
    void this.tellAll();
  }

  close(): void {
    this.happenings = [];
    this.deliverer.close();
  }

  private async tellAll(): Promise<void> {
    if (this.isTelling) return;
    this.isTelling = true;
    try {
      while (this.happenings.length > 0) {
        const told = this.happenings;
        this.happenings = [];
        const webhooks = (await this.store.webhooks()).filter((webhook) => this.mayDeliver(webhook));
        for (const happening of told) this.tell(happening, webhooks);
      }
    } catch (error) {
      this.log(`webhooks: events are not told: ${error instanceof Error ? error.message : String(error)}`);
    } finally {
      this.isTelling = false;
    }
  }

  private tell({ event: { event, data }, atMs }: Happening, webhooks: readonly WebhookRow[]): void {
    const wanting = webhooks.filter(({ events }) => events.includes(event));
    if (wanting.length === 0) return;
    const body = bodyOf(event, data, atMs);
    const sizeBytes = Buffer.byteLength(body);
    for (const webhook of wanting) {
      const outgoing = this.outgoing(webhook, event, body);
      if (sizeBytes <= MAX_BODY_BYTES) this.deliverer.add(outgoing);
      else
        this.log(
          `${outgoing.label}: not delivered, it has ${String(sizeBytes)} bytes (at most ${String(MAX_BODY_BYTES)})`,
        );
    }
  }

  private mayDeliver(webhook: WebhookRow): boolean {
    if (webhook.status !== 'ACTIVE') return false;
    const why = this.approvals.whyNot(webhook);
    if (why !== null && !this.silent.has(webhook.webhook_id)) {
      this.silent.add(webhook.webhook_id);
      this.log(`webhook ${JSON.stringify(webhook.name)}: ${why}`);
    }
    return why === null;
  }

  private outgoing(webhook: WebhookRow, event: string, body: string): Outgoing {
    const { webhook_id: id, name, url } = webhook;
    // The rest of a URL may be a secret, too.
    const host = URL.parse(url)?.host ?? 'its receiver';
    const label = `webhook ${JSON.stringify(name)} (${id}), ${event} to ${host}`;
    return { webhookId: id, label, url, secret: this.approvals.secretOf(webhook), body };
  }

  private requireUrl(url: string): void {
    const why = whyNotUrl(url, this.rules);
    if (why !== null) throw invalid(why);
  }

  private async write<M extends WriteMethod & `webhooks/${string}`>(
    method: M,
    params: Parameters<WriteTable[M]>[0],
  ): Promise<ReturnType<WriteTable[M]>> {
    const [reply] = await this.store.tell([{ method, params }]);
    // The method's own answer.
    return valueOf(reply) as ReturnType<WriteTable[M]>;
  }
}

function resultOf(outcome: Outcome): TestResult {
  if (outcome.kind === 'failed') return { success: false, status: null, body: null, error: outcome.reason };
  const { status, body } = outcome;
  const isRedirect = status >= 300 && status < 400;
  const error = isRedirect ? `The receiver answers ${String(status)}: redirects are not followed.` : null;
  return { success: status >= 200 && status < 300, status, body, error };
}
