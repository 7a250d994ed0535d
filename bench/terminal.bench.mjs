/**
 * What a Python that is no run of the user's loses in a tracked terminal, where each one comes by the hook: at most 2 ms.
 *
 * The least of many is compared: others on the machine only ever add.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { report, spread } from './stats.mjs';
import { root } from './store.mjs';

const ROUNDS = 60;
const LIMIT_MS = 2;

const folder = mkdtempSync(join(tmpdir(), 'lw-bench-'));
try {
  const python = process.env.LOOPWRIGHT_PYTHON ?? 'python3';
  const { stdout } = await promisify(execFile)(python, [
    join(root, 'bench/terminal_cost.py'),
    join(root, 'python/hook'),
    folder,
    String(ROUNDS),
  ]);
  /** @type {{tracked: number[], plain: number[]}} */
  const { tracked, plain } = JSON.parse(stdout);
  const more = Math.min(...tracked) - Math.min(...plain);
  report('terminal', {
    rounds: ROUNDS,
    'plain, ms of processor time': spread(plain),
    'tracked terminal, ms': spread(tracked),
    'least of tracked - least of plain, ms': more,
    'limit, ms': LIMIT_MS,
  });
  if (more > LIMIT_MS) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
