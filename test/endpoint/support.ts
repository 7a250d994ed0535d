/** Endpoints as real processes, on models that are written here. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { EndpointNews, EndpointOrder } from '../../src/protocol/endpoints';
import { repository } from '../engine/support';

export interface Running {
  readonly url: string;
  readonly process: ChildProcess;
  /** What it has said on stderr. */
  log(): string;
  post(
    path: string,
    body: unknown,
    headers?: Record<string, string>,
  ): Promise<{ status: number; body: string; retryAfter: string | null }>;
  end(): Promise<number | null>;
}

export async function endpoint(file: string, more: Partial<EndpointOrder> = {}): Promise<Running> {
  const order: EndpointOrder = {
    ...{ name: 'model', model: 'model', version: '1', file, digest: null, store: null },
    ...{ port: 0, threads: null, batchRows: null, deadlineMs: 30_000, queue: 128, requestLog: null },
    ...{ host: '127.0.0.1', key: 'none' as const },
    ...more,
  };
  const child = spawn(process.execPath, [join(repository, 'dist/endpoint.js'), JSON.stringify(order)], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let log = '';
  child.stderr?.on('data', (bytes: Buffer) => (log += bytes.toString()));
  const [news] = (await once(child, 'message')) as [EndpointNews];
  if (news.kind === 'failed') throw new Error(news.message);
  const { url } = news;
  return {
    url,
    process: child,
    log: () => log,
    post: async (path, body, headers = {}) => {
      const isPlain = typeof body === 'string' || body instanceof Uint8Array;
      const answer = await fetch(`${url}${path}`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', ...headers },
        body: isPlain ? (body as string) : JSON.stringify(body),
      });
      return { status: answer.status, body: await answer.text(), retryAfter: answer.headers.get('retry-after') };
    },
    end: async () => {
      if (child.exitCode !== null) return child.exitCode;
      child.kill('SIGTERM');
      const [code] = (await once(child, 'exit')) as [number | null];
      return code;
    },
  };
}
