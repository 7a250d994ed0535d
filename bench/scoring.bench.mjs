/**
 * Rows a second of `score.js`, from start to end of its process, beside what one writes by hand with pandas or polars and
 * onnxruntime, and beside its two halves alone: 1 / (1 / DuckDB + 1 / ONNX Runtime). Then what it takes to go on with a job
 * that was killed when 99 % were done.
 */
import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { ensureVenv } from '../scripts/lib/python.mjs';
import { interleave, ratios, report, spread } from './stats.mjs';
import { root } from './store.mjs';

const run = promisify(execFile);
const ROUNDS = 3;
const ROWS = { small: 5_000_000, million: 500_000, trees: 1_000_000 };
const COLUMNS = Array.from({ length: 20 }, (_, at) => `f${String(at)}`);
const OF_HALVES = 0.8;
const OF_PANDAS = 4;
const OF_POLARS = 2;
const OF_WHOLE = 0.03;

const folder = mkdtempSync(join(tmpdir(), 'lw-bench-score-'));
const here = join(root, 'bench/scoring');
const python = await ensureVenv('venv-bench-scoring', join(here, 'requirements.txt'));

/** @param {string} model @param {string} input @param {string} output */
const orderOf = (model, input, output) => ({
  model: { label: model, file: model, version: null, columns: [] },
  ...{ input, output, format: output.split('.').at(-1), keep: 'rest', columns: COLUMNS, isNumbered: false },
  ...{ withVersion: false, replaces: true, errors: null, delimiter: null, hasHeader: null, encoding: 'utf-8' },
  ...{ chunkRows: 65_536, batchRows: null, threads: 1 },
});

const score = (/** @type {object} */ order, how = 'new') =>
  run(process.execPath, [join(root, 'dist/score.js'), JSON.stringify(order), how]);

/** @param {() => Promise<unknown>} work */
async function seconds(work) {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
}

/** @param {'duckdb' | 'onnx'} what @param {string[]} words */
async function alone(what, ...words) {
  const { stdout } = await run(process.execPath, [join(here, 'alone.mjs'), what, ...words]);
  return Number(stdout);
}

/** @type {Record<string, object>} */
const content = {};
try {
  for (const [model, rows] of Object.entries(ROWS)) {
    const models = join(folder, model);
    await run('mkdir', ['-p', models]);
    await run(python, ['-W', 'ignore', join(here, 'models.py'), models, String(rows)], { maxBuffer: 1e8 });
    const file = join(models, `${model}.onnx`);
    for (const format of ['csv', 'parquet']) {
      const input = join(models, `table.${format}`);
      const out = (/** @type {string} */ name) => join(models, `${name}.${format}`);
      const peer = (/** @type {string} */ name) => () =>
        seconds(() => run(python, [join(here, `${name}_onnx.py`), file, input, out(name), '1']));
      const figures = await interleave(ROUNDS, {
        ours: () => seconds(() => score(orderOf(file, input, out('ours')))),
        pandas: peer('pandas'),
        polars: peer('polars'),
        duckdb: () => alone('duckdb', input, out('duckdb')),
        onnx: () => alone('onnx', file, String(rows)),
      });
      const halves = figures.duckdb.map((one, at) => one + (figures.onnx[at] ?? 0));
      content[`${model} ${format}, rows a second`] = spread(figures.ours.map((one) => rows / one));
      content[`${model} ${format}, of its halves`] = { ...ratios(halves, figures.ours), wanted: OF_HALVES };
      content[`${model} ${format}, pandas / ours`] = { ...ratios(figures.pandas, figures.ours), wanted: OF_PANDAS };
      content[`${model} ${format}, polars / ours`] = { ...ratios(figures.polars, figures.ours), wanted: OF_POLARS };
    }
  }
  content['resume of the last hundredth'] = await resumed();
  report('scoring', content);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Ten million rows, killed when 99 % of them are done. */
async function resumed() {
  const rows = 10_000_000;
  const large = join(folder, 'large');
  await run('mkdir', ['-p', large]);
  await run(python, ['-W', 'ignore', join(here, 'models.py'), large, String(rows / 10)], { maxBuffer: 1e8 });
  const input = join(large, 'ten.csv');
  await run('sh', [
    '-c',
    'cp "$1" "$2"; for i in 2 3 4 5 6 7 8 9 10; do tail -n +2 "$1" >> "$2"; done',
    'sh',
    join(large, 'table.csv'),
    input,
  ]);
  const file = join(large, 'small.onnx');
  const whole = await seconds(() => score(orderOf(file, input, join(large, 'whole.csv'))));
  const order = orderOf(file, input, join(large, 'killed.csv'));
  const log = join(large, '.killed.csv.scoring/commits.jsonl');
  const child = spawn(process.execPath, [join(root, 'dist/score.js'), JSON.stringify(order), 'new'], {
    stdio: 'ignore',
  });
  const done = () => (existsSync(log) ? readFileSync(log, 'utf8').split('\n').slice(0, -1) : []);
  const rowsDone = () => done().reduce((sum, line) => sum + JSON.parse(line).rows, 0);
  while (rowsDone() < rows * 0.99 && child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 20));
  child.kill('SIGKILL');
  const before = rowsDone();
  const rest = await seconds(() => score(order, 'resume'));
  return { rows, wholeS: whole, doneShare: before / rows, restS: rest, share: rest / whole, wanted: OF_WHOLE };
}
