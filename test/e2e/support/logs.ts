import fs from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';

/** Where VS Code's own scripts come from, and a part that only Microsoft's builds have. */
const VSCODE = /\/static\/(out\/vs|node_modules\/vsda)\//;

/**
 * Collects what a page complains about from now on, its webviews included. What VS Code's own scripts say counts only
 * if it is about us: on a busy machine they complain about much that nobody can help (a save that took too long,
 * requests cut off by a reload).
 */
export function collectConsoleErrors(page: Page): string[] {
  const errors: string[] = [];
  page.on('console', (message) => {
    if (message.type() !== 'error') return;
    const text = message.text();
    const { url } = message.location();
    if (!VSCODE.test(url) || /loopwright/i.test(text)) errors.push(`${text} (${url})`);
  });
  page.on('pageerror', (error) => errors.push(error.stack ?? error.message));
  return errors;
}

/** Every log file of the extension hosts so far, by its path. */
export function hostLogs(userData: string): Record<string, string> {
  const root = path.join(userData, 'logs');
  if (!fs.existsSync(root)) return {};
  const files = fs
    .readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.includes('exthost') && name.endsWith('.log'));
  return Object.fromEntries(files.map((name) => [name, fs.readFileSync(path.join(root, name), 'utf8')]));
}

/** The errors in them that name our extension, or are in its own log, each with its stack. */
export function extensionErrors(userData: string): string[] {
  return Object.entries(hostLogs(userData)).flatMap(([name, text]) =>
    entries(text).filter(
      (entry) => entry.includes(' [error] ') && (/loopwright/i.test(entry) || /loopwright/i.test(name)),
    ),
  );
}

/** An entry starts with its time; the lines after it (a stack) belong to it. */
function entries(log: string): string[] {
  return log.split(/\n(?=\d{4}-\d{2}-\d{2} )/).map((entry) => entry.trim());
}
