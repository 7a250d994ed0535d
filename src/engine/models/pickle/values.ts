/** What is remembered of the values on a pickle's stack: enough to know names, small texts and shapes. */

export type Value =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'number'; readonly number: number }
  /** `True`, `None`, and a number or text that is too long to be kept. */
  | { readonly kind: 'plain'; readonly word: string }
  | { readonly kind: 'tuple'; readonly items: readonly Value[] }
  | { readonly kind: 'global'; readonly name: string }
  /** What calling a name gave; the arguments are kept where they are few. */
  | { readonly kind: 'object'; readonly name: string; readonly args: readonly Value[]; state: Value | null }
  | { readonly kind: 'dict'; readonly entries: Map<string, Value> }
  | { readonly kind: 'bytes'; readonly length: number }
  | { readonly kind: 'other'; readonly word: string };

export const MAX_ITEMS = 16;
export const MAX_ENTRIES = 100;
export const MAX_TEXT = 200;

export const other = (word: string): Value => ({ kind: 'other', word });
export const plain = (word: string): Value => ({ kind: 'plain', word });
export const NOTHING = other('object');

/** Whether it has to be found again when it is fetched from the memo: the rest would fill the memory. */
export function isKept(value: Value): boolean {
  switch (value.kind) {
    case 'text':
    case 'number':
    case 'plain':
    case 'global':
      return true;
    case 'tuple':
      return value.items.every((item) => item.kind === 'text' || item.kind === 'number' || item.kind === 'plain');
    case 'object':
      return value.name === 'numpy.dtype';
    case 'dict':
    case 'bytes':
    case 'other':
      return false;
  }
}

/** As it is shown; null for what is no plain value. */
export function wordOf(value: Value): string | null {
  switch (value.kind) {
    case 'text':
      return JSON.stringify(value.text);
    case 'number':
      return String(value.number);
    case 'plain':
      return value.word;
    case 'tuple': {
      const words = value.items.map(wordOf);
      return words.includes(null) ? null : `(${words.join(', ')})`;
    }
    case 'global':
      return value.name;
    case 'object':
    case 'dict':
    case 'bytes':
    case 'other':
      return null;
  }
}

/** How many bytes an element of a type of numpy's takes; null for Python objects and for what is not known. */
export function itemBytes(dtype: Value | undefined): number | null {
  if (dtype?.kind !== 'object' || dtype.name !== 'numpy.dtype') return null;
  const [first] = dtype.args;
  const [, letter, digits] = first?.kind === 'text' ? (/^[<>=|]?([a-zA-Z])(\d+)$/.exec(first.text) ?? []) : [];
  if (letter === undefined || letter === 'O') return null;
  return Number(digits) * (letter === 'U' ? 4 : 1);
}

export const isObjectType = (dtype: Value | undefined): boolean =>
  dtype?.kind === 'object' &&
  dtype.name === 'numpy.dtype' &&
  dtype.args[0]?.kind === 'text' &&
  /^[<>=|]?O/.test(dtype.args[0].text);

/** The number of elements of a shape. */
export function elementsOf(shape: Value | undefined): number | null {
  if (shape?.kind !== 'tuple') return null;
  let count = 1;
  for (const size of shape.items) {
    if (size.kind !== 'number' || size.number < 0) return null;
    count *= size.number;
  }
  return Number.isSafeInteger(count) ? count : null;
}
