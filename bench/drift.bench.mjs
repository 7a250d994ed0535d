/**
 * Comparing two tables in Parquet, from start to end of the process: `drift.js` by Evidently's rules beside Evidently, by NannyML's beside
 * NannyML, and by its own, with all features looked at together. No page is drawn on either side.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { ensureVenv } from '../scripts/lib/python.mjs';
import { interleave, ratios, report, spread } from './stats.mjs';
import { root } from './store.mjs';

const run = promisify(execFile);
const ROUNDS = 3;
const OF_EVIDENTLY = 50;
const OF_NANNYML = 30;
const SIZES = [
  { rows: 1_000_000, features: 20, wantedS: 2 },
  { rows: 300_000, features: 200, wantedS: null },
];

const folder = mkdtempSync(join(tmpdir(), 'lw-bench-drift-'));
const here = join(root, 'bench/drift');
const python = {
  evidently: await ensureVenv('venv-evidently', join(root, 'test/peers/evidently.txt')),
  nannyml: await ensureVenv('venv-nannyml', join(root, 'test/peers/nannyml.txt')),
};
const env = { ...process.env, DO_NOT_TRACK: '1', NML_DISABLE_USAGE_LOGGING: '1' };

/** @param {readonly string[]} tables @param {string} rules @param {boolean} multivariate */
const orderOf = ([reference, current], rules, multivariate) => ({
  reference: { label: 'reference', path: reference },
  current: { label: 'current', path: current },
  ...{ columns: null, ignored: [], prediction: null, label: null, rules, tests: {}, types: {}, falseAlarms: 0.05 },
  ...{ leastEffect: 0.1, share: null, multivariate, importances: {}, seed: 7, threads: availableParallelism() },
});

/** @param {() => Promise<unknown>} work */
async function seconds(work) {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
}

/** @param {number} rows @param {number} features */
async function made(rows, features) {
  const tables = ['reference', 'current'].map((name) => join(folder, `${name}-${rows}-${features}.parquet`));
  await run(python.evidently, [join(here, 'tables.py'), String(rows), String(features), ...tables]);
  return tables;
}

/** @param {readonly string[]} tables @param {string} rules @param {boolean} multivariate */
const ours = (tables, rules, multivariate) => () =>
  seconds(() =>
    run(process.execPath, [join(root, 'dist/drift.js'), JSON.stringify(orderOf(tables, rules, multivariate))], { env }),
  );

/** @param {'evidently' | 'nannyml'} name @param {readonly string[]} tables */
const peer = (name, tables) => () =>
  seconds(() => run(python[name], [join(here, `${name}_drift.py`), ...tables], { env }));

/** @type {Record<string, object>} */
const content = {};
try {
  for (const { rows, features, wantedS } of SIZES) {
    const tables = await made(rows, features);
    const figures = await interleave(ROUNDS, {
      whole: ours(tables, 'loopwright', true),
      own: ours(tables, 'loopwright', false),
      asEvidently: ours(tables, 'evidently', false),
      evidently: peer('evidently', tables),
      asNannyml: ours(tables, 'nannyml', false),
      nannyml: peer('nannyml', tables),
    });
    const size = `${rows} x ${features}`;
    content[`${size}, features and whole, s`] = spread(figures.whole);
    content[`${size}, features, s`] = { ...spread(figures.own), wanted: wantedS };
    content[`${size}, evidently / ours`] = { ...ratios(figures.evidently, figures.asEvidently), wanted: OF_EVIDENTLY };
    content[`${size}, nannyml / ours`] = { ...ratios(figures.nannyml, figures.asNannyml), wanted: OF_NANNYML };
    content[`${size}, evidently, s`] = spread(figures.evidently);
    content[`${size}, nannyml, s`] = spread(figures.nannyml);
  }
  report('drift', content);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
