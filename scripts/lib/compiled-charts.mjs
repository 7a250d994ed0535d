/**
 * Compiles the charts of metrics while pages are built: an esbuild plugin that puts, in the place of
 * `webview/charts/runtimes.ts`, Vega's own intermediate form of every shape, and each expression as a function. Most
 * runs are drawn by two shapes, which come with the page; a page fetches another when it first needs it.
 */
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import esbuild from 'esbuild';
import { repoRoot } from './paths.mjs';

const RUNTIME = 'chart-runtime:';
const SPEC = join(repoRoot, 'webview/charts/spec.ts');

/** In the order of their names' letters: `---lh` is a shape with a logarithmic axis and a band. */
const TRAITS = { isMany: 'm', hasGaps: 'g', isSmooth: 's', isLog: 'l', hasBand: 'b' };
const WITH_THE_PAGE = ['-----', '----b'];

/** @type {import('esbuild').Plugin} */
export const compiledCharts = {
  name: 'compiled charts',
  setup: ({ onLoad, onResolve, onStart }) => {
    /** @type {ReturnType<typeof compileAll>} */
    let compiled;
    onStart(() => {
      compiled = compileAll();
      compiled.catch(() => undefined); // told where it is asked for
    });
    onLoad({ filter: /webview[\\/]charts[\\/]runtimes\.ts$/ }, async ({ path }) => ({
      contents: entry((await compiled).functions),
      loader: 'js',
      resolveDir: dirname(path),
      watchFiles: [SPEC],
    }));
    onResolve({ filter: new RegExp(`^${RUNTIME}`) }, ({ path }) => ({
      path: path.slice(RUNTIME.length),
      namespace: 'chart-runtime',
    }));
    onLoad({ filter: /./, namespace: 'chart-runtime' }, async ({ path }) => ({
      contents: JSON.stringify((await compiled).runtimes.get(path)),
      loader: 'json',
    }));
  },
};

/** @param {ReadonlyMap<string, string>} functions */
function entry(functions) {
  const names = shapes().map(nameOf);
  const withPage = WITH_THE_PAGE.map((name, at) => `import shape${String(at)} from '${RUNTIME}${name}';`);
  const known = WITH_THE_PAGE.map((name, at) => `'${name}': shape${String(at)}`);
  const others = names.filter((name) => !WITH_THE_PAGE.includes(name));
  const loads = others.map((name) => `'${name}': () => import('${RUNTIME}${name}')`);
  const written = [...functions].map(([id, source]) => `${id}: ${source}`);
  return `
import { expressionInterpreter } from 'vega-interpreter';
${withPage.join('\n')}
const functions = {\n${written.join(',\n')}\n};
const known = { ${known.join(', ')} };
const loads = { ${loads.join(', ')} };
const traits = ${JSON.stringify(Object.entries(TRAITS))};
const functionOf = (context, { code }) => functions[code].bind(context.functions);

export const expressions = {
  ...expressionInterpreter,
  operator: functionOf,
  parameter: functionOf,
  encode: functionOf,
};

export async function runtimeOf(shape) {
  const name = traits.map(([trait, letter]) => (shape[trait] ? letter : '-')).join('');
  return (known[name] ??= (await loads[name]()).default);
}
`;
}

/** Every shape in Vega's form, with the names of functions where expressions were; and those functions. */
async function compileAll() {
  const [{ metricSpec }, { compile }, { parse }, { default: generate }] = await Promise.all([
    loadSpec(),
    import('vega-lite'),
    import('vega'),
    // Vega's own way from expressions to functions, which it does not hand out.
    import(pathToFileURL(join(repoRoot, 'node_modules/vega-runtime/src/expression.js')).href),
  ]);
  /** @type {Map<string, string>} */
  const names = new Map();
  /** @param {'operator' | 'parameter' | 'encode'} kind @param {object} expression */
  const nameFor = (kind, expression) => {
    const source = String(generate[kind](null, expression));
    const name = names.get(source) ?? `f${String(names.size)}`;
    names.set(source, name);
    return { code: name };
  };
  const runtimes = new Map(
    shapes().map((shape) => {
      const runtime = parse(compile(metricSpec(shape)).spec, { events: { bind: 'none' } });
      return [nameOf(shape), withNames(runtime, nameFor)];
    }),
  );
  return { runtimes, functions: new Map([...names].map(([source, name]) => [name, source])) };
}

/**
 * @param {any} part of a runtime
 * @param {(kind: 'operator' | 'parameter' | 'encode', expression: object) => object} nameFor
 * @returns {any}
 */
function withNames(part, nameFor) {
  if (Array.isArray(part)) return part.map((one) => withNames(one, nameFor));
  if (typeof part !== 'object' || part === null) return part;
  return Object.fromEntries(
    Object.entries(part).map(([key, value]) => {
      if (key === '$expr') return [key, nameFor('channels' in value ? 'encode' : 'parameter', value)];
      if (key === 'update' && typeof value?.code === 'string') return [key, nameFor('operator', value)];
      return [key, withNames(value, nameFor)];
    }),
  );
}

async function loadSpec() {
  const { outputFiles } = await esbuild.build({
    entryPoints: [SPEC],
    bundle: true,
    format: 'esm',
    write: false,
    logLevel: 'warning',
  });
  return import(`data:text/javascript,${encodeURIComponent(outputFiles[0]?.text ?? '')}`);
}

/** @returns {Record<string, boolean>[]} */
function shapes() {
  const traits = Object.keys(TRAITS);
  return Array.from({ length: 2 ** traits.length }, (_, number) =>
    Object.fromEntries(traits.map((trait, at) => [trait, ((number >> at) & 1) === 1])),
  );
}

const nameOf = (/** @type {Record<string, boolean>} */ shape) =>
  Object.entries(TRAITS)
    .map(([trait, letter]) => (shape[trait] ? letter : '-'))
    .join('');
