/** Where endpoints of a store are kept, and which of them live. */
import {
  constants,
  copyFileSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { ENDPOINT_NAME, EndpointFile } from '../endpoints';
import { bootId, isAlive } from './processes';
import { writeAtomically } from './storeFolder';

const FILE = 'endpoint.json';
/** Claims the name for one that can't be asked yet. */
const CLAIM = 'starting.json';
/** To take the name, where one claim after the other turns out to be of a dead process. */
const MOST_TRIES = 20;

/** There as soon as one was ever started. */
export const endpointsFolder = (store: string): string => join(store, 'endpoints');
export const endpointFolder = (store: string, name: string): string => join(endpointsFolder(store), name);
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

/**
 * Takes the name for a process that is about to serve. Of several that ask at once one gets it.
 *
 * @returns who has it: the claim itself, or the living endpoint that was sooner
 */
export function claimEndpoint(store: string, claim: EndpointFile): EndpointFile {
  const { name } = claim;
  makeEndpointFolder(store, name);
  const path = join(endpointFolder(store, name), CLAIM);
  const draft = `${path}.${String(claim.process.pid)}.tmp`;
  try {
    writeFileSync(draft, `${JSON.stringify(claim)}\n`);
    for (let left = MOST_TRIES; ; left--) {
      const other = livingEndpoint(store, name) ?? startingEndpoint(store, name);
      if (other) return other;
      try {
        placeNew(draft, path);
        break;
      } catch (error) {
        if (codeOf(error) !== 'EEXIST' || left === 0) throw error;
        setAside(store, name);
      }
    }
  } finally {
    rmSync(draft, { force: true });
  }
  // One that was sooner may have become ready, and given up its claim, since we looked.
  const sooner = livingEndpoint(store, name);
  if (sooner) releaseClaim(store, claim);
  return sooner ?? claim;
}

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : null);

/** All of it or nothing where the file system has links. @throws EEXIST where something is there */
function placeNew(draft: string, path: string): void {
  try {
    linkSync(draft, path);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') throw error;
    copyFileSync(draft, path, constants.COPYFILE_EXCL);
  }
}

/** Takes the claim of a process that died while it started out of the way. */
function setAside(store: string, name: string): void {
  const folder = endpointFolder(store, name);
  const aside = `${CLAIM}.${String(process.pid)}.old`;
  try {
    renameSync(join(folder, CLAIM), join(folder, aside));
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return; // another process was sooner
    throw error;
  }
  // Another may have done the same, and claimed the name, since we looked: then it is given back.
  if (ifAlive(readEndpoint(store, name, aside))) placeNew(join(folder, aside), join(folder, CLAIM));
  rmSync(join(folder, aside), { force: true, recursive: true });
}

export function releaseClaim(store: string, { name, process: { pid } }: EndpointFile): void {
  if (readEndpoint(store, name, CLAIM)?.process.pid === pid)
    rmSync(join(endpointFolder(store, name), CLAIM), { force: true });
}

/** What a process has left that ended without a word. @returns whether there was something */
export function forgetEndpoint(store: string, name: string): boolean {
  const left = [FILE, CLAIM].filter((file) => readEndpoint(store, name, file) !== null);
  // The next of this name is none that has its key.
  for (const file of left.length > 0 ? [...left, 'key'] : [])
    rmSync(join(endpointFolder(store, name), file), { force: true });
  return left.length > 0;
}

/** Null if there is none, or its file is not of its form. */
export function readEndpoint(store: string, name: string, file = FILE): EndpointFile | null {
  if (!ENDPOINT_NAME.test(name)) return null;
  try {
    const read = EndpointFile.safeParse(JSON.parse(readFileSync(join(endpointFolder(store, name), file), 'utf8')));
    return read.success && read.data.name === name ? read.data : null;
  } catch {
    return null; // there is none, or what is there was not written by us
  }
}

export interface FoundEndpoint {
  readonly endpoint: EndpointFile;
  readonly state: 'starting' | 'living' | 'ended';
}

/** By name, also those whose process ended without a word. */
export function endpointsIn(store: string): FoundEndpoint[] {
  return namesIn(store).flatMap((name): FoundEndpoint[] => {
    const living = livingEndpoint(store, name);
    if (living) return [{ endpoint: living, state: 'living' }];
    const starting = startingEndpoint(store, name);
    if (starting) return [{ endpoint: starting, state: 'starting' }];
    const ended = readEndpoint(store, name, CLAIM) ?? readEndpoint(store, name);
    return ended ? [{ endpoint: ended, state: 'ended' }] : [];
  });
}

function namesIn(store: string): string[] {
  try {
    return readdirSync(endpointsFolder(store)).toSorted();
  } catch {
    return []; // none was ever started
  }
}

/** By name, those whose process lives and can be asked. */
export const livingEndpoints = (store: string): EndpointFile[] =>
  namesIn(store).flatMap((name) => livingEndpoint(store, name) ?? []);

export const livingEndpoint = (store: string, name: string): EndpointFile | null => ifAlive(readEndpoint(store, name));

export const startingEndpoint = (store: string, name: string): EndpointFile | null =>
  ifAlive(readEndpoint(store, name, CLAIM));

const ifAlive = (found: EndpointFile | null): EndpointFile | null =>
  found && isAlive(found.process, found.boot, bootId()) ? found : null;
