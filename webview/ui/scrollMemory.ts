/** Brings the page back to where it was scrolled to, also where parts of it get their height only later. */

const PATIENCE_MS = 3000;
/** Browsers round where they scroll to. */
const TOLERANCE_PIXELS = 2;

/** Goes to `top` as soon as the page is long enough; gives up once the reader scrolls. */
export function restoreScroll(top: number): void {
  if (top <= 0) return;
  let reached = 0;
  const stop = () => {
    sizes.disconnect();
    clearTimeout(timer);
    window.removeEventListener('scroll', onScroll);
  };
  const sizes = new ResizeObserver(() => {
    window.scrollTo({ top, behavior: 'instant' });
    reached = window.scrollY;
  });
  const onScroll = () => {
    if (Math.abs(window.scrollY - reached) > TOLERANCE_PIXELS) stop();
  };
  const timer = setTimeout(stop, PATIENCE_MS);
  window.addEventListener('scroll', onScroll, { passive: true });
  sizes.observe(document.body);
}
