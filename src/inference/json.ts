/**
 * JSON as clients send it: whole numbers beyond 2^53 kept exactly where a model takes such, and Python's bare NaN, Infinity
 * and -Infinity, which are no JSON, read all the same.
 */
import { Refused } from './refused';

/** @throws Refused */
export function parseJson(text: string, { exactIntegers }: { readonly exactIntegers: boolean }): unknown {
  const isExact = exactIntegers && /\d{16}/.test(text);
  const read = (what: string): unknown => (isExact ? (JSON.parse(what, exactly) as unknown) : JSON.parse(what));
  try {
    return read(text);
  } catch (error) {
    if (error instanceof RangeError) throw new Refused('The JSON is nested too deep.');
    if (/\b(?:NaN|Infinity)\b/.test(text)) {
      try {
        return read(withoutBareWords(text));
      } catch {
        // what the first error says is told
      }
    }
    throw new Refused(`The body is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** As tensors read them: `null` is NaN, and a number that is too large is infinite. */
const WORDS: Readonly<Record<string, string>> = { NaN: 'null', Infinity: '1e999', '-Infinity': '-1e999' };
const withoutBareWords = (text: string): string =>
  text.replaceAll(/"(?:[^"\\]|\\.)*"|-?Infinity|NaN/gs, (found) => WORDS[found] ?? found);

interface Source {
  readonly source?: string;
}

function exactly(_key: string, value: unknown, context?: Source): unknown {
  const isUnsafe = typeof value === 'number' && !Number.isSafeInteger(value);
  return isUnsafe && context?.source !== undefined && /^-?\d+$/.test(context.source) ? BigInt(context.source) : value;
}
