/**
 * The address and the tokens of a store's tracking server. Both outlast the engine: a script that runs for ten hours has
 * them in its environment.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Addresses } from './addresses';
import { isMissing } from './addresses';
import { writeAtomically } from './storeFolder';

/** Below the ports that systems give to whoever asks for any. */
const FIRST_PORT = 20_000;
const PORTS = 12_000;
const ATTEMPTS = 200;

/** Of programs outside of tracked runs. `tracking` is no run id. */
export const trackingToken = (storeToken: string): string => `lw-${digestOf(storeToken, 'tracking')}`;

/** Of the processes of a run; `python/runner/spec.py` makes the same. */
export const runToken = (storeToken: string, runId: string): string =>
  `lw-${runId}-${digestOf(storeToken, `run ${runId}`)}`;

export const isTrackingToken = (storeToken: string, token: string): boolean => isSame(token, trackingToken(storeToken));

/** @returns null for a token of no run of this store */
export function runOfToken(storeToken: string, token: string): string | null {
  const [, runId] = /^lw-([0-9a-f]{32})-[0-9a-f]{64}$/.exec(token) ?? [];
  return runId !== undefined && isSame(token, runToken(storeToken, runId)) ? runId : null;
}

export const trackingUri = (port: number): string => `http://127.0.0.1:${String(port)}`;

/** The port of the store's tracking server, chosen and kept when it is first asked for. */
export function trackingPort(addresses: Addresses): number {
  return keptPort(addresses) ?? choosePort(addresses, 0);
}

/** Another port, where somebody else has that one. */
export function nextTrackingPort(addresses: Addresses, taken: number): number {
  return choosePort(addresses, taken - FIRST_PORT + 1);
}

export function keepTrackingPort(addresses: Addresses, port: number): void {
  writeAtomically(portFile(addresses), `${String(port)}\n`);
}

function keptPort(addresses: Addresses): number | null {
  try {
    const port = Number(readFileSync(portFile(addresses), 'utf8'));
    return Number.isInteger(port) && port > 0 && port < 65_536 ? port : null;
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

/** Of the stores of one user no two get the same: each port that is given is claimed. */
function choosePort(addresses: Addresses, offset: number): number {
  const claims = join(dirname(addresses.folder), 'ports');
  mkdirSync(claims, { recursive: true, mode: 0o700 });
  const start =
    offset > 0
      ? offset
      : Number.parseInt(createHmac('sha256', 'port').update(addresses.folder).digest('hex').slice(0, 8), 16);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const port = FIRST_PORT + ((start + attempt) % PORTS);
    try {
      writeFileSync(join(claims, String(port)), addresses.folder, { flag: 'wx', mode: 0o600 });
    } catch (error) {
      if (
        error instanceof Error &&
        'code' in error &&
        error.code === 'EEXIST' &&
        !isOurs(join(claims, String(port)), addresses)
      )
        continue;
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
      if (attempt === 0 && offset > 0) continue;
    }
    keepTrackingPort(addresses, port);
    return port;
  }
  return FIRST_PORT + (start % PORTS);
}

function isOurs(claim: string, addresses: Addresses): boolean {
  try {
    return readFileSync(claim, 'utf8') === addresses.folder;
  } catch {
    return false; // gone meanwhile: the next is as good
  }
}

const portFile = (addresses: Addresses): string => join(addresses.folder, 'tracking-port');

const digestOf = (storeToken: string, of: string): string => createHmac('sha256', storeToken).update(of).digest('hex');

function isSame(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}
