/** The order in which the engine's threads come by a busy machine's cores. */
import { readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';

const NICE = 5;

/**
 * Lets the other threads go before the calling one, so that a page that somebody waits for is not held up by a million
 * points that nobody waits for. On Linux a thread has a priority of its own; elsewhere nothing happens.
 */
export function letOthersGoFirst(): void {
  if (process.platform !== 'linux') return;
  try {
    const [, , thread = ''] = readlinkSync('/proc/thread-self').split('/');
    setPriority(Number(thread), NICE);
  } catch {
    // no /proc, or a sandbox that forbids it: it works as well without
  }
}
