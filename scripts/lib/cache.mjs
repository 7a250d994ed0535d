import { createHash, randomBytes } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { cacheRoot, inCache } from './paths.mjs';
import { Problem, say } from './say.mjs';

const STAMP = '.loopwright-stamp.json';
const HEARTBEAT_MS = 2_000;
const STALE_MS = 20_000;

/** @param {...(string | Buffer)} parts */
export function hash(...parts) {
  const digest = createHash('sha256');
  for (const part of parts) digest.update(part).update('\0');
  return digest.digest('hex').slice(0, 16);
}

/**
 * Makes a folder of the cache unless it already holds what `key` names.
 *
 * It is made under another name and renamed when it is whole, so that an interrupted install never
 * looks finished. What can't be moved (a virtual environment has its own path in its scripts) is
 * made in place; there the stamp, written last, is what makes it whole.
 * @param {string} name
 * @param {string} key everything that the contents depend on
 * @param {(folder: string) => Promise<void>} make
 * @param {{inPlace?: boolean}} [options]
 * @returns {Promise<string>} the folder
 */
export async function ensure(name, key, make, { inPlace = false } = {}) {
  const folder = inCache(name);
  if (isStamped(folder, key)) return folder;
  return withLock(name, async () => {
    if (isStamped(folder, key)) return folder;
    sweep(name);
    const building = inPlace ? folder : inCache(`${name}.tmp-${process.pid}`);
    fs.rmSync(building, { recursive: true, force: true });
    fs.mkdirSync(building, { recursive: true });
    try {
      await make(building);
      writeStamp(building, key);
    } catch (error) {
      fs.rmSync(building, { recursive: true, force: true });
      throw error;
    }
    if (!inPlace) replace(folder, building);
    return folder;
  });
}

/** @param {string} folder @param {string} key */
export function isStamped(folder, key) {
  try {
    return JSON.parse(fs.readFileSync(path.join(folder, STAMP), 'utf8')).key === key;
  } catch {
    return false;
  }
}

/** @param {string} folder @param {string} key */
export function writeStamp(folder, key) {
  const file = path.join(folder, STAMP);
  fs.writeFileSync(`${file}.tmp`, JSON.stringify({ key }));
  fs.renameSync(`${file}.tmp`, file);
}

/** @param {string} folder @param {string} building */
function replace(folder, building) {
  const old = `${folder}.old-${process.pid}`;
  if (fs.existsSync(folder)) fs.renameSync(folder, old);
  fs.renameSync(building, folder);
  fs.rmSync(old, { recursive: true, force: true });
}

/** Removes what interrupted installs of the same thing left. Only called by the owner of the lock. */
function sweep(/** @type {string} */ name) {
  for (const entry of fs.existsSync(cacheRoot) ? fs.readdirSync(cacheRoot) : []) {
    if (entry.startsWith(`${name}.tmp-`) || entry.startsWith(`${name}.old-`)) {
      fs.rmSync(inCache(entry), { recursive: true, force: true });
    }
  }
}

/**
 * One command at a time, across processes. The owner touches the lock file every two seconds; a
 * lock whose owner is dead or silent is taken over.
 * @template T
 * @param {string} name
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(name, work) {
  fs.mkdirSync(cacheRoot, { recursive: true });
  const file = inCache(`${name}.lock`);
  const mine = JSON.stringify({ pid: process.pid, host: os.hostname(), id: randomBytes(8).toString('hex') });
  await acquire(file, mine, name);
  const heartbeat = setInterval(() => fs.utimes(file, new Date(), new Date(), () => {}), HEARTBEAT_MS);
  const release = () => {
    if (read(file) === mine) fs.rmSync(file, { force: true });
  };
  process.on('exit', release);
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    process.off('exit', release);
    release();
  }
}

/** @param {string} file @param {string} mine @param {string} name */
async function acquire(file, mine, name) {
  for (let told = false; ;) {
    try {
      fs.writeFileSync(file, mine, { flag: 'wx' });
      return;
    } catch (error) {
      if (error.code !== 'EEXIST') throw new Problem(`The cache can't be written: ${error.message}`);
    }
    const owner = read(file);
    if (owner !== undefined && isStale(file, owner)) {
      takeAway(file, owner);
      continue;
    }
    if (!told) say(`  waiting for another command that prepares ${name} …`);
    told = true;
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
}

/** @param {string} file */
function read(file) {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/** @param {string} file @param {string} owner */
function isStale(file, owner) {
  try {
    if (Date.now() - fs.statSync(file).mtimeMs > STALE_MS) return true;
    const { pid, host } = JSON.parse(owner);
    if (host !== os.hostname()) return false;
    process.kill(pid, 0);
    return false;
  } catch (error) {
    // ESRCH: the owner is dead. Anything else (half-written, not ours to signal) is decided by age.
    return error.code === 'ESRCH';
  }
}

/**
 * Two waiters may judge the same lock stale. Renaming is atomic, so only one moves it; whoever
 * finds that it moved a lock taken in between puts it back.
 * @param {string} file @param {string} judged
 */
function takeAway(file, judged) {
  const aside = `${file}.${process.pid}`;
  try {
    fs.renameSync(file, aside);
    if (read(aside) !== judged) fs.linkSync(aside, file);
  } catch {
    // Another waiter was faster.
  }
  fs.rmSync(aside, { force: true });
}
