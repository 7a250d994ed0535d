/**
 * Bundles every program of the product into `dist/`. `node scripts/build.mjs [--watch] [--dev]`
 *
 * `dependencies` (native packages) and `vscode` stay outside; everything else is bundled. The size of the
 * extension's bundle is checked here, because it is what every start of VS Code pays for.
 */
import { readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import esbuild from 'esbuild';
import { PAGES, pageBuild } from './lib/pages.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const isDev = process.argv.includes('--dev');
const EXTENSION_LIMIT_BYTES = 400_000;

/**
 * Nothing of ours asks zod for JSON schemas, but each of its schemas knows how to become one: a twentieth of the bundle
 * that every window loads.
 * @type {import('esbuild').Plugin}
 */
const withoutJsonSchemas = {
  name: 'without JSON schemas',
  setup: ({ onLoad }) => {
    onLoad({ filter: /zod\/v4\/core\/(to-json-schema|json-schema-processors)\.js$/ }, ({ path }) => {
      const names = [...readFileSync(path, 'utf8').matchAll(/^export (?:function|const|class) (\w+)/gm)].map(
        ([, name]) => name,
      );
      return { contents: `const no = () => no;\nexport { ${names.map((name) => `no as ${name}`).join(', ')} };` };
    });
  },
};

/**
 * gRPC's library asks for this where it tells of itself by services that nothing here adds; our messages are tables of our own.
 * @type {import('esbuild').Plugin}
 */
const withoutProtoLoader = {
  name: 'without a loader of .proto files',
  setup: ({ onLoad }) => {
    onLoad({ filter: /@grpc\/proto-loader\/build\/src\/index\.js$/ }, () => ({ contents: 'module.exports = {};' }));
  },
};

const shared = {
  plugins: [withoutJsonSchemas, withoutProtoLoader],
  absWorkingDir: root,
  bundle: true,
  sourcemap: isDev ? 'linked' : false,
  minify: !isDev,
  legalComments: 'none',
  logLevel: 'warning',
  define: { __LOOPWRIGHT_BUILD__: JSON.stringify({ version: manifest.version, build: Date.now() }) },
};

/** @type {import('esbuild').BuildOptions[]} */
const programs = [
  {
    ...shared,
    outdir: 'dist',
    platform: 'node',
    target: 'node22',
    format: 'cjs',
    charset: 'utf8', // an ellipsis as it is takes half the room of its escape
    // What is loaded late is required, as all of it is.
    supported: { 'dynamic-import': false },
    // ES modules first: what is not used of them can be left out.
    mainFields: ['module', 'main'],
    entryPoints: {
      extension: 'src/extension/main.ts',
      later: 'src/extension/later/later.ts',
      engine: 'src/engine/main.ts',
      writer: 'src/engine/threads/writer.ts',
      reader: 'src/engine/threads/reader.ts',
      job: 'src/engine/jobs/process.ts',
      hasher: 'src/engine/data/hasher.ts',
      cli: 'src/cli/main.ts',
      endpoint: 'src/endpoint/main.ts',
      model: 'src/endpoint/model/main.ts',
      measure: 'src/endpoint/measure/main.ts',
      score: 'src/scoring/main.ts',
      drift: 'src/drift/main.ts',
      driftWorker: 'src/drift/worker.ts',
    },
    // `later` is a program of its own, which the extension loads when it is needed.
    external: ['vscode', './later', ...Object.keys(manifest.dependencies ?? {})],
  },
  ...PAGES.map((name) => pageBuild(name, 'dist/webview', shared)),
];

if (process.argv.includes('--watch')) {
  for (const program of programs) await (await esbuild.context(program)).watch();
} else {
  await Promise.all(programs.map((program) => esbuild.build(program)));
  const size = statSync(join(root, 'dist/extension.js')).size;
  if (!isDev && size > EXTENSION_LIMIT_BYTES) {
    throw new Error(`dist/extension.js has ${size} bytes; more than ${EXTENSION_LIMIT_BYTES} slows every window down`);
  }
}
