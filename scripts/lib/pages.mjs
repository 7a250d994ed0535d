/** How the pages of `webview/` are bundled: for the product, and for the tests that open them in a browser of their own. */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import esbuild from 'esbuild';
import { compiledCharts } from './compiled-charts.mjs';
import { repoRoot } from './paths.mjs';

export const PAGES = /** @type {const} */ ([
  'run',
  'compareNotebook',
  'compare',
  'modelVersion',
  'compareVersions',
  'endpoint',
]);

/** Of Vega: no chart of ours has a map, a graph, a tree or a cloud, yet they would come along. */
const UNUSED = /^(vega-(crossfilter|force|geo|hierarchy|label|projection|regression|voronoi|wordcloud)|d3-geo)$/;

/** Of the umbrella, what draws a chart that is compiled already: all of it would bring the parser along. */
const DRAWING = `
import { extend } from 'vega-util';
import { transforms } from 'vega-dataflow';
import * as basic from 'vega-transforms';
import * as layout from 'vega-view-transforms';
import * as encode from 'vega-encode';
extend(transforms, basic, layout, encode);
export { View } from 'vega-view';
`;

/** @type {import('esbuild').Plugin} */
const withoutUnused = {
  name: 'without what of Vega is not used',
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: UNUSED }, ({ path }) => ({ path, namespace: 'unused' }));
    // No module of the language: of such a one every import would have to be there.
    onLoad({ filter: /./, namespace: 'unused' }, () => ({ contents: 'module.exports = {};' }));
    onResolve({ filter: /^vega$/ }, ({ importer }) =>
      /charts[\\/]drawing\.ts$/.test(importer) ? { path: 'vega', namespace: 'drawing' } : undefined,
    );
    onLoad({ filter: /./, namespace: 'drawing' }, () => ({ contents: DRAWING, resolveDir: repoRoot }));
  },
};

/**
 * @param {(typeof PAGES)[number]} name
 * @param {string} outdir gets `NAME.js`, `NAME.css`, `NAME.json` and a folder of the same name with further parts
 * @param {import('esbuild').BuildOptions} [options]
 * @returns {import('esbuild').BuildOptions}
 */
export function pageBuild(name, outdir, options = {}) {
  return {
    absWorkingDir: repoRoot,
    bundle: true,
    platform: 'browser',
    target: 'es2022',
    format: 'esm',
    // What is not seen first is loaded later. One page at a time: parts that pages shared would be many and small.
    splitting: true,
    entryPoints: { [name]: `webview/${name}/main.ts` },
    outdir,
    chunkNames: `${name}/[name]-[hash]`,
    assetNames: '[name]',
    loader: { '.css': 'css', '.ttf': 'file' },
    metafile: true,
    legalComments: 'none',
    logLevel: 'warning',
    ...options,
    plugins: [withoutUnused, compiledCharts, partsOf(name), ...(options.plugins ?? [])],
  };
}

/**
 * Writes down which parts a page begins with, so that its document can ask for all of them at once, and takes away
 * those of earlier builds.
 * @param {string} name
 * @returns {import('esbuild').Plugin}
 */
const partsOf = (name) => ({
  name: 'parts of a page',
  setup: ({ onEnd, initialOptions }) => {
    onEnd(({ metafile }) => {
      if (!metafile) return;
      const { absWorkingDir = '.', outdir = '.' } = initialOptions;
      const folder = resolve(absWorkingDir, outdir);
      const outputs = Object.fromEntries(
        Object.entries(metafile.outputs).map(([path, output]) => [resolve(absWorkingDir, path), output]),
      );
      const parts = new Set();
      const collect = (/** @type {string} */ file) => {
        for (const { path, kind } of outputs[file]?.imports ?? []) {
          const part = resolve(absWorkingDir, path);
          if (kind !== 'import-statement' || parts.has(part)) continue;
          parts.add(part);
          collect(part);
        }
      };
      collect(join(folder, `${name}.js`));
      const places = [...parts].map((part) => part.slice(folder.length + 1).replaceAll('\\', '/'));
      writeFileSync(join(folder, `${name}.json`), JSON.stringify(places));
      mkdirSync(join(folder, name), { recursive: true });
      for (const file of readdirSync(join(folder, name)).map((part) => join(folder, name, part)))
        if (!(file in outputs)) rmSync(file);
    });
  },
});

/** @param {string} outdir @param {import('esbuild').BuildOptions} [options] */
export const buildPages = (outdir, options) =>
  Promise.all(PAGES.map((name) => esbuild.build(pageBuild(name, outdir, options))));
