/** A job from its beginning, or from where it was, to its end. */
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { LoopwrightError } from '../protocol/errors';
import {
  errorsFileOf,
  type ScoreCommit,
  type ScoreOrder,
  type ScorePlan,
  type ScoreResult,
  type ScoreShape,
  SHARE_FROM_ROWS,
} from '../protocol/score';
import { scoreChunks } from './chunks';
import { comparisonOf } from './comparison';
import { type Duck, openDuck } from '../tables/duck';
import { JobFolder, jobFolderOf } from './folder';
import { GROWING, GrowingOutput, isThere, takeBack } from './output';
import { checkUnchanged, planOf } from './plan';
import { grouped, Progress, type ProgressSink } from './progress';
import { Runner } from './runner';
import { summaryOf } from './summary';

export type Beginning = 'new' | 'resume' | 'anew';

export interface JobParts extends ProgressSink {
  readonly signal: AbortSignal;
  /** What is fixed now. */
  readonly onPlan: (plan: ScorePlan) => void;
}

/** @throws LoopwrightError `bad_request`, `not_found`; `cancelled` where the signal came */
export async function score(order: ScoreOrder, how: Beginning, parts: JobParts): Promise<ScoreResult> {
  const folder = new JobFolder(jobFolderOf(order.output));
  if (how === 'resume' && folder.plan() === null) throw nothingToResume(order);
  checkOutput(order, (path) => how === 'resume' && folder.hasPlaced(path));
  folder.claim();
  let model: Runner | null = null;
  const kill = () => model?.kill();
  parts.signal.addEventListener('abort', kill, { once: true });
  try {
    const before = how === 'anew' ? null : folder.plan();
    if (before && how === 'new')
      throw new LoopwrightError(
        'bad_request',
        `A job into ${order.output} was begun and not ended. --resume goes on with it, --anew begins again.`,
      );
    if (before) checkSame(before, order);
    // As it was begun: another Python might say something else.
    model = new Runner(before?.order ?? order);
    const duck = await openDuck([folder.path, dirname(order.output)], pathsOf(before, order));
    try {
      const plan = before
        ? resumed(before, order)
        : await planOf(order, { duck, model: model.current, at: (name) => folder.at(name), signal: parts.signal });
      if (before) await checkUnchanged(plan);
      else folder.begin(plan);
      model.fix(plan.outputs);
      parts.onPlan(plan);
      const result = await run(plan, { folder, duck, model, ...parts });
      folder.remove();
      return result;
    } finally {
      duck.close();
    }
  } catch (error) {
    if (parts.signal.aborted)
      throw new LoopwrightError(
        'cancelled',
        'It was stopped. --resume goes on with it, and so does Go On on the page of its run.',
        { cause: error },
      );
    if (error instanceof Error && 'code' in error && error.code === 'ENOSPC') throw full(error);
    if (error instanceof Error && /No space left/i.test(error.message)) throw full(error);
    throw error;
  } finally {
    parts.signal.removeEventListener('abort', kill);
    kill();
    folder.leave();
  }
}

/** What would be done. Nothing is made for it. @throws as `score` */
export async function planned(order: ScoreOrder, signal: AbortSignal): Promise<ScorePlan> {
  const folder = mkdtempSync(join(tmpdir(), 'lw-plan-'));
  const model = new Runner(order);
  try {
    const duck = await openDuck([folder], pathsOf(null, order));
    try {
      return await planOf(order, { duck, model: model.current, at: (name) => join(folder, name), signal });
    } finally {
      duck.close();
    }
  } finally {
    model.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

const nothingToResume = ({ output }: ScoreOrder) =>
  new LoopwrightError(
    'not_found',
    `No job into ${output} was begun: there is nothing to resume.${existsSync(output) ? ' The output is there.' : ''}`,
  );

const full = (cause: Error) =>
  new LoopwrightError(
    'bad_request',
    'The disk is full. What is done stays: free some space, and --resume goes on with it.',
    { cause },
  );

/** Rows of two models, or of two inputs, would be one output. @throws LoopwrightError `bad_request` */
function checkSame({ order: before }: ScorePlan, order: ScoreOrder): void {
  const refuse = (what: string) =>
    new LoopwrightError('bad_request', `The job into ${order.output} was begun with ${what}. --anew begins again.`);
  if (before.model.file !== order.model.file) throw refuse(`${before.model.label}, not with ${order.model.label}`);
  if (before.input !== order.input) throw refuse(`${before.input}, not with ${order.input}`);
}

/** What may be asked anew: it changes no byte of the output. */
const resumed = (plan: ScorePlan, { errors }: ScoreOrder): ScorePlan => ({ ...plan, order: { ...plan.order, errors } });

const pathsOf = (plan: ScorePlan | null, { input, against }: ScoreOrder): string[] => [
  input,
  ...(against ? [against.output] : []),
  ...(plan?.files.map(({ path }) => path) ?? []),
];

/** @param isOurs whether a file was put there by the job that is resumed */
function checkOutput({ input, output, replaces }: ScoreOrder, isOurs: (path: string) => boolean): void {
  if (output === input)
    throw new LoopwrightError('bad_request', 'The output would be the input itself. Name another file.');
  mkdirSync(dirname(output), { recursive: true });
  const there = [output, errorsFileOf(output)].find((path) => existsSync(path) && !isOurs(path));
  if (there !== undefined && !replaces)
    throw new LoopwrightError(
      'bad_request',
      `${there} is there already. --replace replaces it once the new one is whole.`,
    );
}

interface Work extends JobParts {
  readonly folder: JobFolder;
  readonly duck: Duck;
  readonly model: Runner;
}

async function run(plan: ScorePlan, work: Work): Promise<ScoreResult> {
  const { folder, signal } = work;
  const commits = await committed(plan, folder);
  const sums = { rows: 0, bad: 0 };
  for (const { rows, bad } of commits) {
    sums.rows += rows;
    sums.bad += bad;
  }
  const resumedAt = sums.rows;
  const progress = new Progress(plan, resumedAt, work);
  const shareBefore = shareOf(plan, commits.at(-1));
  if (resumedAt > 0) work.line(`${grouped(resumedAt)} rows are done; it goes on behind them.`);
  const output = new GrowingOutput(plan, folder, commits.at(-1));
  const onCommit = (commit: ScoreCommit) => {
    sums.rows += commit.rows;
    sums.bad += commit.bad;
    progress.add(commit.rows, commit.bad, shareOf(plan, commit), shareBefore);
    checkErrors(plan, sums);
  };
  try {
    await scoreChunks(plan, commits, { ...work, output, onCommit });
    if (signal.aborted) throw new LoopwrightError('cancelled', 'It was stopped.');
  } catch (error) {
    await output.close().catch(() => undefined); // what went wrong before says more
    throw error;
  }
  const { bytes, errors } = await output.place();
  progress.tell(1, shareBefore);
  const { seconds, rowsPerSecond } = progress;
  const summary = await summaryOf(plan, commits, work);
  const comparison = await comparisonOf(plan, work.duck.writing, folder);
  return {
    ...{ summary, comparison },
    ...{ output: plan.order.output, errors, model: plan.order.model.label, bytes, resumedAt },
    ...{ rows: sums.rows, scored: sums.rows - sums.bad, bad: sums.bad },
    ...{ seconds, rowsPerSecond },
    ...shapeOf(plan),
  };
}

/** What is done. A quarantine that has its name already, while the output has not, gets back where it grew. */
async function committed(plan: ScorePlan, folder: JobFolder): Promise<ScoreCommit[]> {
  const { order } = plan;
  const isPlaced = folder.hasPlaced(order.output);
  if (!isPlaced) takeBack(folder, order);
  return folder.commits((last) => (isPlaced ? Promise.resolve(true) : isThere(folder, plan, last)), GROWING);
}

/** Which columns go where, by their names. */
export const shapeOf = ({ matched, inputs, kept, outputs, columns }: ScorePlan): ScoreShape => ({
  matched,
  inputs: inputs.map(({ name, at }) => ({ input: name, columns: at.map((place) => columns[place]?.name ?? '') })),
  kept: kept.map((place) => columns[place]?.name ?? ''),
  outputs: outputs.flatMap((output) => output.columns),
});

/** How much of the input lies behind a place, by bytes of the files; of Parquet by rows. */
function shareOf({ files, text, rows }: ScorePlan, commit: ScoreCommit | undefined): number {
  if (!commit) return 0;
  const total = files.reduce((sum, { size }) => sum + size, 0);
  const before = files.slice(0, commit.file).reduce((sum, { size }) => sum + size, 0);
  const own = files[commit.file]?.size ?? 0;
  if (commit.isLast) return (before + own) / total;
  // Of what is packed, and of several Parquet files, nobody knows: it is told a file at a time.
  const isPlain =
    text === null ? files.length === 1 && rows !== null : text.compression === 'none' && text.encoding === 'utf-8';
  const within = isPlain ? commit.end / (text === null ? (rows ?? 1) : own) : 0;
  return (before + own * Math.min(within, 1)) / total;
}

/** @throws LoopwrightError `bad_request` where too many are bad */
function checkErrors({ order }: ScorePlan, { rows, bad }: { readonly rows: number; readonly bad: number }): void {
  const { errors } = order;
  if (errors === null) return;
  const isOver = 'count' in errors ? bad > errors.count : rows >= SHARE_FROM_ROWS && bad > rows * errors.share;
  if (!isOver) return;
  const limit = 'count' in errors ? grouped(errors.count) : `${String(errors.share * 100)} %`;
  throw new LoopwrightError(
    'bad_request',
    `${grouped(bad)} of ${grouped(rows)} rows are bad, more than ${limit}. They are in the folder of the job, errors.partial. ` +
      '--max-errors allows more, with --resume it goes on.',
  );
}
