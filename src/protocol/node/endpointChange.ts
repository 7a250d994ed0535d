/**
 * Another model for an endpoint that runs: what it is to be lies in a file of the endpoint's folder, and a request names that
 * file by its id. So no path comes by the network, and nobody who can't write to the store changes anything.
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { EndpointChange } from '../endpoints';
import { endpointFolder } from './endpointFolder';
import { writeAtomically } from './storeFolder';

const ID = /^[0-9a-f]{32}$/;
const folderOf = (store: string, name: string): string => join(endpointFolder(store, name), 'changes');
const fileOf = (store: string, name: string, id: string): string => join(folderOf(store, name), `${id}.json`);

/** @returns its id */
export function orderChange(store: string, name: string, change: EndpointChange): string {
  const id = randomBytes(16).toString('hex');
  mkdirSync(folderOf(store, name), { recursive: true });
  writeAtomically(fileOf(store, name, id), JSON.stringify(change), 0o600);
  return id;
}

/** What is to be done; null where nothing of that id was ordered. */
export function orderedChange(store: string, name: string, id: unknown): EndpointChange | null {
  if (typeof id !== 'string' || !ID.test(id)) return null;
  try {
    return EndpointChange.parse(JSON.parse(readFileSync(fileOf(store, name, id), 'utf8')));
  } catch {
    return null; // there is none, or what is there was not written by us
  }
}

export const forgetChange = (store: string, name: string, id: string): void =>
  rmSync(fileOf(store, name, id), { force: true });
