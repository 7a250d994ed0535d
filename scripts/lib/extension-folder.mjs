import fs from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { repoRoot } from './paths.mjs';

/** What a packaged extension consists of. Everything else in the repository stays invisible. */
const PARTS = /^(package\.json|package\.nls.*\.json|README\.md|LICENSE.*|CHANGELOG\.md|dist|l10n|media|python)$/;

/**
 * Makes an extension known to a VS Code that uses `extensionsDir`. It gets a folder of links to what
 * a package would hold: linking the repository itself would show VS Code its caches and tests.
 * @param {string} extensionsDir
 * @param {string} [source] the extension's root
 * @returns {string} the folder
 */
export function linkExtension(extensionsDir, source = repoRoot) {
  const manifest = JSON.parse(fs.readFileSync(path.join(source, 'package.json'), 'utf8'));
  const folder = path.join(extensionsDir, `${manifest.publisher}.${manifest.name}-${manifest.version}`);
  fs.rmSync(folder, { recursive: true, force: true });
  fs.mkdirSync(path.join(folder, 'node_modules'), { recursive: true });
  const parts = source === repoRoot ? (/** @type {string} */ name) => PARTS.test(name) : () => true;
  for (const name of fs.readdirSync(source)) {
    if (name !== 'node_modules' && parts(name)) link(path.join(source, name), path.join(folder, name));
  }
  if (manifest.main) copyMain(source, folder, path.normalize(manifest.main));
  for (const name of runtimePackages(source, Object.keys(manifest.dependencies ?? {}))) {
    const target = path.join(folder, 'node_modules', name);
    fs.mkdirSync(path.dirname(target), { recursive: true });
    link(path.join(source, 'node_modules', name), target);
  }
  return folder;
}

/**
 * VS Code knows whose code asks for its API by where that code really lies, and some of the API is for its owner alone
 * (a debug type). So the programs that ask are copies, in a folder of links to what lies beside it.
 * @param {string} source @param {string} folder @param {string} main
 */
function copyMain(source, folder, main) {
  const inside = path.dirname(main);
  if (inside !== '.') {
    fs.rmSync(path.join(folder, inside), { recursive: true });
    fs.mkdirSync(path.join(folder, inside), { recursive: true });
    for (const name of fs.readdirSync(path.join(source, inside)))
      link(path.join(source, inside, name), path.join(folder, inside, name));
  }
  for (const name of fs.readdirSync(path.join(source, inside))) {
    const file = path.join(source, inside, name);
    const asks =
      path.join(inside, name) === main || (name.endsWith('.js') && fs.readFileSync(file).includes('require("vscode")'));
    if (!asks) continue;
    fs.rmSync(path.join(folder, inside, name), { force: true });
    fs.copyFileSync(file, path.join(folder, inside, name));
  }
}

/**
 * The native packages with all that they need in turn.
 * @param {string} source @param {string[]} names
 */
function runtimePackages(source, names) {
  const found = new Set();
  const queue = [...names];
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    const file = path.join(source, 'node_modules', name, 'package.json');
    // Optional packages for other platforms are not installed.
    if (found.has(name) || !fs.existsSync(file)) continue;
    found.add(name);
    const { dependencies, optionalDependencies } = JSON.parse(fs.readFileSync(file, 'utf8'));
    queue.push(...Object.keys({ ...dependencies, ...optionalDependencies }));
  }
  return found;
}

/** @param {string} from @param {string} to */
function link(from, to) {
  const real = fs.realpathSync(from);
  const isFolder = fs.statSync(real).isDirectory();
  // Windows allows links to files to administrators only, junctions to everybody.
  if (process.platform === 'win32' && !isFolder) fs.copyFileSync(real, to);
  else fs.symlinkSync(real, to, isFolder ? 'junction' : 'file');
}
