/** One request for predictions, from when it is read to when it is answered, and the name under which it is remembered. */
import { randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { NamedTensor } from '../inference/datatype';
import type { ServedModel } from '../protocol/endpoints';

export interface Call {
  /** That of the client where it sent one. */
  id: string;
  readonly dialect: string;
  readonly timeMs: number;
  /** On the clock that never goes back. */
  readonly sinceMs: number;
  /** What it was answered by; null until it is read. */
  model: ServedModel | null;
  /** Null until they are read. */
  feeds: readonly NamedTensor[] | null;
  outputs: readonly NamedTensor[] | null;
}

const MAX_ID = 128;
/** Ids of one start begin alike, and no other start's do. */
const OWN = `${randomBytes(9).toString('base64url')}.`;
let made = 0;

/** One that has no id gets one, as if its client had sent it. */
export function newCall(dialect: string, headers: IncomingHttpHeaders): Call {
  const sent = headers['x-request-id'] ?? headers['x-ms-client-request-id'] ?? headers['x-ms-request-id'];
  const id = typeof sent === 'string' && isId(sent) ? sent : `${OWN}${(++made).toString(36)}`;
  headers['x-request-id'] ??= id;
  return { id, dialect, timeMs: Date.now(), sinceMs: performance.now(), model: null, feeds: null, outputs: null };
}

/** The id that the dialect has a place for; one that can't be kept is as none. */
export function takeId(call: Call | null, id: string): void {
  if (call && isId(id)) call.id = id;
}

export const isId = (text: string): boolean => text.length > 0 && text.length <= MAX_ID;

/** Whether it is of the form of those that are made here. */
export const isOwn = (id: string): boolean => id.startsWith(OWN);

/** Whether it was made since this process was started. */
export function isMade(id: string): boolean {
  if (!isOwn(id)) return false;
  const count = Number.parseInt(id.slice(OWN.length), 36);
  return count >= 1 && count <= made;
}

/** Headers that say it; none for one that a header can't have. */
export const idHeader = ({ id }: Call): Readonly<Record<string, string>> | undefined =>
  /^[ -~]+$/.test(id) ? { 'x-request-id': id } : undefined;
