/* global document -- what runs in a page */
/**
 * Opening a run with 20 metrics of 10,000 points: this page in VS Code beside MLflow's own UI, in the same browser, one
 * round of each in turn. What is measured is the time from the click on the run (here) and from the navigation to the
 * run's metrics (there, which saves it the click) until the twentieth chart has its curve. Both windows are so high that
 * all charts are on the screen, and both have been open once before: nothing is loaded for the first time.
 */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { loadStoreMaker } from '../scripts/lib/made-store.mjs';
import { ensureVenv } from '../scripts/lib/python.mjs';
import { startMlflow } from './mlflowServer.mjs';
import { interleave, ratios, report, spread } from './stats.mjs';
import { root, until } from './store.mjs';
import { loadWorkbench, watchCharts } from './window.mjs';

const ROUNDS = 5;
const METRICS = 20;
const POINTS = 10_000;
const LIMITS = { ratio: 5 };
const SIZE = { width: 1400, height: 6000 };
const NAME = 'twenty curves';

const python = await ensureVenv('venv-bench', join(root, 'bench/requirements.txt'));
const mlflow = await startMlflow(python);
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    mlflow.stop();
    process.exit(1);
  });
}
const { openWorkbench } = await loadWorkbench();
const workbench = await openWorkbench({ size: SIZE }).catch((error) => {
  mlflow.stop();
  throw error;
});
try {
  const env = { ...process.env, MLFLOW_TRACKING_URI: mlflow.url };
  const args = [join(root, 'bench/mlflow_run.py'), String(METRICS), String(POINTS)];
  const { stdout } = await promisify(execFile)(python, args, { env });
  const [experiment = '', run = ''] = stdout.trim().split(/\s+/).slice(-2);
  const theirUrl = `${mlflow.url}/#/experiments/${experiment}/runs/${run}/model-metrics`;

  process.env.LOOPWRIGHT_STATE_DIR = workbench.folders.state;
  const maker = await loadStoreMaker();
  maker.makeManyRuns({ root: join(workbench.folder, '.loopwright'), runs: 700 });
  const context = workbench.page.context();
  await context.addInitScript(watchCharts);
  await workbench.reload();
  await workbench.trees.openContainer('Loopwright');
  await workbench.trees.waitForRow(NAME, 60_000);
  const theirs = await context.newPage();

  const loopwright = async () => {
    await workbench.page.bringToFront();
    await workbench.trees.action(NAME, 'Open Run');
    const frame = await workbench.webviewFrame(NAME);
    const seen = () => frame.evaluate(() => /** @type {any} */ (globalThis).chartsSeen ?? null).catch(() => null);
    const { drawn } = await until(async () => {
      const { drawn: soFar } = (await seen()) ?? { drawn: [] };
      return soFar.length >= METRICS && { drawn: soFar };
    }, 50);
    const { clickMs } = await workbench.page.evaluate(() => /** @type {any} */ (globalThis).chartsSeen);
    await workbench.command('View: Close All Editors');
    await until(async () => (await workbench.editorTitles()).length === 0, 50);
    return drawn[METRICS - 1] - clickMs;
  };
  const theirUi = async () => {
    await theirs.bringToFront();
    await theirs.goto('about:blank');
    const began = Date.now();
    await theirs.goto(theirUrl, { waitUntil: 'commit' });
    // Looked for in the page itself, as ours is: asking from here would wait for its long tasks.
    const drawnMs = await theirs.waitForFunction(
      (wanted) => {
        const charts = [...document.querySelectorAll('.js-plotly-plot')];
        const drawn = charts.filter((chart) => chart.querySelector('.scatterlayer .trace path.js-line, .gl-canvas'));
        return drawn.length >= wanted && Date.now();
      },
      METRICS,
      { polling: 10, timeout: 240_000 },
    );
    return Number(await drawnMs.jsonValue()) - began;
  };

  await theirUi();
  await loopwright();
  const figures = await interleave(ROUNDS, { mlflow: theirUi, loopwright });
  const ratio = ratios(figures.mlflow, figures.loopwright);
  report('mlflowUi', {
    rounds: ROUNDS,
    metrics: METRICS,
    points: POINTS,
    mlflow: mlflow.version,
    'loopwright, click to 20 charts, ms': spread(figures.loopwright),
    'mlflow, navigation to 20 charts, ms': spread(figures.mlflow),
    'times as fast': ratio,
    limits: LIMITS,
  });
  if ((ratio.median ?? 0) < LIMITS.ratio) process.exitCode = 1;
} finally {
  mlflow.stop();
  await workbench.close();
}
