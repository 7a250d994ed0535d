/** Requests taken apart and answers sent: what stands between HTTP and the endpoints. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { MlflowError } from './answers';
import { LIST_FIELDS } from './wire';

/** MLflow's own limit of a batch, with room for what JSON adds. */
const MAX_BODY_BYTES = 20_000_000;

export function send(
  response: ServerResponse,
  body: string | Uint8Array,
  type: string,
  headers: Record<string, string> = {},
): void {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  response.writeHead(response.statusCode, {
    'Content-Type': type,
    'Content-Length': bytes.length,
    'X-Content-Type-Options': 'nosniff',
    'Cache-Control': 'no-store',
    ...headers,
  });
  response.end(bytes);
}

/** What an answer says. */
export const parsed = (answer: Uint8Array): unknown => JSON.parse(new TextDecoder().decode(answer));

/** @throws MlflowError for what is encoded wrongly */
export function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw new MlflowError(
      'INVALID_PARAMETER_VALUE',
      `The path ${JSON.stringify(path.slice(0, 200))} is not encoded rightly.`,
    );
  }
}

/** Keys that stand several times are lists. */
export function queryOf(url: URL): Record<string, unknown> {
  const asked: Record<string, unknown> = {};
  for (const key of new Set(url.searchParams.keys())) {
    const values = url.searchParams.getAll(key);
    asked[key] = values.length === 1 && !LIST_FIELDS.has(key) ? values[0] : values;
  }
  return asked;
}

export async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  const tooLarge = () =>
    new MlflowError('INVALID_PARAMETER_VALUE', `A request has at most ${String(MAX_BODY_BYTES)} bytes. Split it.`, 413);
  if (Number(request.headers['content-length'] ?? 0) > MAX_BODY_BYTES) throw tooLarge();
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw tooLarge();
    chunks.push(chunk);
  }
  if (size === 0) return {};
  let body: unknown;
  try {
    body = JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch (error) {
    throw new MlflowError('BAD_REQUEST', `The body is not JSON: ${error instanceof Error ? error.message : ''}`);
  }
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body as Record<string, unknown>;
  throw new MlflowError('BAD_REQUEST', 'The body is JSON, but no object.');
}

interface Issue {
  readonly code: string;
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** In MLflow's words, which its users know. */
export function badForm(issue: Issue | undefined, asked: Readonly<Record<string, unknown>>): MlflowError {
  const path = issue?.path ?? [];
  const name = path
    .map((part) => (typeof part === 'number' ? `[${String(part)}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./, '');
  let value: unknown = asked;
  for (const part of path)
    value = typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[part] : undefined;
  if ((value === undefined || value === null) && path.length > 0)
    return new MlflowError(
      'INVALID_PARAMETER_VALUE',
      `Missing value for required parameter '${name}'. See the API docs for more information about request parameters.`,
    );
  if (issue?.code === 'custom') return new MlflowError('INVALID_PARAMETER_VALUE', issue.message);
  const shown = JSON.stringify(value);
  return new MlflowError(
    'INVALID_PARAMETER_VALUE',
    `Invalid value ${shown.slice(0, 200)} for parameter '${name}' supplied: ${issue?.message ?? 'it has another form'}. See the API docs for more information about request parameters.`,
  );
}
