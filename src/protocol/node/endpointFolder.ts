/** Where endpoints of a store are kept, and which of them live. */
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ENDPOINT_NAME, EndpointFile } from '../endpoints';
import { bootId, isAlive } from './processes';
import { writeAtomically } from './storeFolder';

const FILE = 'endpoint.json';

export const endpointFolder = (store: string, name: string): string => join(store, 'endpoints', name);
export const endpointLog = (store: string, name: string): string => join(endpointFolder(store, name), 'log');

export function makeEndpointFolder(store: string, name: string): void {
  mkdirSync(endpointFolder(store, name), { recursive: true });
}

export function writeEndpoint(store: string, endpoint: EndpointFile): void {
  makeEndpointFolder(store, endpoint.name);
  writeAtomically(join(endpointFolder(store, endpoint.name), FILE), `${JSON.stringify(endpoint, null, 2)}\n`);
}

/** Unless another process has its place by now. */
export function removeEndpoint(store: string, name: string, pid: number): void {
  if (readEndpoint(store, name)?.process.pid === pid) rmSync(join(endpointFolder(store, name), FILE), { force: true });
}

/** Null if there is none, or its file is not of its form. */
export function readEndpoint(store: string, name: string): EndpointFile | null {
  if (!ENDPOINT_NAME.test(name)) return null;
  try {
    const read = EndpointFile.safeParse(JSON.parse(readFileSync(join(endpointFolder(store, name), FILE), 'utf8')));
    return read.success && read.data.name === name ? read.data : null;
  } catch {
    return null; // there is none, or what is there was not written by us
  }
}

/** By name, those whose process lives. */
export function livingEndpoints(store: string): EndpointFile[] {
  let names: string[];
  try {
    names = readdirSync(join(store, 'endpoints'));
  } catch {
    return []; // none was ever started
  }
  return names.toSorted().flatMap((name) => livingEndpoint(store, name) ?? []);
}

export function livingEndpoint(store: string, name: string): EndpointFile | null {
  const found = readEndpoint(store, name);
  return found && isAlive(found.process, found.boot, bootId()) ? found : null;
}
