/** What can be told from a run's folder without reading what is in its files. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

export function listNames(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // not made yet
  }
}

export function sizeOf(path: string): number {
  try {
    return statSync(path).size;
  } catch {
    return 0; // deleted by the user
  }
}

/** When anything last changed in a run's folder: the best guess for the end of a run that left none. */
export function lastSign(folder: string): number | null {
  const times = ['runner.json', 'output.log', 'journals']
    .map((name) => mtimeOf(join(folder, name)))
    .filter((time) => time !== null);
  for (const name of listNames(join(folder, 'journals'))) {
    const time = mtimeOf(join(folder, 'journals', name));
    if (time !== null) times.push(time);
  }
  return times.length > 0 ? Math.max(...times) : null;
}

function mtimeOf(path: string): number | null {
  try {
    return statSync(path).mtimeMs;
  } catch {
    return null; // not made
  }
}
