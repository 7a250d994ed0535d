/**
 * Which webhooks this user has made on this machine, and their secrets. They lie in the user's state folder and not in the
 * store: what came with a clone is data from a stranger and sends nothing anywhere, and a store that is handed on takes no
 * secrets along.
 */
import { createHash } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import * as z from 'zod';
import { LoopwrightError } from '../../protocol/errors';
import { isMissing } from '../../protocol/node/addresses';
import { writeAtomically } from '../../protocol/node/storeFolder';
import type { WebhookRow } from '../clients';

const Approval = z.object({
  url: z.string(),
  /** Of all that decides what is sent where. */
  digest: z.string(),
  secret: z.string().nullable(),
});
const ApprovalsFile = z.object({ webhooks: z.record(z.string(), Approval) });
type Approval = z.infer<typeof Approval>;

export type Approved = Pick<WebhookRow, 'webhook_id' | 'url' | 'events' | 'status' | 'signed'>;

const NOT_OURS =
  'This webhook was not made by you on this machine, so nothing is sent to it. Update it with its URL (and its secret) to let it deliver.';
const CHANGED =
  'This webhook is another than the one that you made on this machine: its URL, events or status were changed in the store itself. Nothing is sent to it. Update it with its URL (and its secret) to let it deliver.';
const NO_SECRET =
  'The secret of this webhook is not on this machine, so nothing is sent to it. Update it with its secret to let it deliver.';

export class Approvals {
  private readonly known: Map<string, Approval>;

  /** @param file null for a store that nobody can tell from others */
  constructor(
    private readonly file: string | null,
    log: (message: string) => void,
  ) {
    this.known = new Map(Object.entries(file === null ? {} : read(file, log)));
  }

  get isEmpty(): boolean {
    return this.known.size === 0;
  }

  /** Whether it is what this user has made, whatever of its secret. */
  covers(webhook: Approved): boolean {
    return this.known.get(webhook.webhook_id)?.digest === digestOf(webhook);
  }

  /** @returns null for a webhook that may deliver */
  whyNot(webhook: Approved): string | null {
    const approval = this.known.get(webhook.webhook_id);
    if (!approval) return NOT_OURS;
    if (!this.covers(webhook)) return CHANGED;
    return webhook.signed && approval.secret === null ? NO_SECRET : null;
  }

  secretOf({ webhook_id: id }: Pick<Approved, 'webhook_id'>): string | null {
    return this.known.get(id)?.secret ?? null;
  }

  /** @throws LoopwrightError `read_only` if it can't be written down: then it is as before */
  grant(webhook: Approved, secret: string | null): void {
    const approval = { url: webhook.url, digest: digestOf(webhook), secret };
    this.write(new Map(this.known).set(webhook.webhook_id, approval));
  }

  /** @throws LoopwrightError `read_only` */
  revoke(id: string): void {
    if (!this.known.has(id)) return;
    const left = new Map(this.known);
    left.delete(id);
    this.write(left);
  }

  private write(next: ReadonlyMap<string, Approval>): void {
    try {
      if (this.file === null) throw new Error('the store has no store.json');
      if (next.size === 0) rmSync(this.file, { force: true });
      else writeAtomically(this.file, `${JSON.stringify({ webhooks: Object.fromEntries(next) })}\n`, 0o600);
    } catch (error) {
      const cause = error instanceof Error ? error.message : String(error);
      throw new LoopwrightError('read_only', `What you allow webhooks to send can't be written down (${cause}).`, {
        cause: error,
      });
    }
    this.known.clear();
    for (const [id, approval] of next) this.known.set(id, approval);
  }
}

function read(file: string, log: (message: string) => void): Readonly<Record<string, Approval>> {
  try {
    return ApprovalsFile.parse(JSON.parse(readFileSync(file, 'utf8'))).webhooks;
  } catch (error) {
    if (!isMissing(error)) log(`webhooks: ${file} can't be read, so none of them delivers`);
    return {};
  }
}

function digestOf({ webhook_id: id, url, events, status, signed }: Approved): string {
  const content = JSON.stringify([id, url, [...events].sort(), status, signed]);
  return createHash('sha256').update(content).digest('hex');
}
