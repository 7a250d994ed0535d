/** What was printed around a place in the output: read for itself, because the page holds the end only. */
import { type OutputPlace } from '../../../src/protocol/requests';
import { type RunHost } from '../api';
import { decodeBase64 } from './feed';
import { Terminal } from './terminal';

const BEFORE_BYTES = 48 * 1024;
const AFTER_BYTES = 96 * 1024;
const MAX_LINES = 5000;
const NEWLINE = 0x0a;

export interface Around {
  readonly terminal: Terminal;
  /** The terminal's line where the place is. */
  readonly line: number;
}

export async function readAround(host: Pick<RunHost, 'request'>, place: OutputPlace): Promise<Around> {
  const start = Math.max(0, place.offset - BEFORE_BYTES);
  const reply = await host.request('output', { offset: start, limit: place.offset - start + AFTER_BYTES });
  const bytes = decodeBase64(reply.base64);
  const at = place.offset - reply.offset;
  // What begins in the middle of a line begins with the next one; what ends in one, with the last whole one.
  const from = reply.offset === 0 ? 0 : Math.min(at, bytes.subarray(0, at).indexOf(NEWLINE) + 1);
  const isWhole = reply.offset + bytes.length >= reply.sizeBytes;
  const end = isWhole ? bytes.length : Math.max(at, bytes.lastIndexOf(NEWLINE) + 1) || bytes.length;
  const terminal = new Terminal(MAX_LINES);
  const decoder = new TextDecoder();
  terminal.write(decoder.decode(bytes.subarray(from, at)));
  const line = Math.max(0, terminal.endLine - 1);
  terminal.write(decoder.decode(bytes.subarray(at, end > at ? end : bytes.length)));
  return { terminal, line };
}
