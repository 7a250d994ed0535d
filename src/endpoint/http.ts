/** Bodies that are read within limits, and answers that are sent. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gunzip, inflate } from 'node:zlib';
import { type Answer, JSON_TYPE } from './dialect';
import { Failure } from './failure';

/** As it is sent, and as it is when it has been inflated. */
export const MAX_BODY_BYTES = 64 * 1024 * 1024;

const gunzipped = promisify(gunzip);
const inflated = promisify(inflate);

/** A page of another origin can send these without being asked whether it may. */
const FORMS = /^\s*(text\/plain|multipart\/|application\/x-www-form-urlencoded)/i;

/** @throws Failure */
export async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const { headers } = request;
  const type = headers['content-type'] ?? '';
  if (FORMS.test(type))
    throw new Failure('media_type', `A body of ${type.slice(0, 60)} is not read. Send Content-Type: application/json.`);
  if (Number(headers['content-length'] ?? 0) > MAX_BODY_BYTES) throw tooLarge();
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > MAX_BODY_BYTES) throw tooLarge();
    parts.push(part);
  }
  return plain(parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts), headers['content-encoding']);
}

async function plain(body: Buffer, encoding: string | undefined): Promise<Buffer> {
  const limit = { maxOutputLength: MAX_BODY_BYTES };
  const word = encoding?.trim().toLowerCase() ?? '';
  if (word === '' || word === 'identity') return body;
  if (word !== 'gzip' && word !== 'deflate')
    throw new Failure('media_type', `Content-Encoding ${word.slice(0, 60)} is not read: gzip and deflate are.`);
  try {
    return word === 'gzip' ? await gunzipped(body, limit) : await inflated(body, limit);
  } catch (error) {
    if (error instanceof RangeError) throw tooLarge();
    throw new Failure('invalid', `The body is not ${word}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

const tooLarge = (): Failure =>
  new Failure('too_large', `The body has more than ${String(MAX_BODY_BYTES / 1024 / 1024)} MiB.`);

export function send(
  response: ServerResponse,
  { status = 200, type = JSON_TYPE, body, headers }: Answer,
  more?: Readonly<Record<string, string>>,
): void {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  response.writeHead(status, {
    'Content-Type': type,
    'Content-Length': bytes.length,
    'X-Content-Type-Options': 'nosniff',
    'Cache-Control': 'no-store',
    ...headers,
    ...more,
  });
  response.end(bytes);
}
