/**
 * Which colour and which dashes a run or a metric has. It gets a slot when it is first seen and keeps it wherever it
 * appears: a chart that loses a line does not recolour the others. Pure.
 */

/** Six of the theme, then six that people with any colour vision tell apart, with dashes as a second channel. */
const THEME_COLOURS = 6;

/**
 * Okabe and Ito, "Color Universal Design", 2008, without black and the yellow that no light background shows; and two
 * of Tol's "bright" scheme (SRON/EPS/TN/09-002).
 */
export const EXTENSION = ['#56B4E9', '#E69F00', '#009E73', '#D55E00', '#CC79A7', '#AA3377'] as const;

const COLOURS = THEME_COLOURS + EXTENSION.length;

/** On and off, in pixels; none for the first six. */
const DASHES: readonly (readonly number[])[] = [[], [6, 3], [2, 2], [8, 3, 2, 3], [1, 3]];

export const colourIndex = (slot: number): number => slot % COLOURS;

export function dashOf(slot: number): readonly number[] {
  return DASHES[Math.floor(slot / THEME_COLOURS) % DASHES.length] ?? [];
}

/** The slots of the things on a page, by their ids. */
export class ColourBook {
  private readonly slots = new Map<string, number>();

  constructor(kept: Readonly<Record<string, number>> = {}) {
    for (const [id, slot] of Object.entries(kept)) this.slots.set(id, slot);
  }

  /** The lowest that nothing else has; the same for ever after. */
  slotOf(id: string): number {
    const known = this.slots.get(id);
    if (known !== undefined) return known;
    const taken = new Set(this.slots.values());
    let slot = 0;
    while (taken.has(slot)) slot++;
    this.slots.set(id, slot);
    return slot;
  }

  forget(id: string): void {
    this.slots.delete(id);
  }

  /** For the state of a page. */
  get kept(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.slots);
  }
}
