/** Keeping what is told small: names are cut, lists say how many there were. */

/** What is longer is not read in a row or a node. */
export const MAX_NAME = 120;
export const MAX_TEXT = 1000;
const MAX_PROBLEMS = 50;
const MAX_COUNTED = 10_000;

/** Control characters would take six bytes each in a message, and mean nothing to whoever reads. */
export function cut(text: string, length = MAX_NAME): string {
  // eslint-disable-next-line no-control-regex -- these are what is taken out
  const plain = text.slice(0, length + 1).replaceAll(/[\u0000-\u0009\u000b-\u001f\u007f]/g, '\ufffd');
  return plain.length > length ? `${plain.slice(0, length - 1)}…` : plain;
}

export interface Listed<Item> {
  items: Item[];
  total: number;
}

export const listed = <Item, Told>(all: readonly Item[], most: number, tell: (item: Item) => Told): Listed<Told> => ({
  items: all.slice(0, most).map(tell),
  total: all.length,
});

/** What is wrong with a file, each once, in the order in which it was found. */
export class Problems {
  private readonly texts = new Set<string>();
  private more = 0;

  add(text: string): void {
    const short = cut(text, 300);
    if (this.texts.has(short)) return;
    if (this.texts.size < MAX_PROBLEMS) this.texts.add(short);
    else this.more++;
  }

  get told(): string[] {
    return this.more === 0 ? [...this.texts] : [...this.texts, `and ${String(this.more)} more`];
  }
}

/** Counts things by name, in the order in which they came first. */
export class Tally {
  private readonly counts = new Map<string, number>();

  add(name: string, count = 1): void {
    const known = this.counts.get(name);
    if (known !== undefined || this.counts.size < MAX_COUNTED) this.counts.set(name, (known ?? 0) + count);
  }

  /** The most frequent first. */
  get entries(): [string, number][] {
    return [...this.counts].toSorted(([, left], [, right]) => right - left);
  }
}
