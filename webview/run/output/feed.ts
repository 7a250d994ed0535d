/** Reads the end of a run's output, and then what comes after it. */
import { MAX_OUTPUT_BYTES } from '../../../src/protocol/requests';
import { type RunHost } from '../api';
import { Terminal } from './terminal';

/** As many lines as the browser lays out without effort. */
const MAX_LINES = 5000;
/** Pieces read in one go when the run writes faster than it is shown; beyond that, the middle is skipped. */
const MAX_PIECES = 4;

export class OutputFeed {
  terminal = new Terminal(MAX_LINES);
  /** Whether there is output before what is shown. */
  isCut = false;
  sizeBytes = 0;

  private next: number | null = null;
  private decoder = new TextDecoder();

  constructor(private readonly host: Pick<RunHost, 'request'>) {}

  /** Whether there is more than could be read in one go. */
  get isBehind(): boolean {
    return this.next === null || this.next < this.sizeBytes;
  }

  /** Reads what is there; whether the terminal shows something else than before. */
  async poll(): Promise<boolean> {
    let hasChanged = false;
    for (let piece = 0; piece < MAX_PIECES; piece++) {
      const from = this.next;
      const reply = await this.host.request('output', {
        offset: from ?? -MAX_OUTPUT_BYTES,
        limit: MAX_OUTPUT_BYTES,
      });
      this.sizeBytes = reply.sizeBytes;
      const bytes = decodeBase64(reply.base64);
      const isGap = from !== null && (reply.offset !== from || reply.sizeBytes < from);
      if (isGap || (from !== null && reply.sizeBytes - from > MAX_PIECES * MAX_OUTPUT_BYTES)) {
        this.restart();
        continue;
      }
      this.next = reply.offset + bytes.length;
      if (from === null) this.begin(reply.offset, bytes);
      else this.terminal.write(this.decoder.decode(bytes, { stream: true }));
      hasChanged ||= bytes.length > 0 || from === null;
      if (bytes.length === 0 || this.next >= reply.sizeBytes) break;
    }
    return hasChanged;
  }

  /** What starts in the middle of the output starts with the next whole line. */
  private begin(offset: number, bytes: Uint8Array): void {
    this.isCut = offset > 0;
    const lineEnd = this.isCut ? bytes.indexOf(0x0a) : -1;
    this.terminal.write(this.decoder.decode(bytes.subarray(lineEnd + 1), { stream: true }));
  }

  private restart(): void {
    this.terminal = new Terminal(MAX_LINES);
    this.decoder = new TextDecoder();
    this.next = null;
  }
}

export function decodeBase64(text: string): Uint8Array {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let index = 0; index < binary.length; index++) bytes[index] = binary.charCodeAt(index);
  return bytes;
}
