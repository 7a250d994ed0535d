/**
 * One port for two protocols: what begins with HTTP/2's preface is gRPC, everything else is the HTTP server's. The server itself
 * listens, so that its bounds and limits hold for both; only who is handed a connection is decided here, once for each.
 */
import type { Server } from 'node:http';
import type { Socket } from 'node:net';

const PREFACE = Buffer.from('PRI * HTTP/2.0');

export class Front {
  /** Connections that have not said yet what they speak. */
  private readonly silent = new Set<Socket>();

  constructor(
    server: Server,
    private readonly toGrpc: (socket: Socket) => void,
    /** How long one may stay silent. */
    private readonly limitMs: number,
  ) {
    const own = server.listeners('connection') as ((socket: Socket) => void)[];
    server.removeAllListeners('connection');
    const toHttp = (socket: Socket): void => {
      for (const listener of own) listener.call(server, socket);
    };
    server.on('connection', (socket) => this.look(socket, toHttp));
  }

  /** Who has said nothing yet is waited for no longer. */
  close(): void {
    for (const socket of this.silent) socket.destroy();
  }

  private look(socket: Socket, toHttp: (socket: Socket) => void): void {
    let seen: Buffer | null = null;
    const drop = (): void => {
      socket.destroy();
    };
    const limit = setTimeout(drop, this.limitMs);
    const over = (): void => {
      clearTimeout(limit);
      this.silent.delete(socket);
      socket.off('readable', read).off('end', drop).off('error', drop).off('close', over);
    };
    const read = (): void => {
      const bytes = socket.read() as Buffer | null;
      if (bytes === null) return;
      seen = seen === null ? bytes : Buffer.concat([seen, bytes]);
      const length = Math.min(seen.length, PREFACE.length);
      const isPreface = seen.compare(PREFACE, 0, length, 0, length) === 0;
      if (isPreface && length < PREFACE.length) return;
      over();
      // Whoever takes it over finds it as if nobody had looked.
      socket.unshift(seen);
      (isPreface ? this.toGrpc : toHttp)(socket);
    };
    this.silent.add(socket);
    socket.on('readable', read).on('end', drop).on('error', drop).on('close', over);
  }
}
