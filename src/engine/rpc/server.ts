/** The engine's socket: who connects proves the token, then speaks JSON-RPC. */
import { rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import {
  createMessageConnection,
  type MessageConnection,
  ResponseError,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-jsonrpc/node';
import { LoopwrightError } from '../../protocol/errors';
import { proveAsServer } from '../../protocol/node/proof';
import { type Changed, MAX_MESSAGE_BYTES, type Method, requests } from '../../protocol/requests';
import type { ConnectionState, Dispatch } from './dispatch';

const APPLICATION_ERROR = -32000;

export class RpcServer {
  private readonly server: Server;
  private readonly connections = new Set<MessageConnection>();

  constructor(
    token: string,
    private readonly dispatch: Dispatch,
    private readonly onConnections: (count: number) => void,
  ) {
    this.server = createServer((socket) => {
      socket.on('error', () => socket.destroy());
      proveAsServer(socket, token).then(
        () => {
          this.accept(socket);
        },
        () => socket.destroy(),
      );
    });
  }

  get connectionCount(): number {
    return this.connections.size;
  }

  /** The caller holds the store's lock, so whatever lies at the address is left over. */
  listen(address: string): Promise<void> {
    if (process.platform !== 'win32') rmSync(address, { force: true });
    return new Promise((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(address, resolve);
    });
  }

  broadcast(changed: Changed): void {
    for (const connection of this.connections)
      void connection.sendNotification('changed', changed).catch(() => undefined);
  }

  /** Stops accepting; those who are connected see the connection end. */
  close(): void {
    this.server.close();
    for (const connection of this.connections) connection.end();
  }

  private accept(socket: Socket): void {
    const connection = createMessageConnection(new StreamMessageReader(socket), new StreamMessageWriter(socket));
    const ended = new AbortController();
    const state: ConnectionState = { trusted: null, ended: ended.signal };
    this.connections.add(connection);
    this.onConnections(this.connections.size);
    connection.onClose(() => {
      this.connections.delete(connection);
      ended.abort();
      connection.dispose();
      this.onConnections(this.connections.size);
    });
    connection.onError(() => socket.destroy());
    for (const method of Object.keys(requests) as Method[]) {
      connection.onRequest(method, (params: unknown) => this.answer(state, method, params));
    }
    connection.listen();
  }

  private async answer(state: ConnectionState, method: Method, params: unknown): Promise<unknown> {
    try {
      const result = await this.dispatch(state, method, params);
      if (Buffer.byteLength(JSON.stringify(result)) <= MAX_MESSAGE_BYTES) return result;
      throw new LoopwrightError(
        'bad_request',
        `The answer to ${method} would be larger than 1 MB: ask for a smaller page.`,
      );
    } catch (thrown) {
      const error = LoopwrightError.from(thrown);
      return new ResponseError(APPLICATION_ERROR, error.message, { code: error.code });
    }
  }
}
