/** Telling whether a process that was written down is the one that runs under its pid today. */
import { readFileSync } from 'node:fs';
import type { ProcessId } from '../runFolder';

/** Identifies the running kernel: pids of another boot mean nothing. Empty where the system does not tell. */
export function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return ''; // not Linux
  }
}

/** Field 22 of `/proc/<pid>/stat`; empty where there is no such file system, null if there is no such process. */
export function startOf(pid: number): string | null {
  if (process.platform !== 'linux') return exists(pid) ? '' : null;
  try {
    const stat = readFileSync(`/proc/${String(pid)}/stat`, 'latin1');
    // The name in parentheses may hold spaces and parentheses itself: count from its end. Field 3 follows it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? null : (fields[19] ?? null);
  } catch {
    return null; // gone
  }
}

export function isAlive(process: ProcessId, recordedBoot: string, currentBoot: string): boolean {
  if (recordedBoot !== currentBoot) return false;
  const start = startOf(process.pid);
  return start !== null && (process.start === '' || start === process.start);
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
