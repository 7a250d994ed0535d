import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { ensureCodeServer } from './code-server-install.mjs';
import { linkExtension } from './extension-folder.mjs';
import { endLeftovers, MARKER, ownMarker } from './leftovers.mjs';
import { ensureToolchain } from './node.mjs';
import { endWithUs, killTree } from './run.mjs';
import { Problem } from './say.mjs';

const START_TIMEOUT_MS = 60_000;

/** A window that shows the user's folder and our views, and nothing that asks to be dismissed. */
export const QUIET_SETTINGS = {
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.welcomePage.walkthroughs.openOnInstall': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'chat.disableAIFeatures': true,
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'git.openRepositoryInParentFolders': 'never',
};

/**
 * Starts VS Code's server on the loopback interface and waits until it answers.
 * @param {import('./code-server.d.mts').CodeServerOptions} options
 * @returns {Promise<import('./code-server.d.mts').CodeServer>}
 */
export async function startCodeServer(options) {
  const { folder, userDataDir, extensionsDir, port = 0, password = null } = options;
  const entry = await ensureCodeServer();
  const { node } = await ensureToolchain();
  fs.mkdirSync(extensionsDir, { recursive: true });
  writeSettings(userDataDir, options.settings);
  for (const source of options.extensions ?? []) linkExtension(extensionsDir, source);
  if (!options.withoutLoopwright) linkExtension(extensionsDir);
  const socket = path.join(os.tmpdir(), `lw-${randomBytes(6).toString('hex')}.sock`);
  const args = [
    entry,
    ...['--bind-addr', `127.0.0.1:${port}`, '--auth', password === null ? 'none' : 'password'],
    ...['--user-data-dir', userDataDir, '--extensions-dir', extensionsDir],
    // Its own file, so that a user's code-server settings neither change this one nor are changed.
    ...['--config', path.join(userDataDir, 'code-server.yaml')],
    // In the user data folder its path could be too long for a socket.
    ...['--session-socket', socket],
    ...['--disable-telemetry', '--disable-update-check', '--disable-getting-started-override'],
    ...(options.trustDisabled ? ['--disable-workspace-trust'] : []),
    folder,
  ];
  fs.writeFileSync(path.join(userDataDir, 'code-server.yaml'), '{}\n');
  const marker = options.endAll ? ownMarker(userDataDir) : undefined;
  const child = spawn(node, args, {
    cwd: folder,
    env: serverEnv(options.env ?? process.env, marker, password),
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: process.platform !== 'win32',
    windowsHide: true,
  });
  endWithUs(child);
  const exited = new Promise((resolve) => child.once('exit', (code) => resolve(code)));
  const stop = async () => {
    await killTree(child);
    await exited;
    if (marker) await endLeftovers(marker);
    fs.rmSync(socket, { force: true });
  };
  try {
    const boundPort = await listening(child);
    const url = `http://127.0.0.1:${boundPort}/?folder=${urlPath(folder)}`;
    return { url, port: boundPort, pid: /** @type {number} */ (child.pid), exited, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** @param {string} folder */
const urlPath = (folder) => folder.split(path.sep).map(encodeURIComponent).join('/');

/**
 * What the user has set in this window before stays. A remote window takes settings that name a machine's own files
 * (the interpreter) from the machine's file alone.
 * @param {string} userDataDir @param {Record<string, unknown>} [settings]
 */
function writeSettings(userDataDir, settings = {}) {
  addSettings(path.join(userDataDir, 'User', 'settings.json'), { ...QUIET_SETTINGS, ...settings });
  const ours = Object.entries(settings).filter(([name]) => name.startsWith('loopwright.'));
  addSettings(path.join(userDataDir, 'Machine', 'settings.json'), Object.fromEntries(ours));
}

/** @param {string} file @param {Record<string, unknown>} settings */
function addSettings(file, settings) {
  let users = {};
  if (fs.existsSync(file)) {
    try {
      users = JSON.parse(fs.readFileSync(file, 'utf8'));
    } catch {
      // Written by hand, with comments: not ours to rewrite.
      return;
    }
  }
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const own = Object.fromEntries(Object.entries(settings).filter(([name]) => name.startsWith('loopwright.')));
  fs.writeFileSync(file, `${JSON.stringify({ ...settings, ...users, ...own }, null, 2)}\n`);
}

/**
 * The terminals of the window inherit this environment: nothing of the npm script that started us,
 * and nothing of a VS Code that we may run inside of (it would open the folder there instead).
 * @param {NodeJS.ProcessEnv} env @param {string | undefined} marker @param {string | null} password
 */
function serverEnv(env, marker, password) {
  const foreign =
    /^(npm_|VSCODE_|ELECTRON_|CODE_SERVER_|INIT_CWD$|TERM_PROGRAM|VITEST|NODE_ENV$|PASSWORD$|HASHED_PASSWORD$|PORT$)/;
  const clean = Object.fromEntries(Object.entries(env).filter(([name]) => !foreign.test(name)));
  return { ...clean, ...(marker ? { [MARKER]: marker } : {}), ...(password === null ? {} : { PASSWORD: password }) };
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @returns {Promise<number>} the port, once the server listens
 */
function listening(child) {
  return new Promise((resolve, reject) => {
    let output = '';
    let port;
    const fail = (/** @type {string} */ what) => {
      clearTimeout(timer);
      reject(new Problem(`code-server ${what}:\n${output.trim()}`));
    };
    const timer = setTimeout(() => fail(`did not listen within ${START_TIMEOUT_MS / 1000} s`), START_TIMEOUT_MS);
    const read = (/** @type {Buffer} */ chunk) => {
      // Read to the end of its life, or the pipe would fill and block it.
      if (port) return;
      output += chunk;
      port = /listening on https?:\/\/[^\s]*:(\d+)\//.exec(output)?.[1];
      if (!port) return;
      clearTimeout(timer);
      resolve(Number(port));
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('error', (error) => fail(`could not be started (${error.message})`));
    child.once('exit', (code) => fail(`ended with code ${code}`));
  });
}
