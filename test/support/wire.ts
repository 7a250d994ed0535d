/** One connection of HTTP, byte by byte: what clients' libraries do not let one send, and what comes back. */
import { connect, type Socket } from 'node:net';

export interface WireAnswer {
  readonly status: number;
  /** Names in small letters. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export class Wire {
  private readonly socket: Socket;
  private seen: Buffer = Buffer.alloc(0);
  private isOver = false;
  private wake: (() => void) | null = null;

  constructor(port: number) {
    this.socket = connect(port, '127.0.0.1');
    // How it ended does not matter: that it did is looked at.
    this.socket.on('error', () => undefined);
    this.socket.on('data', (bytes) => {
      this.seen = this.seen.length === 0 ? bytes : Buffer.concat([this.seen, bytes]);
      this.wake?.();
    });
    for (const event of ['end', 'close'] as const)
      this.socket.on(event, () => {
        this.isOver = true;
        this.wake?.();
      });
  }

  get isOpen(): boolean {
    return !this.isOver && this.seen.length === 0;
  }

  /** @param isLast whether nothing will be sent after it */
  send(bytes: Buffer, isLast = false): void {
    if (isLast) this.socket.end(bytes);
    else this.socket.write(bytes);
  }

  /**
   * The next answer; null where the connection was closed without one.
   *
   * @param hasBody false for that to HEAD
   * @throws Error after `limitMs`
   */
  async answer(hasBody: boolean, limitMs: number): Promise<WireAnswer | null> {
    const until = Date.now() + limitMs;
    for (;;) {
      const read = answerIn(this.seen, hasBody, this.isOver);
      if (read) {
        this.seen = this.seen.subarray(read.length);
        if (read.answer.status >= 200) return read.answer;
        continue;
      }
      if (this.isOver) return null;
      await this.change(until);
    }
  }

  close(): void {
    this.socket.destroy();
  }

  private change(until: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const late = setTimeout(
        () => reject(new Error('there was no answer, and the connection is open')),
        Math.max(0, until - Date.now()),
      );
      this.wake = () => {
        clearTimeout(late);
        this.wake = null;
        resolve();
      };
    });
  }
}

function answerIn(bytes: Buffer, hasBody: boolean, isOver: boolean): { answer: WireAnswer; length: number } | null {
  const end = bytes.indexOf('\r\n\r\n');
  if (end === -1) return null;
  const [first = '', ...lines] = bytes.toString('latin1', 0, end).split('\r\n');
  const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(first)?.[1]);
  const headers = Object.fromEntries(
    lines.map((line) => {
      const at = line.indexOf(':');
      return [line.slice(0, at).toLowerCase(), line.slice(at + 1).trim()];
    }),
  );
  const from = end + 4;
  const told = headers['content-length'];
  const isEmpty = !hasBody || status < 200 || status === 204 || status === 304;
  // Without a length it ends with the connection.
  if (!isEmpty && told === undefined && !isOver) return null;
  const length = isEmpty ? 0 : told === undefined ? bytes.length - from : Number(told);
  if (bytes.length < from + length) return null;
  return { answer: { status, headers, body: bytes.subarray(from, from + length) }, length: from + length };
}
