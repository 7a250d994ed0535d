import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { ensure } from './cache.mjs';
import { ENDING_SIGNALS, run } from './run.mjs';
import { Problem, step } from './say.mjs';

export const NODE_VERSION = '24.21.0';
/** The Node packages hold the binary and its headers, not npm. */
const NPM_VERSION = '11.19.1';
const INSTALL_TIMEOUT_MS = 5 * 60_000;
const GUARD = 'LOOPWRIGHT_UNDER_PINNED_NODE';

/** Whether an outer Node has already checked what comes before the change to this one. */
export const isSecondNode = Boolean(process.env[GUARD]);

const platform = { win32: 'win' }[process.platform] ?? process.platform;
const nodePackage = `node-${platform}-${process.arch}`;
const SUPPORTED = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64', 'win-x64'];

/**
 * @typedef {object} Toolchain
 * @property {string} node the pinned Node's binary
 * @property {string} home its folder, which holds `include/` for native packages
 * @property {string} npmCli
 */

/** @returns {Promise<Toolchain>} the pinned Node and npm, installed on first use */
export async function ensureToolchain() {
  if (!SUPPORTED.includes(`${platform}-${process.arch}`)) {
    throw new Problem(
      `Node ${NODE_VERSION} is not published as a package for ${platform}-${process.arch}. ` +
        `Supported: ${SUPPORTED.join(', ')}.`,
    );
  }
  const folder = await ensure('toolchain', `${nodePackage} ${NODE_VERSION} npm ${NPM_VERSION}`, (target) =>
    step(`Node ${NODE_VERSION}`, () => install(target)),
  );
  return toolchainIn(folder);
}

/** @param {string} folder @returns {Toolchain} */
function toolchainIn(folder) {
  const home = path.join(folder, 'node_modules', nodePackage);
  return {
    home,
    node: path.join(home, 'bin', process.platform === 'win32' ? 'node.exe' : 'node'),
    npmCli: path.join(folder, 'node_modules', 'npm', 'bin', 'npm-cli.js'),
  };
}

/** @param {string} target */
async function install(target) {
  // Without a package.json here, npm would look for one in the folders above.
  fs.writeFileSync(path.join(target, 'package.json'), '{"private":true}\n');
  const [command, ...args] = callersNpm();
  const packages = [`${nodePackage}@${NODE_VERSION}`, `npm@${NPM_VERSION}`];
  const flags = ['--prefix', target, '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  await run(command, [...args, 'install', ...flags, ...packages], { cwd: target, timeoutMs: INSTALL_TIMEOUT_MS });
  const { node } = toolchainIn(target);
  const { code, output } = await run(node, ['--version'], { check: false });
  if (code !== 0) throw new Problem(`The Node that npm installed does not run on this system:\n${output.trim()}`);
}

/** The npm that came with whichever Node runs us. */
function callersNpm() {
  const cli = process.env.npm_execpath;
  if (cli && path.basename(cli) === 'npm-cli.js') return [process.execPath, cli];
  // npm.cmd can only be run by a shell; cmd finds it by itself.
  return process.platform === 'win32' ? ['cmd', '/d', '/s', '/c', 'npm'] : ['npm'];
}

/** @param {Toolchain} toolchain @returns {NodeJS.ProcessEnv} */
export function toolchainEnv(toolchain, env = process.env) {
  const pathKey = Object.keys(env).find((key) => key.toUpperCase() === 'PATH') ?? 'PATH';
  const bin = path.dirname(toolchain.node);
  const rest = (env[pathKey] ?? '').split(path.delimiter).filter((entry) => entry && entry !== bin);
  return {
    ...env,
    [pathKey]: [bin, ...rest].join(path.delimiter),
    // Native parts are compiled against this Node's headers, whatever a user's .npmrc says.
    npm_config_nodedir: toolchain.home,
  };
}

/**
 * Runs the pinned npm under the pinned Node.
 * @param {string[]} args
 * @param {import('./run.mjs').RunOptions} [options]
 */
export async function npm(args, options = {}) {
  const toolchain = await ensureToolchain();
  const flags = ['--no-audit', '--no-fund', '--loglevel=error'];
  return run(toolchain.node, [toolchain.npmCli, ...args, ...flags], {
    ...options,
    env: toolchainEnv(toolchain, options.env),
  });
}

/**
 * Goes on under the pinned Node: returns at once when it already is, otherwise runs the same script
 * there and ends with its exit code. Only what this Node version can parse may come before it.
 */
export async function underPinnedNode() {
  endWithNpm();
  const toolchain = await ensureToolchain();
  if (process.version === `v${NODE_VERSION}`) {
    Object.assign(process.env, toolchainEnv(toolchain));
    endWithParent();
    return;
  }
  if (process.env[GUARD]) throw new Problem(`Node ${NODE_VERSION} was asked for, but ${process.version} runs.`);
  const child = spawn(toolchain.node, process.argv.slice(1), {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...toolchainEnv(toolchain), [GUARD]: '1' },
  });
  for (const signal of ENDING_SIGNALS) {
    // From here on the child decides what a signal means and with which code we end.
    process.removeAllListeners(signal);
    process.on(signal, () => child.kill(signal));
  }
  await new Promise((_resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      if (!signal) process.exit(code ?? 1);
      process.removeAllListeners(signal);
      process.kill(process.pid, signal);
    });
  });
}

/**
 * npm runs us through a shell, which passes no signal on: whoever ends npm by its process id leaves
 * us behind, without a parent or with a shell that has none.
 */
function endWithNpm() {
  if (!process.env.npm_lifecycle_event || isSecondNode || process.platform === 'win32') return;
  const ancestors = () => `${process.ppid} ${parentOf(process.ppid)}`;
  const atStart = ancestors();
  const watch = setInterval(() => {
    if (ancestors() === atStart) return;
    clearInterval(watch);
    process.kill(process.pid, 'SIGTERM');
  }, 500);
  watch.unref();
}

/** @param {number} pid @returns {string} empty where there is no /proc */
function parentOf(pid) {
  try {
    return /^PPid:\s*(\d+)/m.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '';
  } catch {
    return '';
  }
}

/** When the outer Node is killed outright, its end of the channel closes: that is our signal. */
function endWithParent() {
  delete process.env[GUARD];
  if (!process.channel) return;
  process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  process.channel.unref();
}
