/** Where a scatter plot puts things, in pixels. What has no place among the numbers has a strip of its own. Pure. */
import { HIGH, LOW, type Scale } from './scale';

export interface PlotSize {
  readonly width: number;
  readonly height: number;
}

/** Around everything that is drawn, for labels and titles. */
export const ROOM = { left: 76, right: 24, top: 20, bottom: 46 } as const;
const STRIP_PIXELS = 44;
/** From the outer edge of a strip to what stands in it. */
const STRIP_INSET = 8;

export interface ScatterLayout {
  readonly left: (place: number) => number;
  readonly top: (place: number) => number;
}

type Outside = Pick<Scale, 'low' | 'high'>;

export function scatterLayout({ width, height }: PlotSize, x: Outside, y: Outside): ScatterLayout {
  return {
    left: along(ROOM.left, Math.max(ROOM.left + 1, width - ROOM.right), x),
    top: along(height - ROOM.bottom, ROOM.top, y),
  };
}

/** From places on an axis to pixels between `low` and `high`, whichever of the two is greater. */
function along(low: number, high: number, outside: Outside): (place: number) => number {
  const way = Math.sign(high - low);
  const from = low + (outside.low === '' ? 0 : way * STRIP_PIXELS);
  const to = high - (outside.high === '' ? 0 : way * STRIP_PIXELS);
  return (place) => {
    if (place === LOW) return low + way * STRIP_INSET;
    if (place === HIGH) return high - way * STRIP_INSET;
    return from + place * (to - from);
  };
}

export interface PointLabel {
  /** Of the label's near end, beside its point. */
  readonly x: number;
  readonly y: number;
  readonly text: string;
  readonly anchor: 'start' | 'end';
}

const LINE_PIXELS = 13;
const CHARACTER_PIXELS = 7;

/** Labels as near to the height of their points as they can be without standing on each other. In their own order. */
export function labelTops(labels: readonly PointLabel[]): number[] {
  const placed: { readonly from: number; readonly to: number; readonly y: number }[] = [];
  return labels.map(({ x, y, text, anchor }) => {
    const width = text.length * CHARACTER_PIXELS;
    const [from, to] = anchor === 'start' ? [x, x + width] : [x - width, x];
    const isFree = (at: number) =>
      placed.every((one) => one.to < from || one.from > to || Math.abs(one.y - at) >= LINE_PIXELS);
    let top = y;
    for (let away = 1; !isFree(top); away++) top = y + (away % 2 === 1 ? 1 : -1) * Math.ceil(away / 2) * LINE_PIXELS;
    placed.push({ from, to, y: top });
    return top;
  });
}
