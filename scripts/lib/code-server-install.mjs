import fs from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { ensure, hash } from './cache.mjs';
import { ensureToolchain, NODE_VERSION, npm } from './node.mjs';
import { Problem, step } from './say.mjs';

const VERSION = '4.139.1';

/**
 * Parts of the VS Code server that only its AI agent host uses, which we never start: about 190 MB,
 * half of the download.
 */
const NOT_INSTALLED = ['@github/copilot-sdk', '@microsoft/mxc-sdk', '@vscode/sandbox-runtime', '@devcontainers/cli'];

/**
 * The native parts that have to be compiled here. Without spdlog VS Code writes no log files;
 * without the watchdog an extension host can outlive its server. The terminal, the file watcher
 * and the password check come with prebuilt binaries. Left uncompiled, each loaded on demand only:
 * kerberos (proxies that ask for it; the one reason for libkrb5-dev), sqlite3 and fs-copyfile
 * (agent host), deviceid (telemetry), windows-*.
 */
const COMPILED = {
  '@vscode/spdlog': 'build/Release/spdlog.node',
  '@vscode/native-watchdog': 'build/Release/watchdog.node',
};

/** @returns {Promise<string>} the script that starts code-server under the pinned Node */
export async function ensureCodeServer() {
  const key =
    `code-server ${VERSION} node ${NODE_VERSION} ${process.platform}-${process.arch} ` +
    hash(JSON.stringify([NOT_INSTALLED, COMPILED]));
  const folder = await ensure('code-server', key, install);
  return path.join(rootIn(folder), 'out', 'node', 'entry.js');
}

/** @param {string} folder */
const rootIn = (folder) => path.join(folder, 'node_modules', 'code-server');

/** @param {string} folder */
async function install(folder) {
  await ensureToolchain();
  const root = rootIn(folder);
  const vscode = path.join(root, 'lib', 'vscode');
  await step(`VS Code (code-server ${VERSION}), download`, async () => {
    fs.writeFileSync(path.join(folder, 'package.json'), '{"private":true}\n');
    // Scripts off: its own install script would compile all native parts, most of them for nothing.
    await npm(['install', `code-server@${VERSION}`, '--ignore-scripts'], { cwd: folder });
    leaveOut(vscode, NOT_INSTALLED);
    await npm(['install', '--omit=dev', '--ignore-scripts'], { cwd: vscode });
    await npm(['install', '--omit=dev', '--ignore-scripts'], { cwd: path.join(vscode, 'extensions') });
  });
  // Said here, because our own .npmrc and many a user's say the opposite.
  await step('VS Code, native parts', () =>
    npm(['rebuild', '--ignore-scripts=false', ...Object.keys(COMPILED)], { cwd: vscode }),
  );
  for (const [name, binary] of Object.entries(COMPILED)) {
    if (!fs.existsSync(path.join(vscode, 'node_modules', name, binary))) {
      throw new Problem(`${name} was not compiled: npm ran no install script for it.`);
    }
  }
}

/** @param {string} vscode @param {string[]} names */
function leaveOut(vscode, names) {
  const file = path.join(vscode, 'package.json');
  const manifest = JSON.parse(fs.readFileSync(file, 'utf8'));
  for (const name of names) delete manifest.dependencies[name];
  fs.writeFileSync(file, JSON.stringify(manifest, null, 2));
}
