/** Calls back when elements come near the visible part of the page and when they leave it. One observer for all. */

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
