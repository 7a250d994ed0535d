/**
 * A notebook run whole, beside `jupyter nbconvert --execute` on the same one in the same environment, in turn, at three
 * sizes. Two figures of ours: the program that drives the kernel, with the hook in it, and the whole of
 * `loopwright run`, with the command line, the runner and the observer. The goal is to be no slower.
 */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ensureVenv } from '../scripts/lib/python.mjs';
import { interleave, ratios, report, spread } from './stats.mjs';
import { root } from './store.mjs';

const ROUNDS = 5;
const SIZES = [5, 50, 300];
const exec = promisify(execFile);

/** One with nbconvert, nbclient and ipykernel. */
const python = await ensureVenv('venv-notebooks', join(root, 'test/peers/notebooks.txt'));
const folder = mkdtempSync(join(tmpdir(), 'lw-bench-'));
const env = { ...process.env, LOOPWRIGHT_STATE_DIR: join(folder, 'state'), LOOPWRIGHT_IDLE_MS: '20000' };
const cli = join(root, 'dist/cli.js');

/** Cells as people write them: a little work, some output, and a table now and then. @param {number} size */
function notebook(size) {
  const source = (/** @type {number} */ index) =>
    index % 5 === 4
      ? `from IPython.display import HTML\nHTML('<table>' + '<tr><td>${index}</td></tr>' * 50 + '</table>')`
      : `values_${index} = [x * x for x in range(2000)]\nprint(sum(values_${index}))\nlen(values_${index})`;
  return JSON.stringify({
    nbformat: 4,
    nbformat_minor: 5,
    metadata: { kernelspec: { name: 'python3', language: 'python', display_name: 'Python 3' } },
    cells: Array.from({ length: size }, (_, index) => ({
      cell_type: 'code',
      id: `c${String(index)}`,
      metadata: {},
      source: source(index),
      outputs: [],
      execution_count: null,
    })),
  });
}

/** @param {string[]} command */
async function timed([program, ...words], more = {}) {
  const began = performance.now();
  await exec(program, words, { cwd: folder, env: { ...env, ...more }, maxBuffer: 1 << 28 });
  return performance.now() - began;
}

/** @param {string} name @param {number} round */
function driver(name, round) {
  const run = join(folder, `run-${name}-${String(round)}`);
  mkdirSync(join(run, 'artifacts'), { recursive: true });
  writeFileSync(join(run, 'spec.json'), '{"notebook": null}');
  return timed([python, join(root, 'python/notebook'), name], {
    LOOPWRIGHT_RUN_DIR: run,
    LOOPWRIGHT_HOOK_DIR: join(root, 'python/hook'),
    LOOPWRIGHT_CAPTURE: 'code,data,environment,system,libraries,models,figures',
    LOOPWRIGHT_ROOT: folder,
  });
}

try {
  mkdirSync(join(folder, '.git'));
  const content = { rounds: ROUNDS };
  for (const size of SIZES) {
    const name = `cells-${String(size)}.ipynb`;
    writeFileSync(join(folder, name), notebook(size));
    const nbconvert = () =>
      timed([python, '-m', 'nbconvert', '--execute', '--to', 'notebook', '--output', 'out.ipynb', name]);
    const candidates = {
      nbconvert,
      driver: (/** @type {number} */ round) => driver(name, round),
      whole: () => timed([process.execPath, cli, 'run', '--python', python, name]),
    };
    // The first of each compiles, fills the system's cache and starts the engine.
    for (const measure of Object.values(candidates)) await measure(-1);
    const figures = await interleave(ROUNDS, candidates);
    Object.assign(content, {
      [`${size} cells: nbconvert, ms`]: spread(figures.nbconvert),
      [`${size} cells: the program, ms`]: spread(figures.driver),
      [`${size} cells: loopwright run, ms`]: spread(figures.whole),
      [`${size} cells: program to nbconvert`]: ratios(figures.driver, figures.nbconvert),
      [`${size} cells: run to nbconvert`]: ratios(figures.whole, figures.nbconvert),
    });
  }
  report('notebook', content);
} finally {
  await exec(process.execPath, [cli, 'engine', 'stop'], { cwd: folder, env }).catch(() => undefined);
  rmSync(folder, { recursive: true, force: true });
}
