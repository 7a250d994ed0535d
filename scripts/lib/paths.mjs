import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const repoRoot = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..');

/** Everything the scripts install for themselves: Node, code-server, virtual environments. */
export const cacheRoot = path.resolve(process.env.LOOPWRIGHT_CACHE || path.join(repoRoot, '.cache'));

/** @param {...string} parts */
export const inRepo = (...parts) => path.join(repoRoot, ...parts);

/** @param {...string} parts */
export const inCache = (...parts) => path.join(cacheRoot, ...parts);
