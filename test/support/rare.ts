/**
 * A test that `npm run test:peers` has and `npm test` has not: one of the slow ones of a file that otherwise belongs to every day.
 * It is not skipped there but not there, as those of `*.long.test.ts` are.
 */
import { it } from 'vitest';

export const hasRareTests = process.env.LOOPWRIGHT_RARE === '1';

export const rare: (name: string, work: () => Promise<void>) => void = hasRareTests ? it : () => undefined;
