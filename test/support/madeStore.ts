/**
 * A store of very many runs, made in seconds: its rows are written by the product's own tables, past its journals.
 * The same seed makes the same store. Only the newest runs have a folder: what is not looked at needs none.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import type { Database } from 'better-sqlite3';
import { openForWriting } from '../../src/engine/store';
import { bootId } from '../../src/protocol/node/processes';
import { makeStore, type StorePaths } from '../../src/protocol/node/storeFolder';
import { type ProcessId, RunnerState, RunSpec } from '../../src/protocol/runFolder';
import { type MadePoints, type MadeRun, MadeRows } from './madeRows';
import { addSpecialRuns, type SpecialRuns } from './madeSpecials';
import * as words from './madeWords';
import { Random } from './random';

export interface MadeStoreOptions {
  /** The store's own folder, `…/.loopwright`. */
  readonly root: string;
  readonly runs?: number;
  readonly seed?: number;
  /** When the newest run started. */
  readonly nowMs?: number;
  /** The process that the running runs have; without one the first engine finds that they are over. */
  readonly alive?: ProcessId;
}

export interface MadeStore {
  readonly paths: StorePaths;
  readonly runCount: number;
  readonly special: SpecialRuns;
  /** Newest first. */
  readonly running: readonly string[];
}

/** Runs of a sweep, below one that holds them together. */
const SWEEP_SIZE = 15;
const SWEEP_SHARE = 0.02;
const RUNNING = 12;
/** The newest ones have curves; of the others each metric was logged once. */
const WITH_CURVES = 2000;
const CURVE_POINTS = 20;
const WITH_FOLDER = 300;
const DAYS = 500;
const DAY_MS = 86_400_000;
const IN_ONE_TRANSACTION = 5000;

export function makeManyRuns(options: MadeStoreOptions): MadeStore {
  const { root, runs = 100_000, seed = 1, nowMs = Date.now() } = options;
  const paths = makeStore(root);
  const db = openForWriting(paths.database);
  try {
    // Nobody else has it yet, and whoever is interrupted here begins anew.
    db.pragma('synchronous = OFF');
    db.pragma('cache_size = -200000');
    const indexes = dropIndexes(db);
    const maker = new Maker(paths, db, new Random(seed), nowMs, options.alive ?? null);
    const special = db.transaction(() => maker.begin())();
    while (maker.made < runs) db.transaction(() => maker.some(Math.min(runs, maker.made + IN_ONE_TRANSACTION), runs))();
    for (const { sql } of indexes) db.exec(sql);
    db.pragma('wal_checkpoint(TRUNCATE)');
    return { paths, runCount: maker.made, special, running: maker.running };
  } finally {
    db.close();
  }
}

/** Made again at the end, all at once, they take a tenth of the time. @returns those that there were */
function dropIndexes(db: Database): { name: string; sql: string }[] {
  const indexes = db
    .prepare<[], { name: string; sql: string }>(
      `SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL`,
    )
    .all();
  for (const { name } of indexes) db.exec(`DROP INDEX ${name}`);
  return indexes;
}

class Maker {
  made = 0;
  readonly running: string[] = [];
  private firstUsual = 0;
  private readonly rows: MadeRows;
  private readonly experiments: number[];
  private readonly cwd: string;
  private readonly host = hostname();
  /** Of the sweep that is being made, how many runs are still to come. */
  private sweep: { readonly parent: MadeRun; left: number } | null = null;

  constructor(
    private readonly paths: StorePaths,
    db: Database,
    private readonly random: Random,
    private readonly nowMs: number,
    private readonly alive: ProcessId | null,
  ) {
    this.rows = new MadeRows(db);
    this.cwd = dirname(paths.root);
    const createdMs = nowMs - DAYS * DAY_MS;
    this.experiments = db.transaction(() =>
      words.EXPERIMENTS.map((name) => this.rows.addExperiment(name, createdMs)),
    )();
  }

  begin(): SpecialRuns {
    const special = addSpecialRuns(this.rows, (change) => {
      // The newest of all, a second apart.
      const run = this.run(this.nowMs - this.made * 1000, { experimentId: this.experimentOf(1), ...change });
      return { seq: this.add(run), runId: run.runId, startMs: run.startMs };
    });
    this.firstUsual = this.made;
    return special;
  }

  /** More of them, each a little older than the one before, until there are `end` of `all`. */
  some(end: number, all: number): void {
    const random = this.random;
    while (this.made < end) {
      const age = (this.made - this.firstUsual) / all;
      const startMs = Math.round(this.nowMs - 60_000 - age ** 1.3 * DAYS * DAY_MS);
      if (this.sweep) {
        const { parent } = this.sweep;
        const { runId: parentRunId, experimentId, source, branch } = parent;
        // Below a parent that is older, as it is where the next one is made: the start of a child comes after it.
        this.addUsual(this.run(parent.startMs + this.sweep.left * 1000, { parentRunId, experimentId, source, branch }));
        this.sweep = this.sweep.left > 1 ? { parent, left: this.sweep.left - 1 } : null;
        continue;
      }
      const isRunning = this.running.length < RUNNING;
      const run = this.run(startMs, isRunning ? { status: 'RUNNING', endMs: null, exitCode: null } : {});
      if (isRunning) this.running.push(run.runId);
      this.addUsual(run);
      if (!isRunning && random.isBelow(SWEEP_SHARE)) this.sweep = { parent: run, left: SWEEP_SIZE };
    }
  }

  private experimentOf(index: number): number {
    return this.experiments[index] ?? 1;
  }

  private run(startMs: number, change: Partial<MadeRun>): MadeRun {
    const random = this.random;
    const source = random.pickUneven(words.SCRIPTS);
    const chance = random.next();
    const status = chance < 0.88 ? 'FINISHED' : chance < 0.95 ? 'FAILED' : 'KILLED';
    const whole: Omit<MadeRun, 'argv'> = {
      runId: `${Math.trunc(startMs).toString(16).padStart(12, '0')}7${random.hex(19)}`,
      experimentId: random.pickUneven(this.experiments as [number, ...number[]]),
      parentRunId: null,
      name: words.nameOf(this.made),
      status,
      startMs,
      endMs: startMs + Math.round(1000 * 10 ** (random.next() * 4)),
      exitCode: status === 'FINISHED' ? 0 : status === 'FAILED' ? 1 : null,
      source,
      branch: random.pickUneven(words.BRANCHES),
      starred: random.isBelow(0.01),
      pinned: this.made > 0 && this.made % 9973 === 0,
      note: random.isBelow(0.02) ? 'Try again with **more data**.' : '',
      cwd: this.cwd,
      host: this.host,
      ...change,
    };
    return { ...whole, argv: ['/usr/bin/python3', whole.source, '--seed', String(this.made)] };
  }

  private add(run: MadeRun): number {
    const seq = this.rows.addRun(run);
    if (this.made < WITH_FOLDER || run.status === 'RUNNING') this.addFolder(run);
    this.made++;
    return seq;
  }

  private addUsual(run: MadeRun): void {
    const random = this.random;
    const index = this.made;
    const seq = this.add(run);
    const best = 0.7 + 0.29 * random.next();
    const count = index < WITH_CURVES ? CURVE_POINTS : 1;
    const points = (at: (share: number) => number): MadePoints =>
      Array.from({ length: count }, (_, step) => [step, at((step + 1) / count)] as const);
    this.rows.add(seq, run.startMs, {
      params: {
        lr: random.pick(words.LEARNING_RATES),
        batch_size: String(2 ** (4 + random.below(6))),
        depth: String(2 + random.below(14)),
        model: random.pickUneven(words.MODELS),
        optimizer: random.pick(words.OPTIMIZERS),
        ...(random.isBelow(0.3) ? { données: `data/${String(random.below(50))}.parquet` } : {}),
      },
      tags: {
        owner: random.pickUneven(words.OWNERS),
        ...(random.isBelow(0.4) ? { stage: random.pick(words.STAGES) } : {}),
        ...(random.isBelow(0.1) ? { ticket: `FR-${String(random.below(400))}` } : {}),
      },
      metrics: {
        auc: points((share) => best * share ** 0.3),
        loss: points((share) => (random.isBelow(0.002) ? Number.NaN : 1.5 - best * share + 0.05 * random.next())),
        ...(random.isBelow(0.6) ? { 'val/loss': points((share) => 1.6 - best * share) } : {}),
        ...(random.isBelow(0.2) ? { точность: points((share) => best * share) } : {}),
      },
      artifacts: random.isBelow(0.3) ? [{ path: 'model.onnx', kind: 'model', sizeBytes: 1_000_000 }] : [],
    });
  }

  private addFolder(run: MadeRun): void {
    const folder = this.paths.runFolder(run.runId);
    for (const part of ['journals', 'artifacts']) mkdirSync(join(folder, part), { recursive: true });
    writeFileSync(join(folder, 'spec.json'), JSON.stringify(this.specOf(run)));
    writeFileSync(join(folder, 'runner.json'), JSON.stringify(this.stateOf(run)).padEnd(4096));
    writeFileSync(join(folder, 'output.log'), `${run.name}\r\nseed ${run.argv.at(-1) ?? ''}\r\n`);
    if (run.status === 'RUNNING') writeFileSync(join(this.paths.active, run.runId), '');
  }

  private specOf(run: MadeRun): RunSpec {
    return RunSpec.parse({
      format: 1,
      run_id: run.runId,
      experiment: words.EXPERIMENTS[this.experiments.indexOf(run.experimentId)] ?? 'Default',
      name: run.name,
      parent_run_id: run.parentRunId,
      kind: 'script',
      argv: run.argv,
      source: run.source,
      cwd: run.cwd,
      interpreter: run.argv[0] ?? null,
      params: {},
      tags: {},
      env: {},
      hook_dir: '',
      root: run.cwd,
      capture: { kinds: [], modelLimitBytes: 0, pinLimitBytes: 0 },
      user: userInfo().username,
      host: run.host,
      created_ms: run.startMs,
      socket: null,
      token: null,
    });
  }

  private stateOf(run: MadeRun): RunnerState {
    const process = run.status === 'RUNNING' ? this.alive : null;
    return RunnerState.parse({
      state: run.endMs === null ? 'running' : 'exited',
      keeper: process,
      runner: process,
      child: process,
      boot_id: bootId(),
      started_ms: run.startMs,
      ended_ms: run.endMs,
      exit_code: run.exitCode,
      signal: run.status === 'KILLED' ? 'SIGKILL' : null,
      stop_requested: false,
      tty: false,
      error: null,
      output_lost: null,
      socket_error: null,
      observer_error: null,
      hook: 'loaded',
    });
  }
}
