/** From a cell's outputs, as VS Code has them, to records and files of a run. Pure. */
import type { z } from 'zod';
import { type CellError, type CellOutput, MAX_CELL_OUTPUT_BYTES, MAX_CELL_TEXT } from '../../protocol/notebooks';
import type { NOTEBOOK_RECORDS } from '../../protocol/notebookRecords';

export interface SeenItem {
  readonly mime: string;
  readonly data: Uint8Array;
}

/** `vscode.NotebookCellOutput` is one. */
export interface SeenOutput {
  readonly items: readonly SeenItem[];
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
}

export type NotebookRecord = z.input<(typeof NOTEBOOK_RECORDS)[number]>;
export type OutputRecord = Extract<NotebookRecord, [unknown, unknown, { i: number }]>;
type OutputBody = OutputRecord[2];

export const ERROR_MIME = 'application/vnd.code.notebook.error';
const STREAMS: Readonly<Record<string, string>> = {
  'application/vnd.code.notebook.stdout': 'stdout',
  'application/x.notebook.stdout': 'stdout',
  'application/vnd.code.notebook.stderr': 'stderr',
  'application/x.notebook.stderr': 'stderr',
};

/** The forms of one output, the most telling first; whatever else there is comes before nothing at all. */
const BY_WORTH = [
  'image/png',
  'image/jpeg',
  'image/gif',
  'image/webp',
  'image/svg+xml',
  'text/html',
  'text/markdown',
  'text/latex',
  'application/json',
  'text/plain',
];
const ENDINGS: Readonly<Record<string, string>> = {
  'image/png': 'png',
  'image/jpeg': 'jpg',
  'image/gif': 'gif',
  'image/webp': 'webp',
  'image/svg+xml': 'svg',
  'text/html': 'html',
  'text/markdown': 'md',
  'application/json': 'json',
};

/** What is to be recorded of one output. */
export interface OutputForm {
  readonly kind: CellOutput['kind'];
  readonly name: string | null;
  readonly mime: string;
  readonly alternative: string | null;
  /** Of the whole. */
  readonly sizeBytes: number;
  readonly isCut: boolean;
  /** One of them, or neither where a part of it would be of no use. */
  readonly data: string | null;
  readonly file: { readonly ending: string; readonly bytes: Uint8Array } | null;
}

/** What tells an output from what it was at the last look, without reading it. */
export function stampOf({ items }: SeenOutput): string {
  return items.map(({ mime, data }) => `${mime}:${String(data.byteLength)}`).join('|');
}

export function formOf(output: SeenOutput): OutputForm {
  const first = output.items[0];
  if (first?.mime === ERROR_MIME) {
    const { name, message, traceback } = errorOf(first.data);
    return {
      ...textForm(Buffer.from(traceback === '' ? `${name}: ${message}` : traceback), 'text/plain'),
      kind: 'error',
    };
  }
  const stream = first && STREAMS[first.mime];
  if (stream !== undefined) {
    const parts = output.items.filter(({ mime }) => STREAMS[mime] !== undefined).map(({ data }) => data);
    const sizeBytes = parts.reduce((sum, { byteLength }) => sum + byteLength, 0);
    return { ...textForm(startOfAll(parts), 'text/plain', sizeBytes), kind: 'stream', name: stream };
  }
  const kind = output.metadata?.outputType === 'execute_result' ? 'result' : 'display';
  const best = bestOf(output.items);
  if (!best) return { ...textForm(new Uint8Array(), 'text/plain'), kind };
  const plain = output.items.find(({ mime }) => mime === 'text/plain');
  const alternative = plain && plain !== best ? startOf(plain.data) : null;
  const form = isBinary(best.mime) ? binaryForm(best) : textForm(best.data, best.mime);
  return { ...form, kind, alternative };
}

function bestOf(items: readonly SeenItem[]): SeenItem | undefined {
  for (const mime of BY_WORTH) {
    const found = items.find((item) => item.mime === mime);
    if (found) return found;
  }
  return items[0];
}

const isBinary = (mime: string): boolean =>
  !mime.startsWith('text/') && mime !== 'image/svg+xml' && !/\b(json|xml|javascript)\b/.test(mime);

/** @param bytes all of it, or more of its beginning than is kept */
function textForm(bytes: Uint8Array, mime: string, sizeBytes = bytes.byteLength): OutputForm {
  const base = { kind: 'display', name: null, mime, alternative: null, sizeBytes } as const;
  // At most four bytes make a character that counts as two, so this many hold what may stand in a record.
  if (bytes.byteLength <= MAX_CELL_TEXT * 3) {
    const text = asBuffer(bytes).toString();
    if (text.length <= MAX_CELL_TEXT) return { ...base, isCut: false, data: text, file: null };
  }
  const isCut = bytes.byteLength > MAX_CELL_OUTPUT_BYTES;
  const kept = isCut ? bytes.subarray(0, wholeCharacters(bytes, MAX_CELL_OUTPUT_BYTES)) : bytes;
  const file = { ending: ENDINGS[mime] ?? 'txt', bytes: kept };
  return { ...base, isCut, data: null, file };
}

function binaryForm({ mime, data }: SeenItem): OutputForm {
  const base = { kind: 'display', name: null, mime, alternative: null, sizeBytes: data.byteLength } as const;
  // The beginning of a picture is no picture.
  if (data.byteLength > MAX_CELL_OUTPUT_BYTES) return { ...base, isCut: true, data: null, file: null };
  const file = { ending: ENDINGS[mime] ?? 'bin', bytes: data };
  return { ...base, isCut: false, data: null, file };
}

export function recordOf(n: number, i: number, form: OutputForm, path: string | null, nowMs: number): OutputRecord {
  const { kind, name, mime, data, alternative, sizeBytes, isCut } = form;
  const body: OutputBody = { n, i, kind, name, mime, data, path, alternative, size: sizeBytes, cut: isCut };
  return ['output', nowMs, body];
}

const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function startOf(bytes: Uint8Array): string {
  return asBuffer(bytes.subarray(0, wholeCharacters(bytes, MAX_CELL_TEXT * 3)))
    .toString()
    .slice(0, MAX_CELL_TEXT);
}

/** The most bytes up to a limit that end with a whole character of UTF-8. */
function wholeCharacters(bytes: Uint8Array, limit: number): number {
  let end = Math.min(limit, bytes.byteLength);
  if (end === bytes.byteLength) return end;
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return end;
}

/** As much as is kept, and what is above it of the part in which that ends. */
function startOfAll(parts: readonly Uint8Array[]): Uint8Array {
  const [only] = parts;
  if (only && parts.length === 1) return only;
  const first: Uint8Array[] = [];
  for (let at = 0, length = 0; at < parts.length && length <= MAX_CELL_OUTPUT_BYTES; at++) {
    const part = parts[at] ?? new Uint8Array();
    first.push(part);
    length += part.byteLength;
  }
  return Buffer.concat(first);
}

/** @param data an error as VS Code keeps it: JSON with `name`, `message` and `stack` */
export function errorOf(data: Uint8Array): CellError {
  const text = asBuffer(data.subarray(0, MAX_CELL_OUTPUT_BYTES)).toString();
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch {
    read = { message: text }; // a kernel that writes something else there is still to be read
  }
  const of = (name: string, limit: number): string => {
    const value: unknown =
      typeof read === 'object' && read !== null ? Object.entries(read).find(([key]) => key === name)?.[1] : '';
    return typeof value === 'string' ? value.slice(0, limit) : '';
  };
  return { name: of('name', 200) || 'Error', message: of('message', 2_000), traceback: of('stack', MAX_CELL_TEXT) };
}
