import fs from 'node:fs';
import process from 'node:process';
import { hash, isStamped, withLock, writeStamp } from './cache.mjs';
import { NODE_VERSION, npm } from './node.mjs';
import { inRepo, repoRoot } from './paths.mjs';
import { step } from './say.mjs';

/** Installs the project's packages when they are missing or the lock file has changed. */
export async function ensurePackages() {
  const lockFile = fs.readFileSync(inRepo('package-lock.json'), 'utf8');
  const key = hash(lockFile, NODE_VERSION, process.platform, process.arch);
  const folder = inRepo('node_modules');
  if (isStamped(folder, key)) return;
  await withLock('packages', async () => {
    if (isStamped(folder, key)) return;
    // `npm ci` starts by deleting what other commands may be using.
    if (!matchesLock(JSON.parse(lockFile))) {
      await step('Packages (npm ci)', () => npm(['ci'], { cwd: repoRoot }));
    }
    writeStamp(folder, key);
  });
}

/**
 * Whether npm's own record of what it installed says the same as the lock file.
 * @param {{packages: Record<string, {version?: string, optional?: boolean, devOptional?: boolean}>}} lock
 */
function matchesLock(lock) {
  let installed;
  try {
    installed = JSON.parse(fs.readFileSync(inRepo('node_modules', '.package-lock.json'), 'utf8')).packages;
  } catch {
    return false;
  }
  const wanted = Object.entries(lock.packages).filter(([place]) => place !== '');
  const present = ([place, { version, optional, devOptional }]) =>
    installed[place] ? installed[place].version === version && fs.existsSync(inRepo(place)) : optional || devOptional;
  return wanted.every(present) && Object.keys(installed).every((place) => place in lock.packages);
}
