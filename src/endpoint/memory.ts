/** What a process takes. */
import { readFileSync } from 'node:fs';

/** Null where the system does not tell, or the process has gone. */
export function memoryOf(pid: number): number | null {
  try {
    const found = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${String(pid)}/status`, 'latin1'));
    return found ? Number(found[1]) * 1024 : null;
  } catch {
    return null; // no Linux, or gone
  }
}
