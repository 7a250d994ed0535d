/* global scrollBy, innerHeight -- what runs in a page */
/**
 * The run page in a real VS Code: from the click on a run to its first chart and to all twenty; a metric of 1,000,000
 * points over the engine's socket; ten curves that grow; what the page keeps in memory; and how long the extension host is
 * held up while a run logs 10,000 points a second, beside the same window while nothing is logged.
 */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadStoreMaker } from '../scripts/lib/made-store.mjs';
import { report, spread } from './stats.mjs';
import { loadClient, root, until } from './store.mjs';
import { loadWorkbench, watchCharts } from './window.mjs';

const ROUNDS = 5;
const LOGGING_MS = 15_000;
/** Joining the curves takes a while, too. */
const JOINED_MS = 10_000;
const JOINING_MS = 150_000;
const CURVES = 10;
const LIMITS = { firstChartMs: 400, decimatedMs: 100, redrawnMs: 50, pageBytes: 150e6, hostMs: 20 };

/** Logs ten metrics a hundred times a second, and one more as often as makes 10,000 points a second of all. */
const LOGGER = `
import loopwright, sys, time
until, step = time.time() + float(sys.argv[1]), 0
while time.time() < until:
    began = time.time()
    loopwright.log(step=step, **{f"curve_{index}": (step * (index + 1)) % 97 / 97 for index in range(10)})
    for part in range(90): loopwright.log(step=step * 90 + part, fast=part / 90)
    step += 1
    time.sleep(max(0, 0.01 - (time.time() - began)))
`;

const { openWorkbench } = await loadWorkbench();
const probe = join(root, 'dist', `host-probe-${String(process.pid)}.jsonl`);
const workbench = await openWorkbench({
  files: { 'logger.py': LOGGER },
  extensions: [join(root, 'bench/host-probe')],
  env: { LOOPWRIGHT_HOST_PROBE: probe },
  size: { width: 1400, height: 1000 },
});
try {
  process.env.LOOPWRIGHT_STATE_DIR = workbench.folders.state;
  const maker = await loadStoreMaker();
  const made = maker.makeManyRuns({ root: join(workbench.folder, '.loopwright'), runs: 700 });
  const client = await loadClient();
  await workbench.page.context().addInitScript(watchCharts);
  await workbench.reload();
  await workbench.trees.openContainer('Loopwright');
  await workbench.trees.waitForRow('twenty curves', 60_000);
  await untilSettled();

  const opened = [];
  for (let round = 0; round < ROUNDS; round++) opened.push(await openRun('twenty curves', 6));
  const next = await openNext([
    'a million points',
    'twenty curves',
    'a million points',
    'twenty curves',
    'a million points',
    'twenty curves',
  ]);
  const memory = [await bytesOf('five thousand metrics'), await bytesOf('a million points')];
  const decimated = await decimate(client, made.special.manyPoints);
  const live = await logAndWatch(client);

  const figures = {
    'click to first chart, ms': spread(opened.map(({ firstMs }) => firstMs)),
    'click on another run to its first chart, in the same tab, ms': spread(next),
    'click to the sixth chart, ms': spread(opened.map(({ allMs }) => allMs)),
    '1,000,000 points decimated and delivered, ms': spread(decimated),
    'the longest message of those, bytes': Math.max(...live.bytes),
    'updates of ten curves seen': live.redrawn.length,
    'a chart of ten curves redrawn with what was logged, ms': spread(live.joined),
    'ten charts of a curve redrawn with what was logged, ms': spread(live.redrawn),
    'page of 5,000 metrics, bytes': memory[0],
    'page of 1,000,000 points, bytes': memory[1],
    'host held up while logging, ms': spread(live.logging.map(({ maxMs }) => maxMs)),
    'host held up while idle, ms': spread(live.idle.map(({ maxMs }) => maxMs)),
    'host busy while logging, share': spread(live.logging.map(({ share }) => share)),
    'host busy while idle, share': spread(live.idle.map(({ share }) => share)),
  };
  report('page', { rounds: ROUNDS, ...figures, limits: LIMITS });
  const median = (/** @type {keyof typeof figures} */ name) => /** @type {any} */ (figures[name]).median;
  const isTooSlow =
    median('click to first chart, ms') > LIMITS.firstChartMs ||
    median('1,000,000 points decimated and delivered, ms') > LIMITS.decimatedMs ||
    median('a chart of ten curves redrawn with what was logged, ms') > LIMITS.redrawnMs ||
    median('host held up while logging, ms') > LIMITS.hostMs ||
    Math.max(...memory) > LIMITS.pageBytes;
  if (isTooSlow) process.exitCode = 1;
} finally {
  await workbench.close();
}

/** The engine finds out which of the made runs are over: until then rows change their places under the mouse. */
async function untilSettled() {
  let rows = '';
  for (let same = 0; same < 6; await sleep(500)) {
    const now = JSON.stringify(await workbench.trees.rows('Runs'));
    same = now === rows ? same + 1 : 0;
    rows = now;
  }
}

/** Opens the page of a run by the action in its row; closed again afterwards. @param {string} name @param {number} charts */
async function openRun(name, charts) {
  await workbench.trees.action(name, 'Open Run');
  const frame = await workbench.webviewFrame(name);
  const { drawn } = await until(async () => {
    const seen = await seenIn(frame);
    return seen && seen.drawn.length >= charts && seen;
  }, 20);
  const { clickMs } = await seenIn(workbench.page.mainFrame());
  await closeEditor();
  return { firstMs: drawn[0] - clickMs, allMs: drawn[charts - 1] - clickMs };
}

/**
 * Clicks on one row after the other, as one who looks through runs. The first page is made for it.
 *
 * @param {string[]} names
 */
async function openNext(names) {
  const figures = [];
  for (const name of names) {
    await (await workbench.trees.waitForRow(name)).locator('.label-name').click();
    const clickMs = (await seenIn(workbench.page.mainFrame())).clickMs;
    const drawn = await until(async () => {
      const frame = await workbench.webviewFrame(name);
      return (await seenIn(frame))?.drawn.find((/** @type {number} */ at) => at > clickMs);
    }, 20);
    figures.push(drawn - clickMs);
    await sleep(1_000);
  }
  await closeEditor();
  return figures.slice(1);
}

async function closeEditor() {
  await workbench.page.keyboard.press('F1');
  await workbench.page.keyboard.press('Escape');
  await workbench.command('View: Close All Editors');
  await until(async () => (await workbench.editorTitles()).length === 0, 50);
}

/** @param {import('playwright-core').Frame} frame @returns {Promise<any>} */
function seenIn(frame) {
  return frame.evaluate(() => /** @type {any} */ (globalThis).chartsSeen ?? null).catch(() => null);
}

/** What the window's heap grows by with the page of a run that is scrolled to its end. @param {string} name */
async function bytesOf(name) {
  const before = await heap();
  await workbench.trees.action(name, 'Open Run');
  const frame = await workbench.webviewFrame(name);
  await until(async () => ((await seenIn(frame))?.drawn.length ?? 0) > 0, 50);
  for (let screen = 0; screen < 30; screen++) {
    await frame.evaluate(() => scrollBy(0, innerHeight));
    await sleep(50);
  }
  const after = await heap();
  await closeEditor();
  return Math.max(0, after - before);
}

/** After a garbage collection; VS Code's window and its webviews share one heap here. */
async function heap() {
  const session = await workbench.page.context().newCDPSession(workbench.page);
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  await session.detach();
  return usedSize;
}

/** @param {any} client @param {string} runId */
async function decimate(client, runId) {
  const { connection } = await openEngine(client);
  const figures = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const began = performance.now();
    const { count } = await connection.request('metrics/series', { runId, key: 'loss', maxPoints: 600 });
    if (count !== 1_000_000) throw new Error(`${String(count)} points`);
    figures.push(performance.now() - began);
  }
  connection.close();
  return figures.slice(1);
}

/** @param {any} client */
async function openEngine(client) {
  const paths = client.makeStore(join(workbench.folder, '.loopwright'));
  const program = { runtime: process.execPath, file: join(root, 'dist/engine.js') };
  const open = () =>
    client.openEngine(paths, program, { kind: 'test', info: { version: '0.0.0', build: 0 }, trusted: true });
  return open().catch(open);
}

/** @param {any} client */
async function logAndWatch(client) {
  const idle = await probed(LOGGING_MS);
  const cli = join(root, 'dist/cli.js');
  // In an experiment that is unfolded.
  const args = [
    cli,
    'run',
    '--experiment',
    'fraud',
    '--capture',
    'none',
    'logger.py',
    String((LOGGING_MS + JOINING_MS + JOINED_MS + 10_000) / 1000),
  ];
  const logger = spawn(process.execPath, args, { cwd: workbench.folder, stdio: 'ignore' });
  // What goes on has no action to open it in its row, it is opened by a click.
  await (await workbench.trees.waitForRow('logger', 60_000)).locator('.label-name').click();
  const frame = await workbench.webviewFrame('logger');
  await until(async () => ((await seenIn(frame))?.drawn.length ?? 0) >= 6, 50);
  const before = (await seenIn(frame)).drawings.length;
  const logging = await probed(LOGGING_MS);
  if (logger.exitCode !== null) throw new Error('the run was over while it was watched');
  const redrawn = perUpdate((await seenIn(frame)).drawings.slice(before).map(({ ms }) => ms));
  const joined = await watchJoined(frame);
  if (logger.exitCode !== null) throw new Error('the run was over while its joined chart was watched');
  const { connection } = await openEngine(client);
  const { runs } = await connection.request('runs/list', { limit: 1 });
  const bytes = [];
  for (let index = 0; index < 10; index++) {
    const params = { runId: runs[0].runId, key: `curve_${String(index)}` };
    bytes.push(JSON.stringify(await connection.request('metrics/series', params)).length);
  }
  connection.close();
  if (logger.exitCode === null) await new Promise((resolve) => logger.once('exit', resolve));
  return { idle, logging, redrawn, joined, bytes };
}

/** One chart of all the curves, that grows. @param {import('playwright-core').Frame} frame */
async function watchJoined(frame) {
  const card = frame.locator('lw-metric-card').filter({ has: frame.getByRole('heading', { name: 'curve_0' }) });
  for (let index = 1; index < CURVES; index++) {
    await card.getByRole('button', { name: /^More Actions/ }).click();
    await frame.getByRole('menuitem', { name: 'Add Metric to Chart…' }).click();
    await workbench.quickInput.pick(`curve_${String(index)}`);
    await until(async () => (await card.locator('.mark-line path').count()) > index, 50);
  }
  const before = (await seenIn(frame)).drawings.length;
  await sleep(JOINED_MS);
  const drawings = (await seenIn(frame)).drawings.slice(before);
  return drawings.filter((/** @type {{ lines: number }} */ { lines }) => lines === CURVES).map(({ ms }) => ms);
}

/** Of drawings one after the other, each of a curve with new points: how long as many as there are curves took. */
function perUpdate(/** @type {number[]} */ drawingMs) {
  const updates = Math.floor(drawingMs.length / CURVES);
  return Array.from({ length: updates }, (_, at) =>
    drawingMs.slice(at * CURVES, (at + 1) * CURVES).reduce((sum, one) => sum + one, 0),
  );
}

/** What the probe in the extension host says of the time to come. @param {number} ms */
async function probed(ms) {
  writeFileSync(probe, '');
  await sleep(ms);
  if (!existsSync(probe)) throw new Error('the probe is not active');
  const lines = readFileSync(probe, 'utf8').trim().split('\n').filter(Boolean);
  return lines.slice(1).map((line) => JSON.parse(line));
}
