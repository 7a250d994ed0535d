/* global addEventListener, Element, MutationObserver -- what runs in a page */
/** A real VS Code for a measurement, with the end-to-end tests' own hands, and eyes that cost the page little. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { root } from './store.mjs';

/** @returns {Promise<typeof import('../test/e2e/support/workbench.ts')>} */
export async function loadWorkbench() {
  const outfile = join(root, 'dist/bench-window.mjs');
  await build({
    entryPoints: [join(root, 'test/e2e/support/workbench.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node22',
    packages: 'external',
    logLevel: 'error',
    plugins: [
      {
        // They know where they are by their own place.
        name: 'scripts stay where they are',
        setup({ onResolve }) {
          onResolve({ filter: /scripts\/lib\/[\w-]+\.mjs$/ }, ({ path }) => ({
            path: pathToFileURL(join(root, 'scripts/lib', path.split('/').at(-1) ?? '')).href,
            external: true,
          }));
        },
      },
    ],
  });
  return import(pathToFileURL(outfile).href);
}

/**
 * Runs in every frame before its own scripts: notes when the last click was, when each chart got its first mark, and of
 * each drawing how many lines the chart has and how long it took.
 */
export function watchCharts() {
  /** @type {{ clickMs: number, drawn: number[], drawings: { lines: number, ms: number }[] }} */
  const seen = { clickMs: 0, drawn: [], drawings: [] };
  Object.assign(globalThis, { chartsSeen: seen });
  addEventListener('click', () => (seen.clickMs = Date.now()), true);
  // The chart's own `DrawnEvent`.
  const listen = () =>
    addEventListener(
      'lw-drawn',
      (event) => {
        const [chart] = /** @type {any[]} */ (event.composedPath());
        seen.drawings.push({ lines: chart.lines.length, ms: /** @type {any} */ (event).durationMs });
      },
      true,
    );
  let isListening = false;
  const { attachShadow } = Element.prototype;
  const marks = '.mark-line path, .mark-symbol path';
  Element.prototype.attachShadow = function (init) {
    // Not before the page's own code runs: VS Code opens the document of a webview anew, which takes listeners away.
    if (!isListening) listen();
    isListening = true;
    const shadow = attachShadow.call(this, init);
    new MutationObserver((_, observer) => {
      if (!shadow.querySelector(marks)) return;
      seen.drawn.push(Date.now());
      observer.disconnect();
    }).observe(shadow, { childList: true, subtree: true, attributes: true, attributeFilter: ['d'] });
    return shadow;
  };
}
