/** Names at the ends of lines, where there is room for them. Pure. */
import { type ChartFrame, type ChartLine, shareFromTop } from './frame';

/** More names beside each other are a legend. */
export const MAX_LABELS = 6;
const MIN_WIDTH = 380;
const LINE_PIXELS = 14;
const ROOM = 110;
const MAX_CHARS = 16;

export interface EndLabel {
  readonly y: number;
  readonly text: string;
  readonly s: number;
}

/** Pixels to the right of the plot; 0 for a legend or a line that is alone. */
export function endLabelRoom(lineCount: number, width: number, height: number): number {
  const fits = lineCount > 1 && lineCount <= MAX_LABELS && width >= MIN_WIDTH && lineCount * LINE_PIXELS <= height;
  return fits ? ROOM : 0;
}

/** Each name beside the end of its line, moved apart as far as they would overlap. */
export function endLabels(lines: readonly ChartLine[], frame: ChartFrame, height: number): EndLabel[] {
  const wanted = lines.flatMap(({ name }, s) => {
    const end = frame.line.findLast((row) => row.s === s && (row.smooth ?? row.value) !== null);
    const share = end ? shareFromTop(frame, end.smooth ?? end.value ?? 0) : null;
    return share === null ? [] : [{ y: share * height, text: shortened(name), s }];
  });
  return spread(
    wanted.toSorted((left, right) => left.y - right.y),
    height,
  );
}

/** Down where they touch, then up again as far as the last went below the edge. */
function spread(labels: readonly EndLabel[], height: number): EndLabel[] {
  const ys = labels.map(({ y }) => Math.min(Math.max(y, LINE_PIXELS / 2), height - LINE_PIXELS / 2));
  for (let at = 1; at < ys.length; at++) ys[at] = Math.max(ys[at] ?? 0, (ys[at - 1] ?? 0) + LINE_PIXELS);
  let limit = height - LINE_PIXELS / 2;
  for (let at = ys.length - 1; at >= 0; at--) {
    ys[at] = Math.min(ys[at] ?? 0, limit);
    limit = (ys[at] ?? 0) - LINE_PIXELS;
  }
  return labels.map((label, at) => ({ ...label, y: ys[at] ?? label.y }));
}

/** Keys differ at their ends, so that is what stays; never half of a character that has two halves. */
export function shortened(name: string, maxChars = MAX_CHARS): string {
  const characters = Array.from(name.replaceAll(/\s+/g, ' '));
  if (characters.length <= maxChars) return characters.join('');
  const head = Math.floor((maxChars - 1) / 3);
  return `${characters.slice(0, head).join('')}…${characters.slice(head + 1 - maxChars).join('')}`;
}
