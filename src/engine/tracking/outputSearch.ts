/** Looking for a text in all that a run printed, a piece at a time: other reads wait for this thread, too. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { isMissing } from '../../protocol/node/addresses';
import type { OutputHit, OutputPlace, Result } from '../../protocol/requests';

/** After so long, what has been found is answered. */
const PATIENCE_MS = 150;
const MAX_HITS = 1000;
/** A line that is longer is taken as several. */
const PIECE_BYTES = 1 << 18;
const NEWLINE = 0x0a;

// eslint-disable-next-line no-control-regex -- what a terminal is told is no text
const SEQUENCES = /\u001B(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\u0007\u001B\n]*(?:\u0007|\u001B\\)|[ -/]*[0-Z\\^-~])/g;

export interface OutputSearch {
  readonly text: string;
  readonly matchCase: boolean;
  readonly from: OutputPlace;
}

export function searchOutput(
  folder: string,
  { text: wanted, matchCase, from }: OutputSearch,
  patienceMs = PATIENCE_MS,
): Result<'runs/searchOutput'> {
  let descriptor: number;
  try {
    descriptor = openSync(join(folder, 'output.log'), 'r');
  } catch (error) {
    if (isMissing(error)) return { hits: [], next: null, sizeBytes: 0 };
    throw error;
  }
  try {
    const sizeBytes = fstatSync(descriptor).size;
    const plain = (bytes: Buffer) => plainText(bytes, matchCase);
    const needle = matchCase ? wanted : wanted.toLowerCase();
    const deadline = performance.now() + patienceMs;
    const hits: OutputHit[] = [];
    let { offset, line } = from;
    while (offset < sizeBytes) {
      const piece = readPiece(descriptor, offset, sizeBytes);
      if (piece.length === 0) break;
      const text = plain(piece);
      if (text.includes(needle)) {
        const end = searchLines(piece, text.split('\n'), { offset, line }, needle, hits);
        if (end !== null) return { hits, next: end, sizeBytes };
      }
      offset += piece.length;
      line += countLines(piece);
      if (performance.now() > deadline && offset < sizeBytes) return { hits, next: { offset, line }, sizeBytes };
    }
    return { hits, next: null, sizeBytes };
  } finally {
    closeSync(descriptor);
  }
}

/** Whole lines from `offset` on, or a piece of one that is too long, or the last one without its end. */
function readPiece(descriptor: number, offset: number, sizeBytes: number): Buffer {
  const buffer = Buffer.alloc(Math.min(PIECE_BYTES, sizeBytes - offset));
  const piece = buffer.subarray(0, readSync(descriptor, buffer, 0, buffer.length, offset));
  const end = piece.lastIndexOf(NEWLINE) + 1;
  return end === 0 || offset + piece.length >= sizeBytes ? piece : piece.subarray(0, end);
}

/**
 * @param lines of the piece, as they are read
 * @returns the place to go on from, where there are too many hits for one answer
 */
function searchLines(
  piece: Buffer,
  lines: readonly string[],
  place: OutputPlace,
  needle: string,
  hits: OutputHit[],
): OutputPlace | null {
  let at = 0;
  let line = place.line;
  for (const text of lines) {
    const count = Math.min(MAX_HITS, countOf(text, needle));
    for (let nth = 0; nth < count; nth++) hits.push({ offset: place.offset + at, line, nth });
    const newline = piece.indexOf(NEWLINE, at);
    if (newline < 0) break;
    at = newline + 1;
    line++;
    if (hits.length >= MAX_HITS) return { offset: place.offset + at, line };
  }
  return null;
}

function plainText(bytes: Buffer, matchCase: boolean): string {
  const text = bytes.toString('utf8').replaceAll(SEQUENCES, '');
  return matchCase ? text : text.toLowerCase();
}

function countOf(text: string, needle: string): number {
  let count = 0;
  for (let at = text.indexOf(needle); at >= 0; at = text.indexOf(needle, at + needle.length)) count++;
  return count;
}

function countLines(piece: Buffer): number {
  let count = 0;
  for (let at = piece.indexOf(NEWLINE); at >= 0; at = piece.indexOf(NEWLINE, at + 1)) count++;
  return count;
}
