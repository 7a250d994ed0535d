/** An upright axis of parallel coordinates: how it is drawn, what its menu offers, its filter in words. */
import { nothing, svg } from 'lit';
import { shortened } from '../charts/labels';
import { type MenuItem } from '../ui/menuItem';
import { type Brush, yOf } from './parallelLines';
import { AXIS_TYPES, type AxisType, HIGH, LOW, type Scale } from './scale';

const BRUSH_PIXELS = 14;
/** A brush ends a little beyond what stands outside the numbers. */
const BEYOND = 0.06;
const LABEL_CHARS = 12;
/** Of the digits and letters of its font, on average; those of wide letters reach a little into the space before. */
const PIXELS_PER_CHAR = 7;

const TYPE_WORDS: Readonly<Record<AxisType, string>> = {
  linear: 'Linear',
  log: 'Logarithmic',
  category: 'Categories',
};

export interface AxisPlace {
  readonly x: number;
  /** On which side the labels stand: right of the last axis, where no lines run. */
  readonly side: 'left' | 'right';
  /** Pixels on that side that are free for labels. */
  readonly room: number;
  readonly height: number;
}

export function drawnAxis(scale: Scale, { x, side, room, height }: AxisPlace, brush: Brush | undefined) {
  const chars = Math.max(4, Math.min(LABEL_CHARS, Math.floor((room - 6) / PIXELS_PER_CHAR)));
  const y = (place: number) => yOf(place, height);
  const way = side === 'left' ? -1 : 1;
  const from = y(Math.min(brush?.to ?? 0, HIGH + BEYOND));
  const to = y(Math.max(brush?.from ?? 0, LOW - BEYOND));
  return svg`
    <line class="axis" x1=${x} x2=${x} y1=${y(1)} y2=${y(0)}></line>
    ${scale.ticks.map(
      ({ at, label }) => svg`<line class="axis" x1=${x + 3 * way} x2=${x} y1=${y(at)} y2=${y(at)}></line>
        <text class="halo" x=${x + 6 * way} y=${y(at) + 4} text-anchor=${side === 'left' ? 'end' : 'start'}>${shortened(label, chars)}</text>`,
    )}
    ${scale.low === '' ? nothing : svg`<text class="halo" x=${x} y=${y(LOW) + 12} text-anchor="middle">${scale.low}</text>`}
    ${scale.high === '' ? nothing : svg`<text class="halo" x=${x} y=${y(HIGH) + 2} text-anchor="middle">${scale.high}</text>`}
    ${
      brush === undefined
        ? nothing
        : svg`<rect class="brush" x=${x - BRUSH_PIXELS / 2} width=${BRUSH_PIXELS} y=${from} height=${Math.max(1, to - from)}></rect>`
    }
  `;
}

export function axisMenu(
  scale: Scale | undefined,
  { index, count, isFiltered }: { readonly index: number; readonly count: number; readonly isFiltered: boolean },
): readonly MenuItem[] {
  return [
    { id: 'left', label: 'Move Left', disabled: index === 0 },
    { id: 'right', label: 'Move Right', disabled: index === count - 1 },
    ...AXIS_TYPES.map((type, at) => ({
      id: type,
      label: TYPE_WORDS[type],
      checked: scale?.type === type,
      disabled: scale?.types.includes(type) !== true,
      isFirstOfGroup: at === 0,
    })),
    { id: 'clear', label: 'Clear Filter', isFirstOfGroup: true, disabled: !isFiltered },
    { id: 'remove', label: 'Remove Axis', disabled: count <= 2 },
  ];
}

/** In the values of the ticks that lie inside, which is as exact as a glance. */
export function brushWords({ from, to }: Brush, { ticks }: Scale): string {
  const inside = ticks.filter(({ at }) => at >= from && at <= to);
  const [first, last] = [inside[0], inside.at(-1)];
  if (!first || !last) return 'between two ticks';
  return first === last ? `around ${first.label}` : `about ${first.label} to ${last.label}`;
}
