/** gRPC's own client on an endpoint, with the tables of messages in place of stubs. */
import { Client, credentials, Metadata, type ServiceError, type status } from '@grpc/grpc-js';
import type { Message } from '../../src/endpoint/grpc/message';

export interface Refusal {
  readonly code: status;
  readonly details: string;
  readonly metadata: Metadata;
}

export class GrpcClient {
  readonly client: Client;

  constructor(url: string, options: Record<string, unknown> = {}) {
    this.client = new Client(new URL(url).host, credentials.createInsecure(), options);
  }

  raw(
    path: string,
    bytes: Buffer,
    { headers = {}, ...options }: { deadline?: number; headers?: Record<string, string> } = {},
  ): Promise<Buffer> {
    const asIs = (one: Buffer): Buffer => one;
    const metadata = new Metadata();
    for (const [name, value] of Object.entries(headers)) metadata.set(name, value);
    return new Promise((resolve, reject) => {
      const done = (error: ServiceError | null, answer?: Buffer): void => {
        if (error) reject(error);
        else resolve(answer ?? Buffer.alloc(0));
      };
      this.client.makeUnaryRequest(path, asIs, asIs, bytes, metadata, options, done);
    });
  }

  async ask<In, Out>(path: string, asks: Message<In>, gives: Message<Out>, asked: Partial<In>): Promise<Out> {
    return gives.decode(await this.raw(path, asks.encode(asked)));
  }

  /** What is told until the call is over, and the status with which it is. */
  watch<In, Out>(
    path: string,
    asks: Message<In>,
    gives: Message<Out>,
    asked: Partial<In>,
  ): { readonly told: readonly Out[]; readonly over: Promise<status> } {
    const told: Out[] = [];
    const asIs = (one: Buffer): Buffer => one;
    const call = this.client.makeServerStreamRequest(path, asIs, asIs, asks.encode(asked));
    call.on('data', (bytes: Buffer) => told.push(gives.decode(bytes)));
    // The status says it as well.
    call.on('error', () => undefined);
    return { told, over: new Promise((resolve) => call.on('status', ({ code }) => resolve(code))) };
  }

  /** Why it is refused. @throws Error for what is answered */
  async refused(path: string, bytes: Buffer, options: { deadline?: number } = {}): Promise<Refusal> {
    try {
      await this.raw(path, bytes, options);
    } catch (error) {
      const { code, details, metadata } = error as ServiceError;
      return { code, details, metadata };
    }
    throw new Error(`${path} was answered`);
  }

  close(): void {
    this.client.close();
  }
}
