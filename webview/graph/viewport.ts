/**
 * The window through which a drawing is seen: drags, the wheel with Ctrl (which is also how a pinch comes), and the size of
 * the element. It moves the drawing by itself: nothing has to be rendered for that.
 */
import { begun, centred, FAR_SCALE, fitted, kept, shown, type Size, type View, zoomed } from './view';

const MIN_DRAG_PIXELS = 4;
const WHEEL_RATE = 0.0025;

interface Place {
  readonly x: number;
  readonly y: number;
}

interface Drag {
  readonly pointer: number;
  readonly from: Place;
  readonly view: View;
}

export class Viewport {
  private plot: SVGSVGElement | null = null;
  private drawing: Size = { width: 0, height: 0 };
  private start: Place = { x: 0, y: 0 };
  private size: Size = { width: 0, height: 0 };
  private view: View = { x: 0, y: 0, scale: 1 };
  /** Whether it was moved since it was first shown: then it stays as it is when the room changes. */
  private isMoved = false;
  private drag: Drag | null = null;
  isDragged = false;
  /** Whether the click that comes now is the end of a drag. */
  wasDragged = false;

  private readonly sizes = new ResizeObserver(([entry]) => {
    const { width = 0, height = 0 } = entry?.contentRect ?? {};
    if (width === 0 || height === 0) return;
    this.size = { width, height };
    if (this.isMoved) this.apply(kept(this.view, this.drawing, this.size));
    else this.apply(begun(this.drawing, this.size, this.start));
  });

  /** To be called after each rendering. */
  attach(plot: SVGSVGElement, drawing: Size, start: Place): void {
    if (plot === this.plot && drawing === this.drawing) return;
    this.detach();
    Object.assign(this, { plot, drawing, start, isMoved: false });
    plot.addEventListener('pointerdown', this.onDown);
    plot.addEventListener('pointermove', this.onMove);
    plot.addEventListener('pointerup', this.onUp);
    plot.addEventListener('pointercancel', this.onUp);
    plot.addEventListener('wheel', this.onWheel, { passive: false });
    this.sizes.observe(plot);
  }

  detach(): void {
    const { plot } = this;
    this.sizes.disconnect();
    this.plot = null;
    if (!plot) return;
    plot.removeEventListener('pointerdown', this.onDown);
    plot.removeEventListener('pointermove', this.onMove);
    plot.removeEventListener('pointerup', this.onUp);
    plot.removeEventListener('pointercancel', this.onUp);
    plot.removeEventListener('wheel', this.onWheel);
  }

  zoom(factor: number): void {
    this.glide(zoomed(this.view, factor, this.middle, this.drawing, this.size));
  }

  fit(): void {
    this.glide(fitted(this.drawing, this.size));
  }

  centre(place: Place): void {
    this.glide(centred(this.view, place, this.size));
  }

  show(rect: Size & { readonly left: number; readonly top: number }): void {
    this.glide(shown(this.view, rect, this.size));
  }

  private get middle(): Place {
    return { x: this.size.width / 2, y: this.size.height / 2 };
  }

  private glide(view: View): void {
    if (view.x === this.view.x && view.y === this.view.y && view.scale === this.view.scale) return;
    this.isMoved = true;
    this.plot?.classList.add('is-gliding');
    this.apply(view);
  }

  private apply(view: View): void {
    this.view = view;
    const { x, y, scale } = view;
    this.plot?.classList.toggle('is-far', scale < FAR_SCALE);
    this.plot
      ?.querySelector<SVGGElement>('.world')
      ?.style.setProperty('transform', `translate(${String(x)}px, ${String(y)}px) scale(${String(scale)})`);
  }

  private readonly onDown = (event: PointerEvent) => {
    this.wasDragged = false;
    if (event.button !== 0) return;
    this.drag = { pointer: event.pointerId, from: { x: event.clientX, y: event.clientY }, view: this.view };
  };

  private readonly onMove = (event: PointerEvent) => {
    const { drag, plot } = this;
    if (!drag || !plot || drag.pointer !== event.pointerId) return;
    const [dx, dy] = [event.clientX - drag.from.x, event.clientY - drag.from.y];
    if (!this.isDragged) {
      if (Math.hypot(dx, dy) < MIN_DRAG_PIXELS) return;
      // Not before: a click would no longer be one on the node.
      plot.setPointerCapture(event.pointerId);
      plot.classList.remove('is-gliding');
      plot.classList.add('is-dragged');
      Object.assign(this, { isDragged: true, wasDragged: true, isMoved: true });
    }
    this.apply(kept({ ...drag.view, x: drag.view.x + dx, y: drag.view.y + dy }, this.drawing, this.size));
  };

  private readonly onUp = () => {
    this.drag = null;
    this.isDragged = false;
    this.plot?.classList.remove('is-dragged');
  };

  private readonly onWheel = (event: WheelEvent) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const { plot } = this;
    if (!plot) return;
    plot.classList.remove('is-gliding');
    this.isMoved = true;
    const box = plot.getBoundingClientRect();
    const around = { x: event.clientX - box.left, y: event.clientY - box.top };
    const pixels = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? event.deltaY * 16 : event.deltaY;
    this.apply(zoomed(this.view, Math.exp(-pixels * WHEEL_RATE), around, this.drawing, this.size));
  };
}
