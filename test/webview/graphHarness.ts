/** `<lw-model-graph>` by itself in a real browser, under the policy and the themes that VS Code gives its pages. */
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, extname, join } from 'node:path';
import esbuild from 'esbuild';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { pageHtml } from '../../src/extension/panels/html';
import { type ModelGraph, type OnnxInspection } from '../../src/protocol/inspection';
import { applyTheme, collectProblems, playVsCode, readTheme, SHOTS, type ThemeName, THEMES } from './harness';

const NONCE = 'graph';
const TYPES: Readonly<Record<string, string>> = { '.js': 'text/javascript', '.css': 'text/css', '.ttf': 'font/ttf' };

export interface GraphOptions {
  readonly theme?: ThemeName;
  readonly width?: number;
  readonly height?: number;
  readonly reducedMotion?: boolean;
  readonly ensembles?: OnnxInspection['treeEnsembles'];
}

export interface GraphPage {
  readonly page: Page;
  /** From when the graph was handed over until it was painted. */
  readonly shownMs: number;
  /** What of that the page's own thread was busy. */
  readonly cpuMs: number;
  readonly shot: (name: string) => Promise<void>;
  readonly setTheme: (theme: ThemeName) => Promise<void>;
}

let folder = '';
let server: Server | null = null;
let browser: Browser | null = null;
const opened: { page: Page; problems: string[] }[] = [];

/** To be called once in a test file. A page that did anything forbidden fails the test that opened it. */
export function useGraphBrowser(): void {
  beforeAll(async () => {
    await mkdir(SHOTS, { recursive: true });
    folder = await mkdtemp(join(tmpdir(), 'lw-graph-'));
    await bundle();
    const made = createServer((request, response) => {
      const { pathname } = new URL(request.url ?? '/', 'http://127.0.0.1');
      const type = TYPES[extname(pathname)];
      response.setHeader('Content-Type', type ?? 'text/html; charset=utf-8');
      const file = pathname.startsWith('/themes/') ? join(THEMES, basename(pathname)) : join(folder, pathname);
      if (type === undefined) response.end(pageDocument());
      else
        void readFile(file).then(
          (bytes) => response.end(bytes),
          () => response.writeHead(404).end(),
        );
    });
    await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve));
    server = made;
    browser = await chromium.launch({
      executablePath: process.env.LOOPWRIGHT_CHROMIUM ?? '/usr/bin/chromium',
      args: ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
    });
  });

  afterEach(async () => {
    for (const { page, problems } of opened.splice(0)) {
      expect(problems).toEqual([]);
      await page.context().close();
    }
  });

  afterAll(async () => {
    await browser?.close();
    await new Promise((resolve) => server?.close(resolve));
    await rm(folder, { recursive: true, force: true });
  });
}

const ROOT = join(import.meta.dirname, '..', '..');

/** A page that is nothing but the two elements: tests hand over what they show, and look at what they ask for. */
const MAIN = `
  import './jitless';
  import './graph/treeEnsembles';
  import './graph/modelGraph';
  for (const name of ['lw-tree-ensembles', 'lw-model-graph']) {
    const element = document.createElement(name);
    element.addEventListener('lw-save', (event) => Object.assign(window, { saved: event }));
    element.addEventListener('lw-copy', (event) => Object.assign(window, { copied: event }));
    document.body.append(element);
  }
`;

const bundle = () =>
  esbuild.build({
    bundle: true,
    minify: true,
    platform: 'browser',
    target: 'es2022',
    format: 'esm',
    stdin: { contents: MAIN, resolveDir: join(ROOT, 'webview'), sourcefile: 'graph.ts', loader: 'ts' },
    entryPoints: { style: join(ROOT, 'webview', 'run', 'run.css') },
    outdir: folder,
    assetNames: '[name]',
    loader: { '.css': 'css', '.ttf': 'file' },
    tsconfig: join(ROOT, 'webview', 'tsconfig.json'),
    logLevel: 'warning',
  });

const pageDocument = (): string =>
  pageHtml({
    title: 'Graph',
    language: 'en',
    scriptUri: '/stdin.js',
    styleUri: '/style.css',
    cspSource: "'self'",
    nonce: NONCE,
    state: null,
  }).replace(
    '<head>',
    '<head><link rel="stylesheet" href="/themes/vscode-default.css"><link rel="icon" href="data:,">',
  );

export async function openGraph(graph: ModelGraph, options: GraphOptions = {}): Promise<GraphPage> {
  if (!browser || !server) throw new Error('useGraphBrowser() was not called');
  const { theme = 'dark-modern', width = 1100, height = 760, reducedMotion = false, ensembles } = options;
  const context = await browser.newContext({
    viewport: { width, height },
    reducedMotion: reducedMotion ? 'reduce' : 'no-preference',
  });
  const page = await context.newPage();
  const problems = collectProblems(page);
  opened.push({ page, problems });
  await page.exposeFunction('harnessPost', () => undefined);
  await page.exposeFunction('harnessViolation', (text: string) => problems.push(text));
  await page.addInitScript(playVsCode, { theme: await readTheme(theme), state: null });
  await page.goto(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`);
  await page.locator('lw-model-graph').waitFor({ state: 'attached' });
  const client = await context.newCDPSession(page);
  // Time of the page's own thread: how busy the machine is otherwise, is not the page's.
  await client.send('Performance.enable', { timeDomain: 'threadTicks' });
  const shownMs = await page.evaluate(giveGraph, { graph, ensembles: ensembles ?? { items: [], total: 0 } });
  const { metrics } = await client.send('Performance.getMetrics');
  const cpuMs = 1000 * (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN);
  return {
    page,
    shownMs,
    cpuMs,
    setTheme: async (other) => page.evaluate(applyTheme, await readTheme(other)),
    shot: async (name) => {
      await page.screenshot({ path: join(SHOTS, `${name}.png`) });
    },
  };
}

/** Runs in the page. */
async function giveGraph(given: { graph: ModelGraph; ensembles: OnnxInspection['treeEnsembles'] }): Promise<number> {
  const { document: page } = globalThis;
  Object.assign(page.querySelector('lw-tree-ensembles') ?? {}, { ensembles: given.ensembles });
  const startMs = performance.now();
  Object.assign(page.querySelector('lw-model-graph') ?? {}, { graph: given.graph });
  // The second frame begins when the first was painted.
  await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  return performance.now() - startMs;
}
