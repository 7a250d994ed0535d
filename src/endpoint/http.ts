/** Bodies that are read within limits, and answers that are sent. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gunzip, inflate } from 'node:zlib';
import { type Answer, JSON_TYPE } from './dialect';
import { Failure } from './failure';

/** As it is sent, and as it is when it has been inflated. */
export const MAX_BODY_BYTES = 64 * 1024 * 1024;
const MIN_PIECE_BYTES = 16 * 1024;
const MAX_PIECE_BYTES = 1024 * 1024;

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
  const body = await whole(request);
  const encoding = headers['content-encoding'];
  return encoding === undefined ? body : plain(body, encoding);
}

/** By events: to iterate over the parts of a small body takes several times as long as all else that is done with it here. */
function whole(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let size = 0;
    request.on('data', (part: Buffer) => {
      size += part.length;
      parts.push(part);
      if (size <= MAX_BODY_BYTES) return;
      request.pause();
      reject(tooLarge());
    });
    request.on('end', () => resolve(parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts)));
    request.on('error', reject);
    request.on('close', () => {
      // Also the end of each that was read whole, for which no error is made: that takes longer than the rest.
      if (!request.complete) reject(new Failure('invalid', 'The connection was closed within the body.'));
    });
  });
}

async function plain(body: Buffer, encoding: string): Promise<Buffer> {
  const word = encoding.trim().toLowerCase();
  if (word === '' || word === 'identity') return body;
  if (word !== 'gzip' && word !== 'deflate')
    throw new Failure('media_type', `Content-Encoding ${word.slice(0, 60)} is not read: gzip and deflate are.`);
  // In pieces of 16 kB, what inflates to 64 MiB would leave memory in shreds that nobody gives back.
  const chunkSize = Math.min(MAX_PIECE_BYTES, Math.max(MIN_PIECE_BYTES, body.length * 8));
  const options = { maxOutputLength: MAX_BODY_BYTES, chunkSize };
  try {
    return word === 'gzip' ? await gunzipped(body, options) : await inflated(body, options);
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
  response.writeHead(status, {
    'Content-Type': type,
    'Content-Length': Buffer.byteLength(body),
    'X-Content-Type-Options': 'nosniff',
    'Cache-Control': 'no-store',
    ...headers,
    ...more,
  });
  // A text is sent together with what stands before it; bytes are written by themselves.
  response.end(body);
}
