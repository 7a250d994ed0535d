/** The command lines of all processes of this machine (Linux), their words apart by NUL. */
import { readdirSync, readFileSync } from 'node:fs';

export const commandLines = (): string[] =>
  readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'latin1');
      } catch {
        return ''; // it has just ended
      }
    });
