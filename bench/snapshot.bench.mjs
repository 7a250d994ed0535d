/**
 * The second snapshot of a tree of 10,000 files of which a few changed, beside `git add -A && git write-tree` by a user on
 * a copy of the same tree, with the same changes. In a process of the engine's jobs that is there already, and with its
 * start.
 */
import { execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { interleave, ratios, report, spread } from './stats.mjs';
import { root } from './store.mjs';

const ROUNDS = 7;
const FILES = 10_000;
const CHANGES = 5;

/** A process of the engine's jobs. @returns what does a task in it, and what ends it */
function job() {
  const child = spawn(process.execPath, [join(root, 'dist/job.js')], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  return {
    /** @param {string} name @param {unknown} params @returns {Promise<void>} */
    perform: (name, params) =>
      new Promise((resolve, reject) => {
        child.once('message', (/** @type {{ kind: string, message?: string }} */ said) =>
          said.kind === 'done' ? resolve() : reject(new Error(said.message)),
        );
        child.send({ kind: 'task', name, params });
      }),
    end: () => child.disconnect(),
  };
}

const base = mkdtempSync(join(tmpdir(), 'lw-bench-code-'));
const ours = join(base, 'ours');
const theirs = join(base, 'theirs');
const store = join(base, 'store');
const git = (/** @type {string} */ cwd, /** @type {string[]} */ ...args) =>
  execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a', '-c', 'gc.auto=0', ...args], {
    cwd,
    encoding: 'utf8',
  });

for (let index = 0; index < FILES; index++) {
  const folder = join(ours, `package_${index % 100}`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `module_${index}.py`), `# ${index}\n${'value = 1\n'.repeat(index % 200)}`);
}
git(ours, 'init', '-q');
const addBegan = performance.now();
git(ours, 'add', '-A');
const addTook = performance.now() - addBegan;
git(ours, 'commit', '-q', '-m', 'all');
cpSync(ours, theirs, { recursive: true, preserveTimestamps: true });
git(theirs, 'add', '-A');

let runs = 0;
async function snapshot(/** @type {ReturnType<typeof job>} */ where) {
  const runId = String(runs++).padStart(32, '0');
  const folder = join(store, 'runs', runId);
  mkdirSync(join(folder, 'journals'), { recursive: true });
  const spec = {
    ...{ format: 1, run_id: runId, experiment: 'x', name: 'x', parent_run_id: null, kind: 'script', argv: ['x'] },
    ...{ source: 'x', cwd: ours, interpreter: null, params: {}, tags: {}, env: {}, hook_dir: '', root: ours, user: '' },
    ...{ host: '', created_ms: 1, socket: null, token: null },
  };
  writeFileSync(join(folder, 'spec.json'), JSON.stringify(spec));
  const began = performance.now();
  await where.perform('code/snapshot', { store, runId });
  return performance.now() - began;
}

function change(/** @type {string} */ folder, /** @type {number} */ round) {
  for (let index = 0; index < CHANGES; index++)
    writeFileSync(join(folder, `package_${index}`, `module_${index}.py`), `# round ${round} ${index}\n`);
}

const warm = job();
const first = await snapshot(warm);
const figures = await interleave(ROUNDS, {
  snapshot: async (round) => {
    change(ours, round);
    return snapshot(warm);
  },
  withStart: async (round) => {
    change(ours, round + ROUNDS);
    const began = performance.now();
    const cold = job();
    await snapshot(cold);
    const took = performance.now() - began;
    cold.end();
    return took;
  },
  git: async (round) => {
    change(theirs, round);
    const began = performance.now();
    git(theirs, 'add', '-A');
    git(theirs, 'write-tree');
    return performance.now() - began;
  },
});
warm.end();
rmSync(base, { recursive: true, force: true });
report('snapshot', {
  rounds: ROUNDS,
  files: FILES,
  'first snapshot, ms': Math.round(first),
  'first git add -A, ms': Math.round(addTook),
  'second snapshot, ms': spread(figures.snapshot),
  'git add -A && git write-tree, ms': spread(figures.git),
  ratio: ratios(figures.snapshot, figures.git),
  'second snapshot with the start of its process, ms': spread(figures.withStart),
});
