/** One request after the other over one connection of HTTP. No library: what it costs is missing to whoever answers. */
import { connect, type Socket } from 'node:net';

export interface HttpAnswer {
  readonly status: number;
  /** As they came, in one text. */
  readonly head: string;
  readonly body: Buffer;
}

export class HttpConnection {
  private readonly socket: Socket;
  private readonly host: string;
  private seen: Buffer = Buffer.alloc(0);
  private waiting: { resolve: (answer: HttpAnswer) => void; reject: (why: Error) => void } | null = null;

  constructor(url: string) {
    const { hostname, port, host } = new URL(url);
    this.host = host;
    this.socket = connect(Number(port), hostname);
    this.socket.setNoDelay(true);
    this.socket.on('data', (bytes) => this.read(bytes));
    this.socket.on('error', (error) => this.waiting?.reject(error));
    this.socket.on('close', () => this.waiting?.reject(new Error('the connection was closed')));
  }

  post(path: string, body: Buffer | string, headers: Readonly<Record<string, string>> = {}): Promise<HttpAnswer> {
    const lines = Object.entries({ 'Content-Type': 'application/json', ...headers }).map(
      ([name, value]) => `${name}: ${value}\r\n`,
    );
    const head = `POST ${path} HTTP/1.1\r\nHost: ${this.host}\r\n${lines.join('')}Content-Length: ${String(Buffer.byteLength(body))}\r\n\r\n`;
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject };
      this.socket.write(typeof body === 'string' ? head + body : Buffer.concat([Buffer.from(head), body]));
    });
  }

  close(): void {
    this.socket.destroy();
  }

  private read(bytes: Buffer): void {
    this.seen = this.seen.length === 0 ? bytes : Buffer.concat([this.seen, bytes]);
    const end = this.seen.indexOf('\r\n\r\n');
    if (end < 0) return;
    const head = this.seen.toString('latin1', 0, end);
    const length = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1]);
    if (this.seen.length < end + 4 + length) return;
    const body = this.seen.subarray(end + 4, end + 4 + length);
    this.seen = this.seen.subarray(end + 4 + length);
    const { waiting } = this;
    this.waiting = null;
    waiting?.resolve({ status: Number(head.slice(9, 12)), head, body });
  }
}
