/**
 * One request to a receiver. No redirect is followed, no proxy is asked, and the connection goes to an address that was
 * looked at: between a look at a name and its use it could have come to mean something else.
 */
import { lookup } from 'node:dns';
import { request as requestHttp, type RequestOptions } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP } from 'node:net';
import { hostOf, isLocalName, type UrlRules, whyNotAddress, whyNotUrl } from './urls';

/** How much of an answer is read. */
const MAX_ANSWER_BYTES = 64_000;
const HERE = [
  { address: '127.0.0.1', family: 4 },
  { address: '::1', family: 6 },
];

export interface Order {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly signal: AbortSignal;
}

export interface Answer {
  readonly status: number;
  readonly retryAfter: string | null;
  readonly body: string;
}

/** @throws NotAllowed, or what the network says */
export type Post = (order: Order) => Promise<Answer>;

/** It may not be sent there: that is so the next time, too. */
export class NotAllowed extends Error {
  override readonly name = 'NotAllowed';
}

export const postUnder =
  (rules: UrlRules): Post =>
  async ({ url, headers, body, signal }) => {
    const why = whyNotUrl(url, rules);
    if (why !== null) throw new NotAllowed(why);
    const target = new URL(url);
    // Looking a host up can't be taken back: whoever gives up does not wait for it.
    const addresses = await Promise.race([addressesOf(hostOf(target), rules), whenAborted(signal)]);
    return send(target, addresses, { headers, body, signal });
  };

interface Address {
  readonly address: string;
  readonly family: number;
}

async function addressesOf(host: string, rules: UrlRules): Promise<Address[]> {
  const family = isIP(host);
  if (family !== 0) return [{ address: host, family }];
  const found = isLocalName(host) ? HERE : await lookUp(host);
  for (const { address } of found) {
    const why = whyNotAddress(host, address, rules);
    if (why !== null) throw new NotAllowed(why);
  }
  return found;
}

const whenAborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => {
      reject(signal.reason instanceof Error ? signal.reason : new Error('it was given up'));
    });
  });

let lastLookup: Promise<unknown> = Promise.resolve();

/** One after the other: names that nobody answers for must not take all the threads in which files are read, too. */
function lookUp(host: string): Promise<Address[]> {
  const found = lastLookup.then(
    () =>
      new Promise<Address[]>((resolve, reject) => {
        lookup(host, { all: true }, (error, all) => {
          if (error) reject(new Error(`the host '${host}' is not found (${error.code ?? error.message})`));
          else resolve(all);
        });
      }),
  );
  lastLookup = found.catch(() => undefined);
  return found;
}

function send(
  target: URL,
  addresses: readonly Address[],
  { headers, body, signal }: Omit<Order, 'url'>,
): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const [first] = addresses;
  const known: NonNullable<RequestOptions['lookup']> = (_, options, found) => {
    if (options.all === true) found(null, [...addresses]);
    else found(null, first?.address ?? '', first?.family);
  };
  const options: RequestOptions = {
    method: 'POST',
    headers: { ...headers, 'Content-Length': Buffer.byteLength(body) },
    // A connection of its own, which ends with the answer.
    agent: false,
    lookup: known,
    signal,
  };
  let onError: (error: Error) => void = reject;
  const request = (target.protocol === 'https:' ? requestHttps : requestHttp)(target, options, (response) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const answer = () => {
      resolve({
        status: response.statusCode ?? 0,
        retryAfter: response.headers['retry-after'] ?? null,
        body: Buffer.concat(chunks).subarray(0, MAX_ANSWER_BYTES).toString('utf8'),
      });
      request.destroy();
    };
    response.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size >= MAX_ANSWER_BYTES) answer();
    });
    // A status that was said counts, whatever comes of the rest.
    onError = answer;
    response.once('end', answer).once('error', answer).once('close', answer);
  });
  request.on('error', (error) => {
    onError(error);
  });
  request.end(body);
  return promise;
}
