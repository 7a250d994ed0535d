/** Whose requests are answered at all, asked before anything is routed or read: a page of a browser must not reach an endpoint. */
import { Failure } from './failure';

/** What an endpoint on the port is called by whoever is on this machine. */
export const hostsOf = (port: number): ReadonlySet<string> =>
  new Set(['127.0.0.1', 'localhost', '[::1]'].map((host) => `${host}:${String(port)}`));

/** @throws Failure `forbidden` for what is meant for another machine */
export function requireHost(host: string | undefined, hosts: ReadonlySet<string>): void {
  if (!hosts.has(host?.toLowerCase() ?? ''))
    throw new Failure('forbidden', 'This endpoint answers only what is meant for this machine (Host).');
}

/** @throws Failure `forbidden` for what a page of another origin asks */
export function requireOrigin(
  origin: string | undefined,
  fetchSite: string | string[] | undefined,
  hosts: ReadonlySet<string>,
): void {
  const isForeign = origin !== undefined && !hosts.has(origin.toLowerCase().replace(/^http:\/\//, ''));
  if (isForeign || fetchSite === 'cross-site')
    throw new Failure('forbidden', 'This endpoint does not answer pages of other origins (Origin).');
}

export interface Guard {
  /** Null: whoever reaches it may ask. */
  readonly key: string | null;
  /** Whether only this machine can reach it. */
  readonly isLocal: boolean;
}

export const noKey = (): Failure =>
  new Failure(
    'unauthenticated',
    'This endpoint is asked with its key: Authorization: Bearer KEY, X-API-Key or api-key.',
  );
