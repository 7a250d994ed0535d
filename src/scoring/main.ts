/**
 * The program of a scoring job: `score.js ORDER [resume|anew|plan]`, where ORDER is JSON (`protocol/score.ts`). `plan` prints
 * what would be done. Otherwise it is run as a tracked run: what it has to tell of itself goes into the run's folder, what is done into a folder beside the output.
 */
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';
import { join } from 'node:path';
import { LoopwrightError } from '../protocol/errors';
import { JournalWriter } from '../protocol/node/journalWriter';
import type { JournalRecord } from '../protocol/records';
import {
  MISFIT_WAYS,
  type ScoreComparison,
  type ScoreMisfit,
  ScoreOrder,
  type ScoreOutline,
  type ScorePlan,
  type ScoreResult,
} from '../protocol/score';
import { SCORE_RESULT, SCORED_TAG } from '../protocol/scoreNames';
import { type Beginning, planned, score, shapeOf } from './job';
import { statOf } from '../tables/files';
import { Misfit } from './plan';
import { grouped } from './progress';

const [, , orderText = '', how = 'new'] = process.argv;
const runFolder = process.env.LOOPWRIGHT_RUN_DIR;
const journal = runFolder === undefined ? null : new JournalWriter(runFolder, 'score');

const MATCHED: Readonly<Record<ScorePlan['matched'], string>> = {
  name: 'by name',
  signature: 'by its signature',
  position: 'by place',
  asked: 'as was asked for',
};

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const tell = (record: JournalRecord): void => {
  try {
    journal?.append(record);
  } catch {
    // The disk is full: the job says so itself, if it is as full where the output is.
  }
};

/** It gives way to whoever works here; so does the process of the model, which inherits it. */
const PRIORITY = 10;
try {
  setPriority(PRIORITY);
} catch {
  // Not everywhere may it be changed.
}

const abort = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => abort.abort());

function tellPlan({ order, files, kept, columns, inputs, outputs, matched, batchRows, modelDigest }: ScorePlan): void {
  const names = (places: readonly number[]) => places.map((at) => columns[at]?.name ?? '').join(', ');
  const now = Date.now();
  tell([
    'param',
    now,
    'api',
    {
      model: order.model.label,
      model_sha256: modelDigest,
      input: order.input,
      output: order.output,
      columns: inputs
        .map(({ name, at }) => `${name}: ${names(at)}`)
        .join('; ')
        .slice(0, 6000),
      matched_by: matched,
      keep: names(kept).slice(0, 6000),
      batch_rows: String(batchRows),
      chunk_rows: String(order.chunkRows),
      threads: String(order.threads),
    },
  ]);
  tell([
    'tag',
    now,
    {
      [SCORED_TAG]: order.model.version
        ? `${order.model.version.name}/${String(order.model.version.version)}`
        : order.model.file,
    },
  ]);
  for (const { path, size, mtimeNs } of files)
    tell(['file', now, { path, mode: 'r', via: 'score', kind: 'file', size, mtime_ns: mtimeNs }]);
  say(
    `${order.model.label}: ${inputs.map(({ name, at }) => `${name} from ${names(at.slice(0, 8))}${at.length > 8 ? `, … (${String(at.length)})` : ''}`).join('; ')} (${MATCHED[matched]})`,
  );
  say(
    `into ${order.output}: ${[names(kept), outputs.flatMap((one) => one.columns).join(', ')].filter((text) => text !== '').join(', ')}`,
  );
}

function tellResult(result: ScoreResult): void {
  const now = Date.now();
  const { bad, scored, rowsPerSecond, output, errors } = result;
  for (const path of [output, ...(errors === null ? [] : [errors])]) {
    const isFolder = statSync(path).isDirectory();
    const known = isFolder ? {} : { size: statOf(path).size, mtime_ns: statOf(path).mtimeNs };
    tell(['file', now, { path, mode: 'w', via: 'score', kind: isFolder ? 'folder' : 'file', ...known }]);
  }
  if (runFolder !== undefined) {
    const text = `${JSON.stringify(result, null, 2)}\n`;
    mkdirSync(join(runFolder, 'artifacts'), { recursive: true });
    writeFileSync(join(runFolder, 'artifacts', SCORE_RESULT), text);
    tell([
      'artifact',
      now,
      { path: SCORE_RESULT, size: Buffer.byteLength(text), kind: 'file', name: null, step: null },
    ]);
  }
  const rows = bad === 1 ? '1 bad row is' : `${grouped(bad)} bad rows are`;
  if (result.comparison) say(comparedWords(result.comparison));
  const quarantine = errors === null ? '' : ` ${rows} in ${errors}.`;
  say(
    `${grouped(scored)} rows scored into ${output} in ${result.seconds.toFixed(1)} s, ${grouped(Math.round(rowsPerSecond))} a second.${quarantine}`,
  );
}

function comparedWords({ with: before, columns, problem }: ScoreComparison): string {
  if (problem !== null) return `Not compared with ${before.label}: ${problem}`;
  const differ = columns.map((one) => `${one.column} differs in ${(one.differ * 100).toFixed(2)} % of the rows`);
  return `Compared with ${before.label}: ${differ.join(', ')}.`;
}

async function outlined(order: ScoreOrder): Promise<ScoreOutline | ScoreMisfit> {
  try {
    const plan = await planned(order, abort.signal);
    const columns = plan.columns.map(({ name }) => name);
    return { ...shapeOf(plan), columns, files: plan.files.length, rows: plan.rows };
  } catch (error) {
    if (!(error instanceof Misfit)) throw error;
    const { misfit, message, columns } = error;
    return { misfit, message, columns: [...columns] };
  }
}

async function main(): Promise<void> {
  const order = ScoreOrder.parse(JSON.parse(orderText));
  if (how === 'plan') {
    say(JSON.stringify(await outlined(order)));
    return;
  }
  const result = await score(order, how as Beginning, {
    signal: abort.signal,
    line: say,
    metrics: (step, values) => tell(['metric', Date.now(), step, { ...values }]),
    onPlan: tellPlan,
  });
  tellResult(result);
}

main().then(
  () => process.exit(0),
  (thrown: unknown) => {
    const { code, message: why } = LoopwrightError.from(thrown);
    const message = thrown instanceof Misfit ? `${why} ${MISFIT_WAYS[thrown.misfit]}` : why;
    tell(['facts', Date.now(), 'outcome', { reason: message }]);
    process.stderr.write(`${message}\n`);
    process.exit(code === 'cancelled' ? 130 : 1);
  },
);
