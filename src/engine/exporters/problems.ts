/** What could not be taken along: the first in words, the rest as a number; what is told twice is one. */
const SHOWN = 100;

export class Told {
  private readonly all = new Set<string>();

  add(text: string): void {
    this.all.add(text);
  }

  get texts(): string[] {
    const shown = [...this.all].slice(0, SHOWN);
    const others = this.all.size - shown.length;
    return others > 0 ? [...shown, `and ${String(others)} more`] : shown;
  }
}
