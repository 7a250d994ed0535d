/**
 * The run page in a real browser, under the policy and the themes that VS Code gives it, with a fake extension behind
 * it. Everything that a page must never do (a refused script, an error in the console) is collected.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, extname, join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { buildPages } from '../../scripts/lib/pages.mjs';
import { pageHtml } from '../../src/extension/panels/html';
import { type FakeRun, RUN_ID, START_MS } from './fixtures/build';
import { type ComparedRuns, FakeCompareHost } from './fixtures/compareHost';
import { type FakeRunsHost } from './fixtures/compareRuns';
import { FakeHost } from './fixtures/host';
import { type FakeEndpointHost } from './fixtures/endpointHost';
import { type FakePairHost } from './fixtures/pairHost';
import { type FakeVersionHost } from './fixtures/versionHost';
import { type HostToPage } from '../../src/protocol/pages/run';

export const THEMES = join(import.meta.dirname, 'themes');
const NONCE = 'harness';

export const SHOTS = join(tmpdir(), 'lw-shots');

export type ThemeName = 'dark-modern' | 'light-modern' | 'hc-dark' | 'hc-light';

interface Theme {
  readonly classes: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
}

const PAGE_NAMES = ['run', 'compareNotebook', 'compare', 'modelVersion', 'compareVersions', 'endpoint'] as const;
type PageName = (typeof PAGE_NAMES)[number];

/** What the extension gives to be restored by, and the element that the page is. */
const PAGES: Readonly<Record<PageName, { state: unknown; element: string }>> = {
  run: { state: { runId: RUN_ID }, element: 'lw-run-page' },
  compareNotebook: { state: { before: RUN_ID, after: RUN_ID }, element: 'lw-compare-page' },
  compare: { state: { runIds: [RUN_ID] }, element: 'lw-compare-runs' },
  modelVersion: { state: { name: 'fraud', version: 7 }, element: 'lw-model-version' },
  compareVersions: {
    state: { left: { name: 'fraud', version: 5 }, right: { name: 'fraud', version: 7 } },
    element: 'lw-compare-versions',
  },
  endpoint: { state: { name: 'fraud', store: '/store' }, element: 'lw-endpoint' },
};

export interface OpenOptions<H = FakeHost> {
  readonly theme?: ThemeName;
  readonly width?: number;
  readonly height?: number;
  readonly reducedMotion?: boolean;
  /** What VS Code hands back of an earlier page. */
  readonly state?: unknown;
  readonly prepare?: (host: H) => void;
}

export interface OpenPage<H = FakeHost> {
  readonly page: Page;
  readonly host: H;
  /** Refusals of the policy, errors in the console, exceptions. */
  readonly problems: string[];
  /** The text that is to be seen in what a selector finds, in reading order, through all shadow roots. */
  readonly text: (selector?: string) => Promise<string>;
  readonly setTheme: (theme: ThemeName) => Promise<void>;
  readonly shot: (name: string) => Promise<void>;
  readonly close: () => Promise<void>;
}

export class Harness {
  bundleBytes = 0;
  private constructor(
    private readonly folder: string,
    private readonly server: Server,
    private readonly browser: Browser,
  ) {}

  static async start(): Promise<Harness> {
    const folder = await mkdtemp(join(tmpdir(), 'lw-page-'));
    await bundle(folder);
    const server = createServer((request, response) => {
      void serve(folder, request.url ?? '/', response.setHeader.bind(response), response.end.bind(response));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const browser = await chromium.launch({
      executablePath: process.env.LOOPWRIGHT_CHROMIUM ?? '/usr/bin/chromium',
      args: [
        '--headless',
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--js-flags=--expose-gc',
      ],
    });
    const harness = new Harness(folder, server, browser);
    harness.bundleBytes = (await readFile(join(folder, 'run.js'))).length;
    return harness;
  }

  open(run: FakeRun, options: OpenOptions = {}): Promise<OpenPage> {
    return this.load('run', (send) => new FakeHost(run, send), options);
  }

  openCompare(runs: ComparedRuns, options: OpenOptions<FakeCompareHost> = {}): Promise<OpenPage<FakeCompareHost>> {
    return this.load('compareNotebook', (send) => new FakeCompareHost(runs, send), options);
  }

  openCompareRuns(host: FakeRunsHost, options: OpenOptions<FakeRunsHost> = {}): Promise<OpenPage<FakeRunsHost>> {
    return this.load('compare', (send) => host.connect(send), options);
  }

  openVersion(host: FakeVersionHost, options: OpenOptions<FakeVersionHost> = {}): Promise<OpenPage<FakeVersionHost>> {
    return this.load('modelVersion', (send) => host.connect(send), options);
  }

  openPair(host: FakePairHost, options: OpenOptions<FakePairHost> = {}): Promise<OpenPage<FakePairHost>> {
    return this.load('compareVersions', (send) => host.connect(send), options);
  }

  openEndpoint(
    host: FakeEndpointHost,
    options: OpenOptions<FakeEndpointHost> = {},
  ): Promise<OpenPage<FakeEndpointHost>> {
    return this.load('endpoint', (send) => host.connect(send), options);
  }

  private async load<H extends { receive(message: unknown): void }>(
    name: PageName,
    makeHost: (send: (message: HostToPage) => void) => H,
    options: OpenOptions<H>,
  ): Promise<OpenPage<H>> {
    const { theme = 'dark-modern', width = 1400, height = 900, state, reducedMotion = false } = options;
    const context = await this.browser.newContext({
      viewport: { width, height },
      locale: 'en-GB',
      timezoneId: 'UTC',
      reducedMotion: reducedMotion ? 'reduce' : 'no-preference',
    });
    const page = await context.newPage();
    const problems = collectProblems(page);
    const host = makeHost((message) => {
      page.evaluate((data) => window.postMessage(data, '*'), message).catch(() => undefined);
    });
    options.prepare?.(host);
    await page.exposeFunction('harnessPost', (message: unknown) => host.receive(message));
    await page.exposeFunction('harnessViolation', (text: string) => problems.push(text));
    await page.clock.install({ time: START_MS + 90_000 });
    await page.clock.resume();
    await page.addInitScript(playVsCode, { theme: await readTheme(theme), state: state ?? null });
    const { port } = this.server.address() as AddressInfo;
    await page.goto(`http://127.0.0.1:${String(port)}/${name}`);
    return {
      page,
      host,
      problems,
      text: async (selector = PAGES[name].element) =>
        (await page.locator(selector).evaluateAll(visibleText)).join(' ').trim(),
      setTheme: async (other) => page.evaluate(applyTheme, await readTheme(other)),
      shot: async (file) => {
        await page.screenshot({ path: join(SHOTS, `${file}.png`) });
      },
      close: () => context.close(),
    };
  }

  async stop(): Promise<void> {
    await this.browser.close();
    await new Promise((resolve) => this.server.close(resolve));
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** As `scripts/build.mjs` does it, but with names that people can read in a failure. */
const bundle = (folder: string) => buildPages(folder, { minify: true, keepNames: true });

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.ttf': 'font/ttf',
};

async function serve(
  folder: string,
  url: string,
  setHeader: (name: string, value: string) => unknown,
  end: (body: string | Buffer) => unknown,
): Promise<void> {
  const { pathname } = new URL(url, 'http://127.0.0.1');
  const type = TYPES[extname(pathname)];
  if (type === undefined) {
    setHeader('Content-Type', 'text/html; charset=utf-8');
    end(await document(folder, PAGE_NAMES.find((name) => pathname === `/${name}`) ?? 'run'));
    return;
  }
  setHeader('Content-Type', type);
  const file = pathname.startsWith('/themes/') ? join(THEMES, basename(pathname)) : join(folder, pathname);
  end(await readFile(file));
}

/** The extension's own document, with what VS Code adds to it. */
async function document(folder: string, name: PageName): Promise<string> {
  const parts = JSON.parse(await readFile(join(folder, `${name}.json`), 'utf8')) as string[];
  const html = pageHtml({
    title: 'Run',
    language: 'en',
    scriptUri: `/${name}.js`,
    styleUri: `/${name}.css`,
    partUris: parts.map((part) => `/${part}`),
    cspSource: "'self'",
    nonce: NONCE,
    state: PAGES[name].state,
  });
  return html.replace(
    '<head>',
    '<head><link rel="stylesheet" href="/themes/vscode-default.css"><link rel="icon" href="data:,">',
  );
}

export async function readTheme(name: ThemeName): Promise<Theme> {
  const text = await readFile(join(THEMES, `${name}.css`), 'utf8');
  const classes = /Body class: ([^*]+)\*\//.exec(text)?.[1]?.trim().split(' ') ?? [];
  const variables = Object.fromEntries(
    [...text.matchAll(/^ {2}(--[\w-]+): (.*);$/gm)].map(([, key, value]) => [key, value]),
  );
  return { classes, variables };
}

export function collectProblems(page: Page): string[] {
  const problems: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning')
      problems.push(`${message.type()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => problems.push(`exception: ${error.message}`));
  return problems;
}

/** Runs in the page before its script: the part that VS Code plays. */
export function playVsCode({ theme, state }: { theme: Theme; state: unknown }): void {
  const harness = window as unknown as {
    harnessPost(message: unknown): void;
    harnessViolation(text: string): void;
    acquireVsCodeApi: unknown;
  };
  const KEY = 'vscode-state';
  if (state !== null && sessionStorage.getItem(KEY) === null) sessionStorage.setItem(KEY, JSON.stringify(state));
  harness.acquireVsCodeApi = () => ({
    postMessage: (message: unknown) => harness.harnessPost(message),
    getState: () => (JSON.parse(sessionStorage.getItem(KEY) ?? 'null') as unknown) ?? undefined,
    setState: (kept: unknown) => sessionStorage.setItem(KEY, JSON.stringify(kept)),
  });
  globalThis.document.addEventListener('securitypolicyviolation', (event) => {
    harness.harnessViolation(
      `policy: ${event.violatedDirective} ${event.blockedURI} ${event.sample} ${event.sourceFile}:${String(event.lineNumber)}:${String(event.columnNumber)}`,
    );
  });
  new MutationObserver((_, observer) => {
    const body = globalThis.document.querySelector('body');
    if (!body) return;
    const root = globalThis.document.documentElement;
    for (const [name, value] of Object.entries(theme.variables)) root.style.setProperty(name, value);
    body.classList.add(...theme.classes);
    observer.disconnect();
  }).observe(globalThis.document, { childList: true, subtree: true });
}

/** Runs in the page. Icons are no text, and white space is one space. */
function visibleText(elements: Element[]): string[] {
  const read = (node: Node): string => {
    if (node instanceof Text) return node.data;
    if (node instanceof HTMLSlotElement && node.assignedNodes().length > 0)
      return node.assignedNodes().map(read).join('');
    if (!(node instanceof Element) || !node.checkVisibility()) return '';
    const inner = [...(node.shadowRoot ?? node).childNodes].map(read).join('');
    return getComputedStyle(node).display.startsWith('inline') ? inner : ` ${inner} `;
  };
  return elements.map((element) =>
    read(element)
      .replaceAll(/[\ue000-\uf8ff]/g, '')
      .replaceAll(/[ \t\n]+/g, ' ')
      .trim(),
  );
}

/** What VS Code does when the user chooses another theme. */
export function applyTheme(theme: Theme): void {
  const { body, documentElement: root } = globalThis.document;
  for (const name of [...root.style]) if (name.startsWith('--vscode-')) root.style.removeProperty(name);
  for (const [name, value] of Object.entries(theme.variables)) root.style.setProperty(name, value);
  body.classList.remove('vscode-dark', 'vscode-light', 'vscode-high-contrast', 'vscode-high-contrast-light');
  body.classList.add(...theme.classes);
}
