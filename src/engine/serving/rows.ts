/** Endpoints as they are shown: what lives is asked, of what has died is told what it left. */
import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';
import { type EndpointFile, type EndpointRow, type EndpointState, urlOf } from '../../protocol/endpoints';
import { endpointLog, endpointsIn, type FoundEndpoint } from '../../protocol/node/endpointFolder';
import { keyHeaders } from '../../protocol/node/endpointKey';
import { bootId } from '../../protocol/node/processes';
import { type Counted, countedIn, Loads } from './load';

const ANSWER_LIMIT_MS = 3_000;
const TAIL_BYTES = 4096;
const TAIL_LINES = 12;
const LINE_LIMIT = 300;
/** So that an answer stays far below the limit of a message. */
const MAX_ROWS = 200;

export class EndpointRows {
  private readonly loads = new Loads();

  constructor(private readonly store: string) {}

  async now(): Promise<{ endpoints: EndpointRow[] }> {
    const found = endpointsIn(this.store).slice(0, MAX_ROWS);
    this.loads.keep(found.map(({ endpoint }) => endpoint));
    return { endpoints: await Promise.all(found.map((one) => this.row(one))) };
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
    const asked = await ask(endpoint, keyHeaders(this.store, endpoint));
    if (typeof asked === 'string') return { ...common, state: asked };
    const rates = this.loads.rates(endpoint, asked, Date.now());
    return { ...common, ...rates, crashes: asked.crashes, state: asked.isReady ? 'ready' : 'restarting' };
  }
}

async function ask(
  { port, host }: EndpointFile,
  headers: Record<string, string>,
): Promise<Counted | Extract<EndpointState, 'stopping' | 'silent'>> {
  try {
    const answer = await fetch(`${urlOf(port, host)}/metrics`, {
      headers,
      signal: AbortSignal.timeout(ANSWER_LIMIT_MS),
    });
    return countedIn(await answer.text()) ?? 'silent';
  } catch (error) {
    // Its process lives and takes no connection: that is how one ends.
    return error instanceof TypeError ? 'stopping' : 'silent';
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
