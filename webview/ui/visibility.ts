/** Calls back when elements come near the visible part of the page and when they leave it. One observer for all. */
import { type ReactiveController, type ReactiveControllerHost } from 'lit';

const MARGIN_PIXELS = 200;

type Listener = (isNear: boolean) => void;

const listeners = new WeakMap<Element, Listener>();
let observer: IntersectionObserver | null = null;

export function watchVisibility(element: Element, listener: Listener): () => void {
  observer ??= new IntersectionObserver(
    (entries) => {
      for (const entry of entries) listeners.get(entry.target)?.(entry.isIntersecting);
    },
    // Pages live in a frame of another origin, where a margin around the window itself is ignored.
    { root: document, rootMargin: `${String(MARGIN_PIXELS)}px 0px` },
  );
  listeners.set(element, listener);
  observer.observe(element);
  return () => {
    listeners.delete(element);
    observer?.unobserve(element);
  };
}

/** For an element that fetches what it shows when it comes near what is seen of the page. */
export class LoadsWhenNear implements ReactiveController {
  isNear = false;
  private stop: (() => void) | null = null;

  constructor(
    private readonly host: ReactiveControllerHost & Element,
    private readonly load: () => void,
  ) {
    host.addController(this);
  }

  hostConnected(): void {
    this.stop = watchVisibility(this.host, (isNear) => {
      this.isNear = isNear;
      if (isNear) this.load();
    });
  }

  hostDisconnected(): void {
    this.stop?.();
  }
}
