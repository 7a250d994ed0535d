/** Our own comparison: many of them in this process, by the code that `drift.js` is made of, and single ones by `drift.js` itself. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import esbuild from 'esbuild';
import { root } from '../../store.mjs';

const run = promisify(execFile);
const require = createRequire(import.meta.url);

/** @typedef {{reference: string, current: string}} Pair */

/** @param {Pair} pair @param {boolean} multivariate */
const orderOf = ({ reference, current }, multivariate) => ({
  reference: { label: 'reference', path: reference },
  current: { label: 'current', path: current },
  ...{ columns: null, ignored: [], prediction: null, label: null, rules: 'loopwright', tests: {}, types: {} },
  ...{ falseAlarms: 0.05, leastEffect: 0.1, share: null, multivariate, importances: {}, seed: 7, threads: 1 },
  ...{ needs: {}, given: {}, fromFile: [] },
});

/** @param {any} report */
const said = ({ features, drift, whole }) => ({
  drifting: features.filter((/** @type {any} */ one) => one.drift).map((/** @type {any} */ one) => one.name),
  drift,
  whole: whole.some((/** @type {any} */ one) => one.drift),
});

/** @returns {Promise<(pair: Pair, multivariate: boolean) => Promise<ReturnType<typeof said>>>} */
export async function loadOwn() {
  const outfile = join(root, 'dist/study-compare.cjs');
  await esbuild.build({
    entryPoints: [join(root, 'src/drift/job.ts')],
    ...{ bundle: true, platform: 'node', format: 'cjs', target: 'node22', outfile, logLevel: 'error' },
    external: ['@duckdb/node-api'],
  });
  const { compare } = require(outfile);
  const parts = { worker: join(root, 'dist/driftWorker.js'), progress: () => undefined };
  return async (pair, multivariate) =>
    said(await compare(orderOf(pair, multivariate), { ...parts, signal: new AbortController().signal }));
}

/** By the program as it is shipped. @param {Pair} pair @param {boolean} multivariate */
export async function byProgram(pair, multivariate) {
  const folder = mkdtempSync(join(tmpdir(), 'lw-study-run-'));
  try {
    const env = { ...process.env, LOOPWRIGHT_RUN_DIR: folder };
    await run(process.execPath, [join(root, 'dist/drift.js'), JSON.stringify(orderOf(pair, multivariate))], { env });
    return said(JSON.parse(readFileSync(join(folder, 'artifacts/drift.json'), 'utf8')));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
