/** The folder of a comparison in the system's temporary one: unpacked tables, and what does not fit into memory. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const NAME = /^lw-drift-(\d+)-/;

/** A new one. Those of comparisons that were killed, and could not remove theirs, go. */
export function newWorkFolder(): string {
  const system = tmpdir();
  for (const name of readdirSync(system)) {
    const pid = NAME.exec(name)?.[1];
    if (pid !== undefined && isOver(Number(pid))) removeQuietly(join(system, name));
  }
  return mkdtempSync(join(system, `lw-drift-${String(process.pid)}-`));
}

/** Where in doubt it is not: another's process, or a new one of the same number. */
function isOver(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
}

function removeQuietly(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true });
  } catch {
    // It is another user's.
  }
}
