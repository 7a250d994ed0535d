/** From a terminal's colour codes to classes of the style sheet, and to a colour where a code names an exact one. */
import type Anser from 'anser';

export interface Style {
  readonly classes: readonly string[];
  /** Exact colours, `r, g, b`. */
  readonly color: string | null;
  readonly background: string | null;
}

/** Styles are shared, so that two stretches of text with the same one are seen to be one. */
const known = new Map<string, Style>();
const MAX_KNOWN = 2000;

/** Applies a select-graphic-rendition sequence to the state that `sgr` holds; null is the plain style. */
export function styleOf(sgr: Anser, parameters: string): Style | null {
  const entry = sgr.processChunkJson(`${parameters.replaceAll(':', ';')}m`, { json: true, use_classes: true }, true);
  if (!entry.was_processed) return null;
  // Anser lists a decoration as often as it was switched on, and hands out its own list.
  const decorations = new Set(entry.decorations);
  entry.decorations.splice(0, entry.decorations.length, ...decorations);
  const fg = colour(entry.fg, entry.fg_truecolor);
  const bg = colour(entry.bg, entry.bg_truecolor);
  const isReversed = decorations.has('reverse');
  const [front, back] = isReversed ? [bg ?? 'ansi-reverse', fg ?? 'ansi-reverse'] : [fg, bg];
  return shared({
    classes: [
      ...(front?.startsWith('ansi-') ? [`${front}-fg`] : []),
      ...(back?.startsWith('ansi-') ? [`${back}-bg`] : []),
      ...[...decorations].filter((name) => name !== 'reverse').map((name) => `ansi-${name}`),
    ],
    color: front === null || front.startsWith('ansi-') ? null : front,
    background: back === null || back.startsWith('ansi-') ? null : back,
  });
}

/** A class for the sixteen colours that a theme defines, `r, g, b` for the others. */
function colour(name: string | null, exact: string | null): string | null {
  if (name === null) return null;
  if (name === 'ansi-truecolor') return exact;
  const index = /^ansi-palette-(\d+)$/.exec(name)?.[1];
  return index === undefined ? name : paletteColour(Number(index));
}

/** The cube and the greys of xterm's 256 colours. */
function paletteColour(index: number): string {
  if (index >= 232) {
    const level = String(8 + (index - 232) * 10);
    return `${level}, ${level}, ${level}`;
  }
  const cube = index - 16;
  const level = (share: number) => String(share === 0 ? 0 : 55 + share * 40);
  return `${level(Math.floor(cube / 36))}, ${level(Math.floor(cube / 6) % 6)}, ${level(cube % 6)}`;
}

function shared(style: Style): Style {
  const key = JSON.stringify(style);
  const same = known.get(key);
  if (same) return same;
  if (known.size >= MAX_KNOWN) known.clear();
  known.set(key, style);
  return style;
}
