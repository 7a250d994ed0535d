/** Minutes of what `npm run soak:serving` does with five million requests. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { repository } from '../engine/support';

const minutes = Number(process.env.LOOPWRIGHT_SOAK_MINUTES ?? 5);

it(
  'is answered rightly for minutes in all protocols, with flat memory and a whole log',
  async () => {
    const args = [join(repository, 'scripts/soak-serving.mjs'), '--minutes', String(minutes)];
    const { stderr } = await promisify(execFile)(process.execPath, args);
    expect(stderr).toContain('nothing lost, nothing wrong');
    // For whoever reads what the tests say.
    process.stdout.write(stderr);
  },
  (minutes + 10) * 60_000,
);
