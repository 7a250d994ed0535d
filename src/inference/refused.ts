/** Why an input is not taken: always the fault of whoever asks, told so that it can be put right. */
export class Refused extends Error {
  override readonly name = 'Refused';
}

const MAX_SHOWN = 60;

/** A value of a stranger, short enough for a message. */
export function shown(value: unknown): string {
  const text =
    typeof value === 'bigint'
      ? String(value)
      : typeof value === 'object' && value !== null
        ? kindOf(value)
        : json(value);
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}

const json = (value: unknown): string => (value === undefined ? 'nothing' : JSON.stringify(value));
const kindOf = (value: object): string => (Array.isArray(value) ? 'a list' : 'an object');

/** At most so many names in a message. */
export const listed = (names: readonly string[], most = 20): string =>
  names
    .slice(0, most)
    .map((name) => shown(name))
    .join(', ') + (names.length > most ? ` and ${String(names.length - most)} more` : '');
