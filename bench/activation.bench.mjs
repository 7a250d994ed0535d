/**
 * What the extension costs a window that opens, as VS Code itself counts it: loading its code and calling `activate`,
 * together. The peer is the Git extension that comes with VS Code, in the same windows.
 */
import { mkdtempSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { chromium } from 'playwright-core';
import { startCodeServer } from '../scripts/lib/code-server.mjs';
import { findChromium } from '../scripts/lib/system.mjs';
import { ratios, report, spread } from './stats.mjs';

const ROUNDS = 5;
const LIMITS = { activateMs: 50 };

const executablePath = findChromium();
if (executablePath === undefined) throw new Error('Chromium was not found. `npm test` says how to install it.');
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
const figures = { loopwright: [], git: [], call: [] };
try {
  for (let round = 0; round < ROUNDS; round++) {
    const seen = await oneWindow();
    for (const [name, ms] of Object.entries(seen)) figures[name].push(ms);
  }
} finally {
  await browser.close();
}
report('activation', {
  rounds: ROUNDS,
  'loading and activate, ms': spread(figures.loopwright),
  'of that the call of activate, ms': spread(figures.call),
  'the Git extension, ms': spread(figures.git),
  'ratio to Git': ratios(figures.loopwright, figures.git),
  limits: LIMITS,
});

/** A fresh server and window on a folder with a store, so that the extension starts with the window. */
async function oneWindow() {
  const base = mkdtempSync(join(tmpdir(), 'lw-bench-'));
  const folder = join(base, 'project');
  mkdirSync(join(folder, '.loopwright'), { recursive: true });
  mkdirSync(join(folder, '.git'));
  const userDataDir = join(base, 'user');
  mkdirSync(userDataDir);
  const server = await startCodeServer({
    folder,
    userDataDir,
    extensionsDir: join(base, 'extensions'),
    trustDisabled: true,
    endAll: true,
    env: { ...process.env, LOOPWRIGHT_STATE_DIR: join(base, 'state'), EXTENSIONS_GALLERY: '{}' },
  });
  // The list of extensions has in its page only the rows that fit.
  const page = await browser.newPage({ viewport: { width: 1400, height: 2000 } });
  try {
    await page.goto(server.url);
    await page.locator('.monaco-workbench .statusbar').waitFor();
    const call = await activateCall(userDataDir);
    await page.keyboard.press('F1');
    await page.locator('.quick-input-box input').fill('>Developer: Show Running Extensions');
    await page.locator('.quick-input-list .monaco-list-row', { hasText: 'Show Running Extensions' }).first().click();
    const rows = page.locator('.runtime-extensions-editor .monaco-list-row');
    const row = (/** @type {RegExp} */ name) => rows.filter({ has: page.locator('.name', { hasText: name }) });
    return {
      loopwright: await activationTime(row(/^Loopwright$/)),
      git: await activationTime(row(/^Git$/)),
      call,
    };
  } finally {
    await page.close();
    await server.stop();
    rmSync(base, { recursive: true, force: true });
  }
}

async function activationTime(/** @type {import('playwright-core').Locator} */ row) {
  await row.waitFor();
  const text = await row.locator('.activation-time').innerText();
  const ms = /(\d+)\s*ms/.exec(text)?.[1];
  if (ms === undefined) throw new Error(`no time in "${text}"`);
  return Number(ms);
}

/** What our log says of the call itself. */
async function activateCall(/** @type {string} */ userDataDir) {
  for (const end = performance.now() + 60_000; performance.now() < end; await sleep(200)) {
    for (const name of readdirSync(userDataDir, { recursive: true, encoding: 'utf8' })) {
      if (!name.endsWith('Loopwright.log')) continue;
      const ms = /activated in ([\d.]+) ms/.exec(readFileSync(join(userDataDir, name), 'utf8'))?.[1];
      if (ms !== undefined) return Number(ms);
    }
  }
  throw new Error('the extension did not say that it is active');
}
