/** Whether a path stays in its folder. */
import { realpathSync } from 'node:fs';
import { isAbsolute, relative, sep } from 'node:path';

/** Whether what a path leads to, links followed, lies below a folder whose own links have been followed. */
export function isInside(top: string, path: string): boolean {
  try {
    const way = relative(top, realpathSync(path));
    return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
  } catch {
    return false; // it leads nowhere
  }
}
