/** The webhooks of a store. Secrets are none of it: they stay with whoever gave them (`engine/webhooks`). */
import type { Database } from 'better-sqlite3';
import { doesNotExist, type Refusal } from './refusal';

export type WebhookStatus = 'ACTIVE' | 'DISABLED';

export interface WebhookRow {
  readonly webhook_id: string;
  readonly name: string;
  readonly description: string;
  readonly url: string;
  /** `entity.action` */
  readonly events: readonly string[];
  readonly status: WebhookStatus;
  /** Whether what it delivers is signed with a secret. */
  readonly signed: boolean;
  readonly created_ms: number;
  readonly updated_ms: number;
}

type Stored = Omit<WebhookRow, 'events' | 'signed'> & { readonly events: string; readonly signed: number };

const COLUMNS = 'webhook_id, name, description, url, events, status, signed, created_ms, updated_ms';

export class WebhookReads {
  private readonly statements;

  constructor(db: Database) {
    this.statements = {
      one: db.prepare<[string], Stored>(`SELECT ${COLUMNS} FROM webhooks WHERE webhook_id = ?`),
      page: db.prepare<[number, number], Stored>(
        `SELECT ${COLUMNS} FROM webhooks ORDER BY created_ms DESC, ordinal DESC LIMIT ? OFFSET ?`,
      ),
    };
  }

  /** @throws Refusal `RESOURCE_DOES_NOT_EXIST` */
  one(id: string): WebhookRow {
    const found = this.statements.one.get(id);
    if (found) return rowOf(found);
    throw noWebhook(id);
  }

  /** Newest first. */
  page(offset: number, limit: number): WebhookRow[] {
    return this.statements.page.all(limit, offset).map(rowOf);
  }

  all(): WebhookRow[] {
    return this.page(0, -1);
  }
}

export const noWebhook = (id: string): Refusal => doesNotExist(`Webhook with ID ${id} not found.`);

const rowOf = ({ events, signed, ...row }: Stored): WebhookRow => ({
  ...row,
  events: JSON.parse(events) as string[],
  signed: signed === 1,
});
