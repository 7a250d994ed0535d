import { chromium, type Browser, type BrowserContext } from 'playwright-core';
import { type CodeServer, startCodeServer } from '../../../scripts/lib/code-server.mjs';
import { findChromium } from '../../../scripts/lib/system.mjs';
import { makeFolders, type TestFolders } from './folders';
import { extensionErrors, hostLogs } from './logs';
import { WorkbenchWindow } from './window';

const THEMES = {
  light: 'Light 2026',
  dark: 'Dark 2026',
  hc: 'Default High Contrast',
  'hc-light': 'Default High Contrast Light',
} as const;

export type Theme = keyof typeof THEMES;

const THEME_LABELS = { ...THEMES, hc: 'Dark High Contrast', 'hc-light': 'Light High Contrast' } as const;
/** What the window's root has in each. */
const THEME_CLASSES = { light: 'vs', dark: 'vs-dark', hc: 'hc-black', 'hc-light': 'hc-light' } as const;

/** A test asks no market for updates. */
const NO_GALLERY = '{}';

const BROWSER_ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export interface WorkbenchOptions {
  /** Copied; without it the window opens an empty folder. */
  folder?: string;
  /** Files put into the copy: path to text. */
  files?: Record<string, string>;
  /** false: the folder is opened in Restricted Mode. */
  trusted?: boolean;
  theme?: Theme;
  /** The interpreter that the window uses for runs. */
  python?: string;
  settings?: Record<string, unknown>;
  /** Roots of test-only extensions. */
  extensions?: string[];
  withoutLoopwright?: boolean;
  env?: NodeJS.ProcessEnv;
  size?: { width: number; height: number };
  /** Fills the folders before the window opens them. */
  prepare?: (folders: TestFolders) => Promise<void>;
}

/** A VS Code of its own: server, browser, folders and one window. */
export class Workbench extends WorkbenchWindow {
  private constructor(
    private readonly server: CodeServer,
    private readonly browser: Browser,
    private readonly context: BrowserContext,
    readonly folders: TestFolders,
    page: WorkbenchWindow['page'],
  ) {
    super(page);
  }

  static async open(options: WorkbenchOptions): Promise<Workbench> {
    const folders = makeFolders(options.folder, options.files ?? {});
    let server: CodeServer | undefined;
    let browser: Browser | undefined;
    try {
      await options.prepare?.(folders);
      server = await startCodeServer({
        folder: folders.workspace,
        userDataDir: folders.userData,
        extensionsDir: folders.extensions,
        trustDisabled: options.trusted !== false,
        settings: settingsFor(options),
        env: { ...process.env, EXTENSIONS_GALLERY: NO_GALLERY, LOOPWRIGHT_STATE_DIR: folders.state, ...options.env },
        extensions: options.extensions ?? [],
        endAll: true,
        withoutLoopwright: options.withoutLoopwright ?? false,
      });
      browser = await launchBrowser();
      const context = await browser.newContext({
        viewport: options.size ?? { width: 1400, height: 900 },
        permissions: ['clipboard-read', 'clipboard-write'],
      });
      const workbench = new Workbench(server, browser, context, folders, await context.newPage());
      await workbench.load(server.url);
      return workbench;
    } catch (error) {
      await browser?.close();
      await server?.stop();
      folders.remove();
      throw error;
    }
  }

  /** The folder that the window shows. */
  get folder(): string {
    return this.folders.workspace;
  }

  /** Chooses another colour theme, as a user does. */
  async setTheme(theme: Theme): Promise<void> {
    await this.command('Preferences: Color Theme', THEME_LABELS[theme]);
    await this.page.locator(`.monaco-workbench.${THEME_CLASSES[theme]}`).waitFor();
  }

  /** A second window on the same folder. */
  async secondWindow(): Promise<WorkbenchWindow> {
    const window = new WorkbenchWindow(await this.context.newPage());
    await window.load(this.server.url);
    return window;
  }

  /** The errors that the extension host logged about our extension. */
  extensionErrors(): string[] {
    return extensionErrors(this.folders.userData);
  }

  /** All logs of the extension hosts, for a failure's report. */
  hostLogs(): Record<string, string> {
    return hostLogs(this.folders.userData);
  }

  /** Ends every process, also engines and runners, and removes the folders. */
  async close(): Promise<void> {
    await this.browser.close();
    await this.server.stop();
    this.folders.remove();
  }
}

export function openWorkbench(options: WorkbenchOptions = {}): Promise<Workbench> {
  return Workbench.open(options);
}

function settingsFor(options: WorkbenchOptions): Record<string, unknown> {
  return {
    'workbench.colorTheme': THEMES[options.theme ?? wishedTheme()],
    'window.autoDetectHighContrast': false,
    'security.workspace.trust.startupPrompt': 'never',
    'terminal.integrated.gpuAcceleration': 'off',
    'terminal.integrated.defaultProfile.linux': 'bash',
    // A blinking cursor and a late hover make two pictures of the same thing differ.
    'editor.cursorBlinking': 'solid',
    'files.autoSave': 'off',
    ...(options.python === undefined ? {} : { 'loopwright.python': options.python }),
    ...options.settings,
  };
}

/** So that every picture can be looked at in another theme: `LOOPWRIGHT_E2E_THEME=light`. */
function wishedTheme(): Theme {
  const wished = process.env.LOOPWRIGHT_E2E_THEME;
  return wished !== undefined && wished in THEMES ? (wished as Theme) : 'dark';
}

async function launchBrowser(): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error('Chromium was not found. `npm test` says how to install it.');
  return chromium.launch({ executablePath, args: BROWSER_ARGUMENTS });
}
