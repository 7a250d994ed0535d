import { setTimeout as sleep } from 'node:timers/promises';

export const DEFAULT_TIMEOUT_MS = 40_000;

/**
 * Asks again until the answer is not undefined or false.
 *
 * @param what completes the sentence "Waited 20 s for …"
 * @param seen what to show instead, in the error
 */
export async function waitFor<T>(
  what: string,
  ask: () => Promise<T | undefined | false>,
  { timeoutMs = DEFAULT_TIMEOUT_MS, seen }: { timeoutMs?: number; seen?: () => Promise<unknown> } = {},
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (Date.now() > deadline) {
      const found = seen ? `. Seen: ${JSON.stringify(await seen(), null, 2)}` : '';
      throw new Error(`Waited ${String(timeoutMs / 1000)} s for ${what}${found}`);
    }
    await sleep(50);
  }
}
