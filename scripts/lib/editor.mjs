import fs from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { inCache, repoRoot } from './paths.mjs';
import { run } from './run.mjs';
import { say } from './say.mjs';
import { onPath } from './system.mjs';

/** `engines.vscode` of package.json. */
const MINIMUM = [1, 101];

/** @returns {Promise<boolean>} whether a desktop VS Code that can load the extension is at hand */
export async function hasDesktopCode() {
  // In a terminal of a remote window `code` only talks to that window.
  if (!onPath('code') || process.env.VSCODE_IPC_HOOK_CLI || !hasDisplay()) return false;
  const { code, stdout } = await runCode(['--version']);
  const [major = 0, minor = 0] = stdout.split('.').map(Number);
  return code === 0 && (major > MINIMUM[0] || (major === MINIMUM[0] && minor >= MINIMUM[1]));
}

function hasDisplay() {
  if (process.platform === 'linux') return Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
  return !process.env.SSH_CONNECTION;
}

/**
 * Opens a folder in the desktop VS Code with the extension as it was just built.
 * @param {string} folder
 * @param {Record<string, unknown>} settings for this window; the user's own stay as they are
 * @returns {Promise<boolean>} whether it opened
 */
export async function openDesktopCode(folder, settings) {
  const workspace = inCache('start', 'examples.code-workspace');
  fs.mkdirSync(path.dirname(workspace), { recursive: true });
  fs.writeFileSync(workspace, JSON.stringify({ folders: [{ path: folder }], settings }, null, 2));
  const { code, output } = await runCode([`--extensionDevelopmentPath=${repoRoot}`, '--new-window', workspace]);
  if (code !== 0) say(`  VS Code did not open (code ${code}): ${output.trim()}`);
  return code === 0;
}

/** @param {string[]} args */
function runCode(args) {
  const options = { check: false, timeoutMs: 60_000 };
  // On Windows it is a batch file, which only cmd can run.
  return process.platform === 'win32'
    ? run('cmd', ['/d', '/s', '/c', 'code', ...args], options)
    : run('code', args, options);
}
