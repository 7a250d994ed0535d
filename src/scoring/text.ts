/** The chunks of a text file, from any place on: so many records each, or fewer where those are long. */
import { createReadStream } from 'node:fs';
import * as zlib from 'node:zlib';
import { LoopwrightError } from '../protocol/errors';
import type { TextForm } from '../protocol/score';
import { RecordScanner } from './records';

/** So that a chunk of long rows does not fill the memory. */
const MAX_CHUNK_BYTES = 16_000_000;
/** A quote that is never closed would make one row of all that follows. */
const MAX_RECORD_BYTES = 32_000_000;
const BLOCK_BYTES = 1_000_000;
const MARK = Buffer.from([0xef, 0xbb, 0xbf]);

export interface TextChunk {
  /** Its bytes, in pieces as they came. */
  readonly parts: readonly Buffer[];
  /** Whether it has lines that are empty, or end as on Windows. */
  readonly hasOddLines: boolean;
  /** Where it ends in the decoded text. */
  readonly end: number;
  /** Lines of the text before it, and up to its end. */
  readonly firstLine: number;
  readonly lines: number;
  readonly isLast: boolean;
}

export const NEWLINE = 0x0a;

export interface From {
  /** Bytes of the decoded text. */
  readonly offset: number;
  readonly lines: number;
}

/**
 * @param from the end of a chunk, or the beginning
 * @throws LoopwrightError `bad_request` for what can't be decoded, or a record without an end
 */
export async function* textChunks(
  path: string,
  form: TextForm,
  from: From,
  limits: { readonly rows: number },
  signal: AbortSignal,
): AsyncGenerator<TextChunk> {
  const scanner = new RecordScanner({
    newline: NEWLINE,
    delimiter: form.kind === 'csv' ? (Buffer.from(form.delimiter)[0] ?? null) : null,
  });
  let parts: Buffer[] = [];
  let size = 0;
  let records = 0;
  let sinceRecord = 0;
  let { offset } = from;
  let firstLine = from.lines;
  const chunk = (isLast: boolean): TextChunk => {
    offset += size;
    const { hasOddLines, lines } = scanner;
    const made = { parts, hasOddLines, end: offset, firstLine, lines: from.lines + lines, isLast };
    parts = [];
    size = 0;
    scanner.hasOddLines = false;
    records = 0;
    firstLine = made.lines;
    return made;
  };
  // A chunk is given once it is known whether something follows.
  let ready: TextChunk | null = null;
  for await (const block of decoded(path, form, from.offset, signal)) {
    for (let at = 0; at < block.length;) {
      if (ready) yield ready;
      ready = null;
      // One by one where it may become too large, so that where it ends does not depend on how its bytes came.
      const wanted = block.length - at >= MAX_CHUNK_BYTES - size ? 1 : limits.rows - records;
      const { at: end, found } = scanner.advance(block, at, wanted);
      parts.push(block.subarray(at, end));
      size += end - at;
      sinceRecord = found > 0 ? 0 : sinceRecord + end - at;
      records += found;
      at = end;
      if (sinceRecord > MAX_RECORD_BYTES)
        throw new LoopwrightError(
          'bad_request',
          `${path}: the row that begins behind line ${String(firstLine + records)} has no end: a quote is opened there and never closed.`,
        );
      if (records >= limits.rows || (size >= MAX_CHUNK_BYTES && found === wanted)) ready = chunk(false);
    }
  }
  if (size > 0) {
    if (ready) yield ready;
    yield chunk(true);
  } else if (ready) yield { ...ready, isLast: true };
}

/** UTF-8 without a mark at its beginning, a block after the other. */
export async function* decoded(
  path: string,
  { compression, encoding }: Pick<TextForm, 'compression' | 'encoding'>,
  offset: number,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  const isPlain = compression === 'none' && encoding === 'utf-8';
  // Of a plain file the mark has bytes of the file, which the decoded text has not.
  const mark = isPlain ? await markOf(path) : 0;
  const file = createReadStream(path, { start: isPlain ? offset + mark : 0, highWaterMark: BLOCK_BYTES, signal });
  if (isPlain) {
    for await (const block of file) yield block as Buffer;
    return;
  }
  let skip = offset;
  for await (const block of asUtf8(unpacked(file, compression, path), encoding, path)) {
    if (skip >= block.length) skip -= block.length;
    else {
      yield skip > 0 ? block.subarray(skip) : block;
      skip = 0;
    }
  }
}

async function markOf(path: string): Promise<number> {
  for await (const block of createReadStream(path, { end: 2 })) return MARK.equals(block as Buffer) ? MARK.length : 0;
  return 0;
}

async function* unpacked(
  file: AsyncIterable<unknown> & NodeJS.ReadableStream,
  compression: TextForm['compression'],
  path: string,
): AsyncGenerator<Buffer> {
  if (compression === 'none') {
    for await (const block of file) yield block as unknown as Buffer;
    return;
  }
  const unpacking = compression === 'gzip' ? zlib.createGunzip() : zstd();
  file.on('error', (error: Error) => unpacking.destroy(error));
  try {
    for await (const block of file.pipe(unpacking)) yield block as Buffer;
  } catch (error) {
    if (error instanceof Error && error.name === 'AbortError') throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new LoopwrightError('bad_request', `${path} can't be unpacked: ${why}. It may have been cut short.`);
  }
}

function zstd(): zlib.Gunzip {
  // Node has it from 22.15 on.
  const { createZstdDecompress } = zlib as { createZstdDecompress?: () => zlib.Gunzip };
  if (createZstdDecompress) return createZstdDecompress();
  throw new LoopwrightError('bad_request', 'This Node can not unpack zstd. Unpack the file before, with "zstd -d".');
}

async function* asUtf8(blocks: AsyncIterable<Buffer>, encoding: string, path: string): AsyncGenerator<Buffer> {
  if (encoding === 'utf-8') {
    let isFirst = true;
    for await (const block of blocks) {
      yield isFirst && block.subarray(0, 3).equals(MARK) ? block.subarray(3) : block;
      isFirst = false;
    }
    return;
  }
  // It takes the mark off.
  const decoder = new TextDecoder(encoding, { fatal: true });
  const decode = (block?: Buffer): Buffer => {
    try {
      return Buffer.from(block ? decoder.decode(block, { stream: true }) : decoder.decode());
    } catch {
      throw new LoopwrightError('bad_request', `${path} is not ${encoding}. Say what it is with --encoding.`);
    }
  };
  for await (const block of blocks) yield decode(block);
  yield decode();
}
