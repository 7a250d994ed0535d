/** How the engine asks endpoints: the one place that knows what a request needs to be answered. */
import { type EndpointFile, urlOf } from '../../protocol/endpoints';
import { keyHeaders } from '../../protocol/node/endpointKey';

const ANSWER_LIMIT_MS = 3_000;

/** @throws TypeError where nobody listens, a `TimeoutError` where nobody answers */
export const askEndpoint = (
  store: string,
  endpoint: EndpointFile,
  path: string,
  { body, limitMs = ANSWER_LIMIT_MS }: { readonly body?: string; readonly limitMs?: number } = {},
): Promise<Response> =>
  fetch(`${urlOf(endpoint.port, endpoint.host)}${path}`, {
    signal: AbortSignal.timeout(limitMs),
    headers: { ...keyHeaders(store, endpoint), ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) },
    ...(body === undefined ? {} : { method: 'POST', body }),
  });
