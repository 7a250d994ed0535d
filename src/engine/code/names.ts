/**
 * File names as git and the file system have them are bytes, which need not be UTF-8. Inside this folder a name is a
 * string of those bytes (`latin1`), so that every name can be split, sorted and given back unharmed; what leaves it is
 * text, with Python's `surrogateescape` form where bytes are no UTF-8.
 */
export type ByteName = string;

const FIRST_ESCAPE = 0xdc00;

export const bytesOf = (name: ByteName): Buffer => Buffer.from(name, 'latin1');
export const nameIn = (bytes: Buffer): ByteName => bytes.toString('latin1');

/** What stands between NUL bytes. */
export function splitNul(bytes: Buffer): ByteName[] {
  const names = nameIn(bytes).split('\0');
  if (names.at(-1) === '') names.pop();
  return names;
}

export const joinNul = (names: readonly ByteName[]): Buffer => bytesOf(names.map((name) => `${name}\0`).join(''));

/** Then its bytes are its text. */
export const isAscii = (name: ByteName): boolean => /^[\0-\x7f]*$/.test(name);

export function textOf(name: ByteName): string {
  if (isAscii(name)) return name;
  const bytes = bytesOf(name);
  const text = bytes.toString('utf8');
  if (!text.includes('\ufffd') || Buffer.from(text, 'utf8').equals(bytes)) return text;
  return escaped(bytes);
}

/** As `surrogateescape` does it: byte 0x80 and above, where it belongs to no character, becomes U+DC80 and above. */
function escaped(bytes: Buffer): string {
  let text = '';
  for (let at = 0; at < bytes.length;) {
    const length = [1, 2, 3, 4].find((count) => isCharacter(bytes.subarray(at, at + count), count));
    text +=
      length === undefined
        ? String.fromCharCode(FIRST_ESCAPE + bytes.readUInt8(at))
        : bytes.toString('utf8', at, at + length);
    at += length ?? 1;
  }
  return text;
}

function isCharacter(bytes: Buffer, count: number): boolean {
  const text = bytes.toString('utf8');
  // One code point is one character here, or a pair of surrogates.
  const isOne = text.length === 1 || (text.length === 2 && (text.codePointAt(0) ?? 0) > 0xffff);
  return bytes.length === count && isOne && Buffer.from(text, 'utf8').equals(bytes);
}

export function byteNameOf(text: string): ByteName {
  let name = '';
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    name +=
      code >= FIRST_ESCAPE + 0x80 && code <= FIRST_ESCAPE + 0xff
        ? String.fromCharCode(code - FIRST_ESCAPE)
        : nameIn(Buffer.from(character, 'utf8'));
  }
  return name;
}
