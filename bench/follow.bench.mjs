/**
 * What following a notebook costs the extension host: the time inside VS Code's events, with outputs of up to 1 MB, and
 * that of the work a few times a second in between. The peer is copying the same output once, which is what handing it
 * to anybody else would cost. The engine is a function that answers at once.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { interleave, ratios, report, spread } from './stats.mjs';
import { root } from './store.mjs';

const ROUNDS = 5;
const CELLS = 40;
const OUTPUT_BYTES = 1_000_000;
const LIMITS = { eventMs: 5 };
const STDOUT = 'application/vnd.code.notebook.stdout';

const folder = mkdtempSync(join(tmpdir(), 'lw-bench-'));
const bundle = join(folder, 'follow.mjs');
await build({
  entryPoints: [join(root, 'src/extension/notebooks/followNotebook.ts')],
  outfile: bundle,
  bundle: true,
  platform: 'node',
  format: 'esm',
  banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
});
const { FollowedNotebook } = await import(pathToFileURL(bundle).href);

/** The timers of what is measured, each with the time that it took. */
const ticks = [];
const { setTimeout: original } = globalThis;
globalThis.setTimeout = /** @type {typeof setTimeout} */ (
  (callback, ms, ...args) =>
    original(() => {
      const began = performance.now();
      callback(...args);
      ticks.push(performance.now() - began);
    }, ms)
);

const text = Buffer.from('a line of output, as programs print them\n'.repeat(OUTPUT_BYTES / 41));
const picture = Buffer.alloc(OUTPUT_BYTES - 1, 1);

/** @returns the slowest event, the slowest work in between, and how many events there were */
async function follow(/** @type {number} */ round) {
  const runFolder = join(folder, String(round));
  mkdirSync(join(runFolder, 'artifacts'), { recursive: true });
  const cells = Array.from({ length: CELLS }, (_, index) => ({
    index,
    metadata: { id: `c${String(index)}` },
    document: { getText: () => 'x = 1\n'.repeat(200) },
  }));
  const notebook = new FollowedNotebook(
    {
      prepare: () => ({ runId: 'r', folder: runFolder, request: () => Promise.resolve({}) }),
      facts: () => ({ codeCells: CELLS }),
      pid: process.pid,
      log: { debug() {}, info() {}, warn() {}, error() {} },
      l10n: { t: (/** @type {string} */ message) => message },
      onChanged() {},
      onGone() {},
    },
    cells,
    Date.now(),
  );
  ticks.length = 0;
  /** @type {number[]} */
  const events = [];
  const see = (/** @type {object} */ cell, /** @type {object} */ change) => {
    const began = performance.now();
    notebook.see(cell, change, Date.now());
    events.push(performance.now() - began);
  };
  for (const [at, cell] of cells.entries()) {
    see(cell, { executionSummary: {} });
    see(cell, { executionSummary: { executionOrder: at + 1 } });
    // A stream that grows to 1 MB, as it comes from a kernel, and a picture.
    for (let piece = 1; piece <= 20; piece++) {
      const items = Array.from({ length: piece }, (_, part) => ({
        mime: STDOUT,
        data: text.subarray((part * text.length) / 20, ((part + 1) * text.length) / 20),
      }));
      see(cell, { outputs: [{ items }, { items: [{ mime: 'image/png', data: picture }] }] });
    }
    const timing = { startTime: Date.now(), endTime: Date.now() + 1 };
    see(cell, { executionSummary: { executionOrder: at + 1, success: true, timing } });
    await sleep(20);
  }
  await notebook.stop(null);
  return { event: Math.max(...events), tick: Math.max(...ticks), count: events.length };
}

/** @type {{ event: number; tick: number; count: number }[]} */
const rounds = [];
const figures = await interleave(ROUNDS, {
  event: async (round) => {
    rounds.push(await follow(round));
    return rounds.at(-1)?.event ?? 0;
  },
  copy: async () => {
    const began = performance.now();
    const copy = Buffer.from(text);
    return copy.length === text.length ? performance.now() - began : 0;
  },
});
globalThis.setTimeout = original;
rmSync(folder, { recursive: true, force: true });

const slowest = Math.max(...figures.event);
report('follow', {
  rounds: ROUNDS,
  'events in a round': rounds[0]?.count,
  'the slowest event, ms': spread(figures.event),
  'the slowest work in between, ms': spread(rounds.map(({ tick }) => tick)),
  'copying 1 MB, ms': spread(figures.copy),
  'ratio of the slowest event to that': ratios(figures.event, figures.copy),
  limits: LIMITS,
});
if (slowest > LIMITS.eventMs) process.exitCode = 1;
