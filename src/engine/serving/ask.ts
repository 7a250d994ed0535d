/** How the engine asks endpoints: the one place that knows what a request needs to be answered. */
import { type EndpointFile, urlOf } from '../../protocol/endpoints';

const ANSWER_LIMIT_MS = 3_000;

/** @throws TypeError where nobody listens, a `TimeoutError` where nobody answers */
export const askEndpoint = (
  { port }: EndpointFile,
  path: string,
  { body, limitMs = ANSWER_LIMIT_MS }: { readonly body?: string; readonly limitMs?: number } = {},
): Promise<Response> =>
  fetch(`${urlOf(port)}${path}`, {
    signal: AbortSignal.timeout(limitMs),
    ...(body === undefined ? {} : { method: 'POST', headers: { 'Content-Type': 'application/json' }, body }),
  });
