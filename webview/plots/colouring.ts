/** The colours of runs in plots: each its own, or along the values of an axis. Pure. */
import { dashOf } from '../charts/colours';
import { type ChartTheme, colourOf } from '../charts/theme';
import { LOW, type PlotRun, type Scale } from './scale';

/** As many as can be told apart. */
const SHADES = 16;

export interface Stroke {
  readonly colour: string;
  /** On and off in pixels, as SVG takes them; empty for a line without gaps. */
  readonly dashes: string;
}

/** From blue to orange, which people with any colour vision tell apart, on dark and on light. */
export function shade(theme: ChartTheme, place: number): string {
  const share = Math.round((Math.min(Math.max(place, 0), 1) * 100 * (SHADES - 1)) / 100) / (SHADES - 1);
  return `color-mix(in oklab, ${colourOf(theme, 1)} ${(share * 100).toFixed(0)}%, ${colourOf(theme, 0)})`;
}

/** @param scale of the axis that gives the colours; null where each run has its own */
export function strokeOf(theme: ChartTheme, { slot }: PlotRun, scale: Scale | null, value: PlotRun['values'][number]) {
  if (scale) {
    const place = scale.place(value);
    return { colour: place === LOW ? theme.label : shade(theme, place), dashes: '' };
  }
  return {
    colour: slot === null ? colourOf(theme, 0) : colourOf(theme, slot),
    dashes: slot === null ? '' : dashOf(slot).join(' '),
  };
}

/** For a bar that explains the colours. */
export const shades = (theme: ChartTheme): readonly string[] =>
  Array.from({ length: SHADES }, (_, index) => shade(theme, index / (SHADES - 1)));
