/** A receiver of webhooks on this machine, which answers as a test says and keeps what came. */
import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** As it came: it is what was signed. */
  readonly text: string;
  readonly entity: string;
  readonly action: string;
  readonly data: unknown;
}

export interface Receiver {
  readonly url: string;
  readonly received: readonly Received[];
  /** `entity.action` of all that came. */
  readonly events: readonly string[];
  close(): void;
}

export type AnswerTo = (response: ServerResponse, count: number) => void;

/** @param answer with 200 where there is none; what answers nothing hangs */
export async function receiver(answer: AnswerTo = (response) => response.end('thanks')): Promise<Receiver> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString('utf8');
      const { entity, action, data } = JSON.parse(text) as Pick<Received, 'entity' | 'action' | 'data'>;
      received.push({ path: request.url ?? '', headers: request.headers, text, entity, action, data });
      answer(response, received.length);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${String(port)}/hook`,
    received,
    get events() {
      return received.map(({ entity, action }) => `${entity}.${action}`);
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** As a receiver does it: of what it got, by MLflow's formula. */
export function isSignedWith(secret: string, { headers, text }: Received): boolean {
  const signed = `${String(headers['x-mlflow-delivery-id'])}.${String(headers['x-mlflow-timestamp'])}.${text}`;
  return headers['x-mlflow-signature'] === `v1,${createHmac('sha256', secret).update(signed).digest('base64')}`;
}
