/**
 * The words of a command line. For `run`, everything after the file, the module or `--` belongs to the script, so
 * these words are taken off before an option parser sees them. Pure, but for `rawWords`.
 */
import { readFileSync } from 'node:fs';
import type { RunTarget } from '../client/launch';
import { CAPTURE_KINDS, CaptureKind } from '../protocol/capture';
import { LoopwrightError } from '../protocol/errors';

export interface RunWords {
  /** What an option parser is to look at. */
  readonly own: readonly string[];
  /** Null if none was named. */
  readonly target: RunTarget | null;
}

/**
 * Splits the words behind `run`.
 *
 * @param takesValue our options that are followed by a value
 * @throws LoopwrightError `bad_request` for an `-m` without a module and a `--` without a command
 */
export function splitRunWords(words: readonly string[], takesValue: ReadonlySet<string>): RunWords {
  const own: string[] = [];
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? '';
    const rest = words.slice(index + 1);
    if (word === '--') {
      if (rest.length === 0) throw new LoopwrightError('bad_request', 'A command is missing after "--".');
      return { own, target: { kind: 'command', command: rest } };
    }
    if (word === '-m') {
      const [module, ...args] = rest;
      if (!module) throw new LoopwrightError('bad_request', 'The name of a module is missing after "-m".');
      return { own, target: { kind: 'module', module, args } };
    }
    if (word === '-' || !word.startsWith('-')) return { own, target: { kind: 'script', file: word, args: rest } };
    own.push(word);
    if (takesValue.has(word) && index + 1 < words.length) own.push(words[++index] ?? '');
  }
  return { own, target: null };
}

/** The index of the first word that is neither an option nor an option's value; -1 if there is none. */
export function commandIndex(words: readonly string[], takesValue: ReadonlySet<string>): number {
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? '';
    if (!word.startsWith('-')) return index;
    if (takesValue.has(word)) index++;
  }
  return -1;
}

const MAX_KEY = 250;
const MAX_VALUE = 6000;

/** `key=value` pairs, the later one winning. @throws LoopwrightError `bad_request` */
export function parseParams(pairs: readonly string[]): Record<string, string> {
  const params = new Map<string, string>();
  for (const pair of pairs) {
    const at = pair.indexOf('=');
    if (at <= 0) throw new LoopwrightError('bad_request', `-P takes key=value, not "${pair}". Example: -P lr=0.1`);
    const [key, value] = [pair.slice(0, at), pair.slice(at + 1)];
    if (key.length > MAX_KEY || value.length > MAX_VALUE)
      throw new LoopwrightError(
        'bad_request',
        `The parameter ${key.slice(0, 50)} is too long: ` +
          `at most ${String(MAX_KEY)} characters for a key, ${String(MAX_VALUE)} for a value.`,
      );
    params.set(key, value);
  }
  return Object.fromEntries(params);
}

/** A time limit; null where none is given. @throws LoopwrightError `bad_request` */
export function parseSeconds(option: string, text: string | undefined): number | null {
  if (text === undefined) return null;
  const seconds = Number(text);
  if (text.trim() === '' || !Number.isFinite(seconds) || seconds <= 0)
    throw new LoopwrightError('bad_request', `${option} takes seconds above 0, not "${text}". Example: ${option} 600`);
  return seconds;
}

/**
 * The kinds of a `--capture`: a list with commas between, or `none`.
 *
 * @throws LoopwrightError `bad_request`
 */
export function parseCapture(text: string): CaptureKind[] {
  if (text.trim() === 'none') return [];
  const words = text.split(',').map((word) => word.trim());
  const kinds = words.map((word) => {
    const kind = CaptureKind.safeParse(word);
    if (kind.success) return kind.data;
    throw new LoopwrightError(
      'bad_request',
      `--capture takes kinds with commas between, or "none", not "${word}". The kinds: ${CAPTURE_KINDS.join(', ')}.`,
    );
  });
  return CAPTURE_KINDS.filter((kind) => kinds.includes(kind));
}

/** Descriptors that a shell opened for the script and named in its arguments, as `<(command)` does. */
export function descriptorsIn(words: readonly string[]): number[] {
  const found = new Set<number>();
  for (const word of words) {
    for (const [, digits] of word.matchAll(/\/(?:dev|proc\/self)\/fd\/(\d{1,3})\b/g)) {
      const descriptor = Number(digits);
      if (descriptor > 2) found.add(descriptor);
    }
  }
  return [...found];
}

/**
 * The words of this process's command line. Node replaces bytes that are no valid UTF-8; where the system still has
 * the bytes, such words are given in Python's `surrogateescape` form, as in spec.json, and nothing is lost.
 */
export function rawWords(): string[] {
  const words = process.argv.slice(2);
  if (!words.some((word) => word.includes('\ufffd'))) return words;
  let commandLine: Buffer;
  try {
    commandLine = readFileSync('/proc/self/cmdline');
  } catch {
    return words; // not Linux
  }
  const raw = splitAtNul(commandLine).slice(-words.length);
  const decoded = raw.map(decodeSurrogateEscape);
  // Whatever else a system puts there, it is the same words or none of use.
  const isSame = decoded.every((word, index) => Buffer.from(encodeSurrogateEscape(word)).toString() === words[index]);
  return isSame && decoded.length === words.length ? decoded : words;
}

function splitAtNul(bytes: Buffer): Buffer[] {
  const parts: Buffer[] = [];
  let start = 0;
  for (let end = bytes.indexOf(0); end >= 0; end = bytes.indexOf(0, start)) {
    parts.push(bytes.subarray(start, end));
    start = end + 1;
  }
  return parts;
}

/** Bytes as Python's `surrogateescape` reads them: what is no UTF-8 becomes U+DC80 to U+DCFF, byte by byte. */
export function decodeSurrogateEscape(bytes: Buffer): string {
  const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let text = '';
  for (let at = 0; at < bytes.length;) {
    const length = sequenceLength(bytes[at] ?? 0);
    try {
      text += strict.decode(bytes.subarray(at, at + length));
      at += length;
    } catch {
      text += String.fromCharCode(0xdc00 + (bytes[at] ?? 0)); // this byte begins no character
      at++;
    }
  }
  return text;
}

const sequenceLength = (first: number): number => (first < 0xc0 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4);

/** The bytes behind such a text. */
export function encodeSurrogateEscape(text: string): Buffer {
  const parts = text.split(/([\udc80-\udcff]+)/u);
  return Buffer.concat(
    parts.map((part, index) =>
      index % 2 === 1
        ? Buffer.from(Array.from({ length: part.length }, (_, at) => part.charCodeAt(at) & 0xff))
        : Buffer.from(part),
    ),
  );
}
