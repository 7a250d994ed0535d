/**
 * What capture costs a script: three loads in plain Python and in a Python with the hook, in turn. The bound is 2 % and
 * 150 ms over plain Python; keeping models is no part of this.
 *
 * Both the time that passes and the processor's time are kept: on a machine that others use, the latter says more.
 */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ensureVenv } from '../scripts/lib/python.mjs';
import { interleave, ratios, report, spread } from './stats.mjs';
import { root } from './store.mjs';

const ROUNDS = 15;
const KINDS = 'code,data,environment,system,libraries,figures';
const exec = promisify(execFile);

const python =
  process.env.LOOPWRIGHT_CAPTURE_PYTHON ??
  (await ensureVenv('venv-capture', join(root, 'test/python/requirements.txt')));
const folder = mkdtempSync(join(tmpdir(), 'lw-bench-'));
const files = join(folder, 'files');
mkdirSync(files);

/** One load; its seconds, and in `cpu` those of the processor. @param {string[]} load */
async function measure(load, withHook, cpu) {
  const env = { ...process.env, MPLBACKEND: 'agg' };
  if (withHook) {
    const run = mkdtempSync(join(folder, 'run-'));
    Object.assign(env, {
      PYTHONPATH: join(root, 'python/hook'),
      LOOPWRIGHT_RUN_DIR: run,
      LOOPWRIGHT_CAPTURE: KINDS,
      LOOPWRIGHT_ROOT: files,
    });
  }
  const began = performance.now();
  const { stdout } = await exec(python, [join(root, 'bench/capture_load.py'), ...load], { env });
  cpu.push(Number(stdout.trim()) * 1000);
  return performance.now() - began;
}

try {
  // As the observer of the first run leaves it, also where Python itself is told to write no bytecode.
  await exec(python, ['-m', 'compileall', '-q', join(root, 'python/hook')]);
  await exec(python, [join(root, 'bench/capture_load.py'), 'make', files]);
  const content = { rounds: ROUNDS, kinds: KINDS };
  for (const load of [['imports'], ['fits'], ['opens', files]]) {
    const [name] = load;
    // The first of each compiles and fills the system's cache.
    await measure(load, false, []);
    await measure(load, true, []);
    /** @type {{plain: number[], hook: number[]}} */
    const cpu = { plain: [], hook: [] };
    const { plain, hook } = await interleave(ROUNDS, {
      plain: () => measure(load, false, cpu.plain),
      hook: () => measure(load, true, cpu.hook),
    });
    Object.assign(content, {
      [`${name}: plain, ms`]: spread(plain),
      [`${name}: with hook, ms`]: spread(hook),
      [`${name}: ratio`]: ratios(hook, plain),
      [`${name}: more than plain, ms`]: spread(hook.map((value, index) => value - plain[index])),
      [`${name}: above the bound, ms`]: spread(hook.map((value, index) => value - plain[index] * 1.02 - 150)),
      [`${name}: more processor time, ms`]: spread(cpu.hook.map((value, index) => value - cpu.plain[index])),
      // What others do to the machine only ever adds, so the least of many rounds is what is left of it.
      [`${name}: least processor time, ms`]: { plain: Math.min(...cpu.plain), hook: Math.min(...cpu.hook) },
    });
  }
  report('capture', content);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
