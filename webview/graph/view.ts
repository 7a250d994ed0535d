/** What is seen of a drawing, through a window that is moved and enlarged. Pure. */

export interface View {
  /** Where the drawing's origin is in the window, in pixels. */
  readonly x: number;
  readonly y: number;
  readonly scale: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

interface Place {
  readonly x: number;
  readonly y: number;
}

/** Below this, texts are no longer read, and are left out. */
export const FAR_SCALE = 0.45;
/** A drawing that would have to be smaller is begun with only a part of it. */
const READABLE_SCALE = 0.8;
const MOST_SCALE = 3;
const MARGIN = 16;

/** All of it, not enlarged. */
export function fitted(drawing: Size, window: Size): View {
  const scale = Math.min(fitScale(drawing, window), 1);
  return {
    scale,
    x: (window.width - drawing.width * scale) / 2,
    y: (window.height - drawing.height * scale) / 2,
  };
}

/** All of it where that is readable, else from where one begins to read. */
export function begun(drawing: Size, window: Size, start: Place): View {
  if (fitScale(drawing, window) >= READABLE_SCALE) return fitted(drawing, window);
  const scale = 1;
  const isNarrow = drawing.width * scale + 2 * MARGIN <= window.width;
  return {
    scale,
    x: isNarrow ? (window.width - drawing.width * scale) / 2 : window.width / 2 - start.x * scale,
    y: drawing.height * scale + 2 * MARGIN <= window.height ? (window.height - drawing.height * scale) / 2 : MARGIN,
  };
}

const fitScale = (drawing: Size, window: Size): number =>
  Math.min(
    Math.max(window.width - 2 * MARGIN, 1) / Math.max(drawing.width, 1),
    Math.max(window.height - 2 * MARGIN, 1) / Math.max(drawing.height, 1),
  );

/** @param around stays where it is in the window */
export function zoomed(view: View, factor: number, around: Place, drawing: Size, window: Size): View {
  const least = Math.min(fitScale(drawing, window), 1);
  const scale = Math.min(Math.max(view.scale * factor, least), MOST_SCALE);
  const ratio = scale / view.scale;
  return kept(
    { scale, x: around.x - (around.x - view.x) * ratio, y: around.y - (around.y - view.y) * ratio },
    drawing,
    window,
  );
}

/** Some of the drawing stays in sight, wherever it is dragged. */
export function kept(view: View, drawing: Size, window: Size): View {
  const within = (at: number, size: number, room: number) => {
    const rest = Math.min(size * view.scale, room) / 4;
    return Math.min(Math.max(at, rest - size * view.scale), room - rest);
  };
  return {
    ...view,
    x: within(view.x, drawing.width, window.width),
    y: within(view.y, drawing.height, window.height),
  };
}

/** In the middle, and readable. */
export function centred(view: View, { x, y }: Place, window: Size): View {
  const scale = Math.max(view.scale, READABLE_SCALE);
  return { scale, x: window.width / 2 - x * scale, y: window.height / 2 - y * scale };
}

interface Rect extends Size {
  readonly left: number;
  readonly top: number;
}

/** Moved as little as it takes to show a part of the drawing. */
export function shown(view: View, { left, top, width, height }: Rect, window: Size): View {
  const near = (at: number, start: number, size: number, room: number) => {
    const from = at + start * view.scale;
    const over = Math.max(from + size * view.scale + MARGIN - room, 0);
    return at - over + Math.max(MARGIN - (from - over), 0);
  };
  return { ...view, x: near(view.x, left, width, window.width), y: near(view.y, top, height, window.height) };
}
