/** Endpoints as they are shown: what lives is asked, of what has died is told what it left. */
import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';
import { type EndpointFile, type EndpointRow, type EndpointState, ToldEndpoint } from '../../protocol/endpoints';
import { endpointLog, endpointsIn, type FoundEndpoint } from '../../protocol/node/endpointFolder';
import { bootId } from '../../protocol/node/processes';
import type { EndpointLook } from '../../protocol/pages/endpoint';
import { askEndpoint } from './ask';
import { Histories } from './history';
import { type Counted, countedIn, Loads } from './load';

const TAIL_BYTES = 4096;
const TAIL_LINES = 12;
const LINE_LIMIT = 300;
/** So that an answer stays far below the limit of a message. */
const MAX_ROWS = 200;

export class EndpointRows {
  private readonly loads = new Loads();
  private readonly histories = new Histories();

  constructor(private readonly store: string) {}

  async now(): Promise<{ endpoints: EndpointRow[] }> {
    const found = endpointsIn(this.store).slice(0, MAX_ROWS);
    this.loads.keep(found.map(({ endpoint }) => endpoint));
    this.histories.tidy(Date.now());
    return { endpoints: await Promise.all(found.map((one) => this.row(one))) };
  }

  /** One of them for its page. */
  async look(name: string, sinceMs = 0): Promise<EndpointLook> {
    const found = endpointsIn(this.store).find(({ endpoint }) => endpoint.name === name);
    const row = found ? await this.row(found) : null;
    const nowMs = Date.now();
    const samples = this.histories.since(name, sinceMs, nowMs);
    if (!row) return { endpoint: null, told: null, samples, nowMs };
    const told = ['ready', 'unloaded', 'restarting'].includes(row.state) ? await toldBy(this.store, row) : null;
    return { endpoint: { ...row, lastLines: tailOf(endpointLog(this.store, name)) }, told, samples, nowMs };
  }

  private async row({ endpoint, state }: FoundEndpoint): Promise<EndpointRow> {
    const log = endpointLog(this.store, endpoint.name);
    const common = {
      ...endpoint,
      ...{ cause: '', crashes: 0, requestsPerSecond: null, p95Ms: null, lastLines: [] },
      log: existsSync(log) ? log : null,
    };
    if (state === 'starting') return { ...common, state };
    if (state === 'ended') return { ...common, state, cause: causeOf(endpoint), lastLines: tailOf(log) };
    const asked = await ask(this.store, endpoint);
    if (typeof asked === 'string') return { ...common, state: asked };
    const nowMs = Date.now();
    const rates = this.loads.rates(endpoint, asked, nowMs);
    this.histories.add(endpoint, asked, nowMs);
    return { ...common, ...rates, crashes: asked.crashes, state: stateOf(asked) };
  }
}

const stateOf = ({ isReady, isUnloaded }: Counted): EndpointState =>
  isReady ? 'ready' : isUnloaded ? 'unloaded' : 'restarting';

async function ask(
  store: string,
  endpoint: EndpointFile,
): Promise<Counted | Extract<EndpointState, 'stopping' | 'silent'>> {
  try {
    const answer = await askEndpoint(store, endpoint, '/metrics');
    return countedIn(await answer.text()) ?? 'silent';
  } catch (error) {
    // Its process lives and takes no connection: that is how one ends.
    return error instanceof TypeError ? 'stopping' : 'silent';
  }
}

/** Null for one that can't be asked now, or is of another build. */
async function toldBy(store: string, endpoint: EndpointFile): Promise<ToldEndpoint | null> {
  try {
    const answer = await askEndpoint(store, endpoint, '/loopwright/endpoint');
    return ToldEndpoint.safeParse(await answer.json()).data ?? null;
  } catch {
    return null; // its state says why
  }
}

function causeOf({ boot, port }: EndpointFile): string {
  if (boot !== bootId()) return 'This machine was started again.';
  return port === 0
    ? 'Its process ended while the model was being loaded.'
    : 'Its process ended without a word: it was killed, or there was not enough memory.';
}

function tailOf(path: string): string[] {
  try {
    const file = openSync(path, 'r');
    try {
      const { size } = fstatSync(file);
      const bytes = Buffer.alloc(Math.min(size, TAIL_BYTES));
      readSync(file, bytes, 0, bytes.length, size - bytes.length);
      const lines = bytes.toString().trimEnd().split('\n').slice(-TAIL_LINES);
      return lines.map((line) => line.slice(0, LINE_LIMIT));
    } finally {
      closeSync(file);
    }
  } catch {
    return []; // it never wrote one
  }
}
