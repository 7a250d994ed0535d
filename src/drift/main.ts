/**
 * The program of a comparison: `drift.js ORDER`, where ORDER is JSON (`protocol/drift.ts`). It is run as a tracked run: what it has to
 * tell of itself goes into the run's folder. Ends with 0 whatever it finds, with 2 for input that can't be read.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';
import { join } from 'node:path';
import { CONFIG_FILE } from '../protocol/config/file';
import { DriftOrder, type DriftReport } from '../protocol/drift';
import {
  DRIFT_CSV,
  DRIFT_HTML,
  DRIFT_PAGE,
  DRIFT_RESULT,
  DRIFT_TAG,
  driftPart,
  EFFECT_PREFIX,
} from '../protocol/driftNames';
import { settingsOf } from '../protocol/driftSettings';
import { LoopwrightError } from '../protocol/errors';
import { formatDuration } from '../protocol/format';
import { JournalWriter } from '../protocol/node/journalWriter';
import type { JournalRecord } from '../protocol/records';
import { filesIn } from '../tables/files';
import { driftCsv } from './csv';
import { driftHtml } from './html';
import { compare } from './job';
import { driftLines } from './lines';
import { driftPagesOf } from './page';

const [, , orderText = ''] = process.argv;
const runFolder = process.env.LOOPWRIGHT_RUN_DIR;
const journal = runFolder === undefined ? null : new JournalWriter(runFolder, 'drift');

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const tell = (record: JournalRecord): void => {
  try {
    journal?.append(record);
  } catch {
    // The disk is full: the job says so itself where its result can't be written.
  }
};

/** It gives way to whoever works here. */
const PRIORITY = 10;
try {
  setPriority(PRIORITY);
} catch {
  // Not everywhere may it be changed.
}

const abort = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => abort.abort());

/** Of what has no bound. */
const PARAM_CHARS = 500;

/** A log has a place that says nothing to people. */
const placeOf = ({ label, path, log }: DriftOrder['reference']): string => (log ? label : path);

/** What was asked for, as `loopwright.yaml` has it: runs are compared by it. */
function paramsOf(order: DriftOrder): Record<string, string> {
  const { reference, current, seed, fromFile } = order;
  const settings = Object.entries(settingsOf(order)).map(([name, value]) => {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    return [name, text.length > PARAM_CHARS ? `${text.slice(0, PARAM_CHARS)}…` : text];
  });
  return {
    ...{ reference: placeOf(reference), current: placeOf(current), seed: String(seed) },
    ...(Object.fromEntries(settings) as Record<string, string>),
    ...(fromFile.length > 0 ? { [CONFIG_FILE]: fromFile.join(', ').slice(0, PARAM_CHARS) } : {}),
  };
}

function tellOrder(order: DriftOrder): void {
  const now = Date.now();
  const { reference, current } = order;
  tell(['param', now, 'api', paramsOf(order)]);
  tell(['tag', now, { [DRIFT_TAG]: `${current.label} beside ${reference.label}` }]);
  // What is kept of a file is not what lies there now, and a log is none.
  for (const { path } of [reference, current].filter(({ kept, log }) => kept === undefined && log === undefined))
    for (const file of filesIn(path).files)
      tell([
        'file',
        now,
        { path: file.path, mode: 'r', via: 'drift', kind: 'file', size: file.size, mtime_ns: file.mtimeNs },
      ]);
}

/** Features whose effect is a metric: those that matter most. */
const MOST_EFFECTS = 200;

/** Comparisons are compared by them: which feature moved in the one, and how far in the other. */
const effectsOf = ({ features }: DriftReport): Record<string, number> =>
  Object.fromEntries(
    features
      .slice(0, MOST_EFFECTS)
      .flatMap(({ name, effect }) => (effect === null ? [] : [[`${EFFECT_PREFIX}${name}`, effect.value]])),
  );

function tellReport(report: DriftReport): void {
  const now = Date.now();
  const { features, share, rows, drift } = report;
  tell([
    'metric',
    now,
    0,
    {
      drift_share: share,
      drifting_features: features.filter((feature) => feature.drift).length,
      drift: drift ? 1 : 0,
      reference_rows: rows.reference,
      current_rows: rows.current,
      ...effectsOf(report),
    },
  ]);
  keep(DRIFT_RESULT, `${JSON.stringify(report)}\n`);
  const [page, ...parts] = driftPagesOf(report);
  keep(DRIFT_PAGE, `${JSON.stringify(page)}\n`);
  for (const [at, part] of parts.entries()) keep(driftPart(at + 2), `${JSON.stringify(part)}\n`);
  keep(DRIFT_HTML, driftHtml(report));
  keep(DRIFT_CSV, driftCsv(report));
  for (const line of driftLines(report)) say(line);
}

/** As an artifact of its run. */
function keep(path: string, text: string): void {
  if (runFolder === undefined) return;
  mkdirSync(join(runFolder, 'artifacts'), { recursive: true });
  writeFileSync(join(runFolder, 'artifacts', path), text);
  tell(['artifact', Date.now(), { path, size: Buffer.byteLength(text), kind: 'file', name: null, step: null }]);
}

/** How far it is, for whoever waits longer than that. */
const PATIENCE_MS = 2000;
/** Of the features, before which nobody knows how long the rest takes. */
const KNOWN = 0.05;

function teller(): (done: number, all: number) => void {
  const began = Date.now();
  let told = began;
  return (done, all) => {
    const now = Date.now();
    if (now - told < PATIENCE_MS || done === all) return;
    told = now;
    const left = ((now - began) / done) * (all - done);
    say(
      `${String(done)} of ${String(all)} features${done < all * KNOWN ? '' : `, about ${formatDuration(left)} left`}`,
    );
  };
}

async function main(): Promise<void> {
  const order = DriftOrder.parse(JSON.parse(orderText));
  tellOrder(order);
  const worker = join(__dirname, 'driftWorker.js');
  tellReport(await compare(order, { signal: abort.signal, worker, progress: teller() }));
}

const EXIT_CODES: Partial<Record<LoopwrightError['code'], number>> = { bad_request: 2, not_found: 2, cancelled: 130 };

main().then(
  () => process.exit(0),
  (thrown: unknown) => {
    const { code, message } = LoopwrightError.from(thrown);
    tell(['facts', Date.now(), 'outcome', { reason: message }]);
    process.stderr.write(`${message}\n`);
    process.exit(EXIT_CODES[code] ?? 1);
  },
);
