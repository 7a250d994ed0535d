/** The values of `--sweep`, and the number of `--jobs`. Pure. */
import { MAX_SWEEP_JOBS, type SweepValues } from '../client/sweep';
import { LoopwrightError } from '../protocol/errors';
import { parseParams } from './words';

const refuse = (message: string) => new LoopwrightError('bad_request', message);

/**
 * `lr=0.1,0.3`, `lr=[0.1, 0.3]`, `layers=[64,64],[128]`: commas within brackets and quotes separate nothing.
 *
 * @returns undefined where nothing is swept over
 * @throws LoopwrightError `bad_request`
 */
export function parseSweep(words: readonly string[]): SweepValues | undefined {
  if (words.length === 0) return undefined;
  const over = new Map<string, string[]>();
  for (const word of words) {
    const at = word.indexOf('=');
    const key = word.slice(0, Math.max(at, 0)).trim();
    if (key === '' || /[{}]/.test(key))
      throw refuse(`--sweep takes key=value,value, not "${word}". Example: --sweep lr=0.1,0.3`);
    if (over.has(key)) throw refuse(`--sweep ${key} is given twice. Put all of its values into one.`);
    const values = splitValues(word.slice(at + 1), word);
    for (const value of values) parseParams([`${key}=${value}`]); // as long as a parameter may be
    over.set(key, values);
  }
  return Object.fromEntries(over);
}

function splitValues(text: string, word: string): string[] {
  const parts = splitOutside(text, word);
  const [only = ''] = parts;
  const isList = parts.length === 1 && only.startsWith('[') && only.endsWith(']');
  const values = (isList ? splitOutside(only.slice(1, -1), word) : parts).map(unquoted);
  if (values.some((value) => value === ''))
    throw refuse(`--sweep ${word} has an empty value. Write values with commas between: --sweep lr=0.1,0.3`);
  return values;
}

const CLOSING: Readonly<Record<string, string>> = { '[': ']', '(': ')', '{': '}' };

function splitOutside(text: string, word: string): string[] {
  const parts: string[] = [];
  const open: string[] = [];
  let quote: string | null = null;
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    const sign = text.charAt(at);
    if (quote !== null) {
      if (sign === quote) quote = null;
    } else if (/["']/.test(sign) && (open.length > 0 || text.slice(from, at).trim() === ''))
      quote = sign; // elsewhere it is an apostrophe
    else if (CLOSING[sign] !== undefined) open.push(CLOSING[sign]);
    else if (sign === open.at(-1)) open.pop();
    else if (sign === ',' && open.length === 0) {
      parts.push(text.slice(from, at));
      from = at + 1;
    }
  }
  if (quote !== null || open.length > 0)
    throw refuse(`In --sweep ${word} a ${quote === null ? 'bracket' : 'quote'} is not closed.`);
  return [...parts, text.slice(from)].map((part) => part.trim());
}

/** Without the quotes around it. */
function unquoted(value: string): string {
  const [, , inner] = /^(["'])([^"']*)\1$/.exec(value) ?? [];
  return inner ?? value;
}

/** @throws LoopwrightError `bad_request` */
export function parseJobs(text: string): number {
  const jobs = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (jobs >= 1 && jobs <= MAX_SWEEP_JOBS) return jobs;
  throw refuse(`--jobs takes a number from 1 to ${String(MAX_SWEEP_JOBS)}, not "${text}".`);
}
