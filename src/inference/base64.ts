/** Texts that clients send as their bytes: `{"b64": "aGk="}`, as TensorFlow Serving and KServe's first protocol have it. */
import { isRecord } from './given';
import { Refused } from './refused';
import { MAX_RANK } from './tensor';

/** Lists in lists, in an object of tensors, in one of the request. */
const MAX_DEPTH = MAX_RANK + 2;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The same with texts in the place of such objects. @throws Refused */
export function withTexts(given: unknown, depth = 0): unknown {
  if (depth > MAX_DEPTH) throw new Refused('The data is nested too deep.');
  if (Array.isArray(given)) return given.map((one: unknown) => withTexts(one, depth + 1));
  if (!isRecord(given)) return given;
  const entries = Object.entries(given);
  const [first] = entries;
  if (first?.[0] === 'b64' && entries.length === 1) return textOf(first[1]);
  return Object.fromEntries(entries.map(([name, one]) => [name, withTexts(one, depth + 1)]));
}

function textOf(encoded: unknown): string {
  if (typeof encoded !== 'string' || !/^[A-Za-z0-9+/_-]*={0,2}$/.test(encoded))
    throw new Refused('What is under "b64" is no base64.');
  try {
    return utf8.decode(Buffer.from(encoded, 'base64'));
  } catch {
    throw new Refused('What is under "b64" is no text in UTF-8: the models that are served take no other bytes.');
  }
}
