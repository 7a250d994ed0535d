/**
 * The key of an endpoint: in its folder, for this user alone, as it outlasts a restart and the engine asks with it. It is never
 * in an argument, which others of the machine could read.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { EndpointFile } from '../endpoints';
import { endpointFolder, makeEndpointFolder } from './endpointFolder';
import { writeAtomically } from './storeFolder';

const KEY = /^lwk_[\w-]{43}$/;
const fileOf = (store: string, name: string): string => join(endpointFolder(store, name), 'key');

export const newKey = (): string => `lwk_${randomBytes(32).toString('base64url')}`;

export function keepKey(store: string, name: string, key: string): void {
  makeEndpointFolder(store, name);
  writeAtomically(fileOf(store, name), `${key}\n`, 0o600);
}

export const removeKey = (store: string, name: string): void => rmSync(fileOf(store, name), { force: true });

/** Null if there is none, or what is there was not written by us. */
export function readKey(store: string, name: string): string | null {
  try {
    const key = readFileSync(fileOf(store, name), 'utf8').trim();
    return KEY.test(key) ? key : null;
  } catch {
    return null;
  }
}

type Keyed = Pick<EndpointFile, 'name' | 'key'>;

/** Null for one that needs none. */
export const keyOf = (store: string, { name, key }: Keyed): string | null => (key ? readKey(store, name) : null);

/** Of requests to it. */
export function keyHeaders(store: string, endpoint: Keyed): Record<string, string> {
  const kept = keyOf(store, endpoint);
  return kept === null ? {} : { Authorization: `Bearer ${kept}` };
}
