/** An endpoint of its own on a free port, asked by several at once over connections that stay open. */
import { type ChildProcess, fork } from 'node:child_process';
import { Agent, request } from 'node:http';
import { basename, join } from 'node:path';
import { type EndpointNews, endpointNameOf, type EndpointOrder } from '../../protocol/endpoints';
import { LoopwrightError } from '../../protocol/errors';
import type { AskedEndpoint } from '../../protocol/serveChoice';
import { repeated, timesOf } from './timing';

export class MeasuredEndpoint {
  private constructor(
    private readonly child: ChildProcess,
    private readonly url: URL,
  ) {}

  /** It is in no store, so nobody else finds it and it keeps no log; it ends with this process, however that ends. */
  static async start(file: string): Promise<MeasuredEndpoint> {
    const name = endpointNameOf(basename(file));
    const order: EndpointOrder = {
      ...{
        model: basename(file),
        version: '1',
        file,
        digest: null,
        name,
        store: null,
        port: 0,
        threads: 1,
        batchRows: null,
      },
      ...{ deadlineMs: 60_000, queue: 128, requestLog: null, host: '127.0.0.1', key: 'none' },
    };
    const child = fork(join(__dirname, 'endpoint.js'), [JSON.stringify(order)], { execArgv: [], stdio: 'ignore' });
    const news = await new Promise<EndpointNews>((resolve) => {
      const failed = (message: string) => resolve({ kind: 'failed', code: 'internal', message });
      child.once('message', (first: EndpointNews) => resolve(first));
      child.once('error', (error) => failed(error.message));
      child.once('exit', (code, signal) =>
        failed(`The endpoint's process ended with ${signal ?? `code ${String(code)}`}.`),
      );
    });
    if (news.kind === 'failed') throw new LoopwrightError('bad_request', news.message);
    return new MeasuredEndpoint(child, new URL(`/v2/models/${name}/infer`, news.url));
  }

  /** @throws LoopwrightError `bad_request` with what it answers */
  async asked(connections: number, forMs: number, body: string): Promise<AskedEndpoint> {
    const agent = new Agent({ keepAlive: true, maxSockets: connections });
    try {
      // A first round opens the connections.
      await Promise.all(Array.from({ length: connections }, () => this.ask(agent, body)));
      const started = performance.now();
      const all = await Promise.all(
        Array.from({ length: connections }, () => repeated(forMs, () => this.ask(agent, body))),
      );
      const times = all.flatMap((one) => one.times);
      const rowsPerSecond = (times.length / (performance.now() - started)) * 1000;
      return { connections, ...timesOf(times), rowsPerSecond };
    } finally {
      agent.destroy();
    }
  }

  end(): void {
    this.child.kill('SIGTERM');
  }

  /** @returns how long it took, in ms */
  private ask(agent: Agent, body: string): Promise<number> {
    const started = performance.now();
    const headers = { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) };
    return new Promise((resolve, reject) => {
      const asked = request(this.url, { agent, method: 'POST', headers }, (answer) => {
        const parts: Buffer[] = [];
        answer.on('data', (part: Buffer) => parts.push(part));
        answer.once('error', reject);
        answer.once('end', () => {
          if (answer.statusCode === 200) resolve(performance.now() - started);
          else {
            const said = Buffer.concat(parts).toString().slice(0, 300);
            reject(new LoopwrightError('bad_request', `The endpoint answered ${String(answer.statusCode)}: ${said}`));
          }
        });
      });
      asked.once('error', reject);
      asked.end(body);
    });
  }
}
