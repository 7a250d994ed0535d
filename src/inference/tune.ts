/**
 * With how many threads, and with how many rows at a time, a model is best run here: tried with made-up rows when it is loaded,
 * for a fraction of a second.
 */
import { availableParallelism } from 'node:os';
import type { Tuning } from '../protocol/endpoints';
import { join, madeRow } from './batch';
import type { NamedTensor } from './datatype';
import type { Model } from './session';

type Trial = Tuning['tried'][number];

/** Null: to be tuned. */
export interface Wishes {
  readonly threads: number | null;
  readonly batchRows: number | null;
}

/** Where nothing can be tried. */
const USUAL_ROWS = 64;
const SIZES = [1, 2, 4, 8, 16, 32, 64, 128, 256] as const;
/** Whoever comes first waits for all that are run with it. */
const LONGEST_RUN_MS = 25;
/** Of a model whose single row takes longer than that. */
const LONGEST_RUN_OF_ONE = 3;
/** Rows that cost no more than so many times what they cost at best are not run in larger batches. */
const GOOD_ENOUGH = 1.1;
const MOST_RUNS = 5;
const EACH_MS = 12;
const WARM_MS = 20;
const SIZES_BUDGET_MS = 250;
/** Threads are told of work and waited for: shorter runs gain nothing by them. */
const SHORTEST_SHARED_MS = 1;
/** Two threads halve it at best; what gains less takes cores from everything else for little. */
const WORTH_THREADS = 0.7;
const MOST_THREADS = 16;
/** Another number of threads means to load the model again. */
const LONGEST_LOAD_MS = 400;
const MAX_VALUES = 4_000_000;

/** What is tried on: its cores, and its clock in milliseconds. */
interface Machine {
  readonly cores: number;
  readonly now: () => number;
}
const HERE: Machine = { cores: availableParallelism(), now: () => performance.now() };

interface Opened {
  readonly model: Model;
  readonly loadMs: number;
}

/**
 * @param open loads it to be run with so many threads
 * @param mayBatch whether it answers rows together as it answers each alone; asked of the first that is loaded
 * @returns the one that is to be used; others are released
 */
export async function tuned(
  open: (threads: number) => Promise<Model>,
  mayBatch: (model: Model) => Promise<boolean>,
  { threads, batchRows }: Wishes,
  machine: Machine = HERE,
): Promise<{ readonly model: Model; readonly answersBatches: boolean; readonly tuning: Tuning }> {
  const first = await timed(open, threads ?? 1, machine);
  const { model } = first;
  const answersBatches = await mayBatch(model);
  const wished = answersBatches ? batchRows : 1;
  try {
    if (wished === null || threads === null) await warmUp(model, machine);
    const sizes = wished === null ? await trySizes(model, threads ?? 1, machine) : [];
    const rows = wished ?? bestOf(sizes);
    const own = { threads: threads ?? 1, batchRows: rows, tried: sizes };
    const better = threads === null ? await tryThreads(open, first, own, machine) : null;
    return { answersBatches, ...(better ?? { model, tuning: own }) };
  } catch {
    // Made-up rows are refused: real ones may not be.
    return { model, answersBatches, tuning: { threads: threads ?? 1, batchRows: wished ?? USUAL_ROWS, tried: [] } };
  }
}

async function timed(open: (threads: number) => Promise<Model>, threads: number, { now }: Machine): Promise<Opened> {
  const began = now();
  const model = await open(threads);
  return { model, loadMs: now() - began };
}

/** V8 compiles what runs often: what is tried first would pay for all. */
async function warmUp(model: Model, { now }: Machine): Promise<void> {
  const feeds = madeRows(model, 1);
  for (const until = now() + WARM_MS; feeds !== null && now() < until;) await model.run(feeds);
}

async function trySizes(model: Model, threads: number, machine: Machine): Promise<Trial[]> {
  const until = machine.now() + SIZES_BUDGET_MS;
  const trials: Trial[] = [];
  for (const rows of SIZES) {
    const feeds = madeRows(model, rows);
    if (feeds === null || (rows > 1 && machine.now() > until)) break;
    const ms = await shortest(model, feeds, machine).catch((thrown: unknown) => {
      if (trials.length === 0) throw thrown;
      return null; // so many together it does not take
    });
    if (ms === null) break;
    trials.push({ threads, rows, ms });
    const longest = Math.max(LONGEST_RUN_MS, LONGEST_RUN_OF_ONE * (trials[0]?.ms ?? 0));
    // Twice the rows take about twice as long: that is not tried any more.
    if (ms * 2 > longest) break;
  }
  return trials;
}

/** The fewest rows that cost hardly more than at best. Pure. */
export function bestOf(trials: readonly Trial[]): number {
  const each = ({ ms, rows }: Trial): number => ms / rows;
  const best = Math.min(...trials.map(each));
  return trials.find((trial) => each(trial) <= best * GOOD_ENOUGH)?.rows ?? 1;
}

async function tryThreads(
  open: (threads: number) => Promise<Model>,
  { model, loadMs }: Opened,
  own: Tuning,
  machine: Machine,
): Promise<{ readonly model: Model; readonly tuning: Tuning } | null> {
  const threads = Math.min(machine.cores, MOST_THREADS);
  const { batchRows: rows } = own;
  const feeds = madeRows(model, rows);
  if (threads < 2 || feeds === null || loadMs > LONGEST_LOAD_MS) return null;
  const known = own.tried.find((trial) => trial.rows === rows);
  const alone = known ?? { threads: 1, rows, ms: await shortest(model, feeds, machine) };
  const before = known ? own.tried : [...own.tried, alone];
  if (alone.ms < SHORTEST_SHARED_MS) return { model, tuning: { ...own, tried: before } };
  const other = await open(threads).catch(() => null);
  if (!other) return { model, tuning: { ...own, tried: before } }; // there is no room for it twice, say
  const ms = await shortest(other, feeds, machine).catch(() => Infinity);
  const isWorth = ms <= alone.ms * WORTH_THREADS;
  await (isWorth ? model : other).release();
  const tried = ms === Infinity ? before : [...before, { threads, rows, ms }];
  return { model: isWorth ? other : model, tuning: { threads: isWorth ? threads : 1, batchRows: rows, tried } };
}

/** Null for more than is tried. */
function madeRows({ signature: { inputs } }: Model, rows: number): NamedTensor[] | null {
  const one = inputs.map((port) => madeRow(port, 0));
  if (one.reduce((sum, { data }) => sum + data.length, 0) * rows > MAX_VALUES) return null;
  return rows === 1 ? one : join(Array.from({ length: rows }, (_, row) => inputs.map((port) => madeRow(port, row))));
}

async function shortest(model: Model, feeds: readonly NamedTensor[], { now }: Machine): Promise<number> {
  let best = Infinity;
  const began = now();
  // The first run of a shape makes room for it.
  for (let count = 0; count <= MOST_RUNS; count++) {
    const from = now();
    await model.run(feeds);
    const ms = now() - from;
    if (count > 0 || ms > LONGEST_RUN_MS) best = Math.min(best, ms);
    if (best < Infinity && now() - began > EACH_MS) break;
  }
  return best;
}
