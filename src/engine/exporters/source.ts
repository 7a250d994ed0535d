/**
 * What is exported, read from the store's database as it was at one moment, however much is logged meanwhile. Runs and
 * points come one after the other: an export of any size takes little memory.
 */
import type { Database } from 'better-sqlite3';
import type { RunKind } from '../../protocol/entities';
import { LoopwrightError } from '../../protocol/errors';
import type { ExportOrder } from '../../protocol/exports';
import type { StorePaths } from '../../protocol/node/storeFolder';
import {
  type ClientExperiment,
  ClientReads,
  type ClientRun,
  type LoggedModel,
  type ModelVersion,
  type RegisteredModel,
  RegistryReads,
  type RunValues,
  STATE_COLUMNS,
} from '../clients';
import { openForReading } from '../store';
import { BEING_REMOVED, DEFAULT_EXPERIMENT, defineRegexp, selectionOf } from '../tracking';

const RUNS_AT_ONCE = 200;
/** So many points are read at once: one after the other they take several times as long. */
const FEW_POINTS = 10_000;

export interface ExportRun extends ClientRun {
  readonly experiment: string;
  readonly parent_run_id: string | null;
  readonly kind: RunKind;
  readonly source: string;
  /** The user's own words; empty for none. */
  readonly note: string;
}

export type ExportPoint = [key: string, step: number, timestampMs: number, value: number | null];

export type StoredModel = LoggedModel & { readonly status_message: string | null };
export type StoredVersion = ModelVersion & { readonly deleted_ms: number | null };

export type Which = Pick<ExportOrder, 'runIds' | 'filter' | 'search'> & { readonly deleted: boolean };

export type KeyKind = 'params' | 'metrics' | 'tags';

/** Which rows of these count: those that a client would see. */
const COUNTS: Readonly<Record<KeyKind, string>> = { params: 'shadowed = 0', metrics: 'TRUE', tags: 'edited <> 2' };

/** Of logged models `m`: those that the chosen runs made or used. */
const CHOSEN_MODELS = `(
  m.source_run_id IN (SELECT run_id FROM chosen JOIN runs USING (run_seq))
  OR m.model_id IN (SELECT model_id FROM chosen JOIN run_models USING (run_seq)))`;

export class ExportSource {
  readonly reads: ClientReads;
  readonly registry: RegistryReads;
  readonly runCount: number;
  readonly pointCount: number;
  /** Whether nothing was left out but, it may be, what is deleted. */
  readonly isWhole: boolean;
  private readonly runsAfter;
  private readonly pointsOf;
  private readonly pointCountOf;

  /** @throws LoopwrightError `bad_request` for a filter that is not understood, `not_found` for a run that is not there */
  constructor(
    readonly db: Database,
    readonly paths: StorePaths,
    which: Which,
  ) {
    defineRegexp(db);
    db.exec('BEGIN');
    this.isWhole = which.runIds === undefined && which.filter === undefined && which.search === undefined;
    choose(db, which, this.isWhole);
    this.reads = new ClientReads(db);
    this.registry = new RegistryReads(db);
    this.runCount = count(db, 'SELECT count(*) FROM chosen');
    this.pointCount = count(db, 'SELECT coalesce(sum(count), 0) FROM chosen JOIN metrics USING (run_seq)');
    this.runsAfter = db.prepare<[number, number], ExportRun>(
      `SELECT r.run_seq, r.run_id, r.experiment_id, r.name, r.user, r.deleted_ms, ${STATE_COLUMNS},
         e.name AS experiment, r.parent_run_id, r.kind, r.source, r.note
       FROM chosen c CROSS JOIN runs r USING (run_seq) JOIN experiments e USING (experiment_id)
       WHERE c.run_seq > ? ORDER BY c.run_seq LIMIT ?`,
    );
    this.pointsOf = db
      .prepare<[number], ExportPoint>(
        `SELECT m.key, p.step, p.logged_ms, p.value FROM metrics m CROSS JOIN points p USING (metric_id)
         WHERE m.run_seq = ? ORDER BY m.key, p.ordinal`,
      )
      .raw();
    this.pointCountOf = db.prepare<[number], number | null>('SELECT sum(count) FROM metrics WHERE run_seq = ?').pluck();
  }

  static open(paths: StorePaths, which: Which): ExportSource {
    const db = openForReading(paths.database);
    try {
      return new ExportSource(db, paths, which);
    } catch (error) {
      db.close();
      throw error;
    }
  }

  /** From here on what is read is as it is then: an export that takes hours keeps the store from tidying up otherwise. */
  letGo(): void {
    this.db.exec('COMMIT');
  }

  close(): void {
    this.db.close();
  }

  /** In the order in which they were begun. */
  *runs(): Generator<ExportRun> {
    for (let last = -1; ;) {
      const runs = this.runsAfter.all(last, RUNS_AT_ONCE);
      yield* runs;
      last = runs.at(-1)?.run_seq ?? last;
      if (runs.length < RUNS_AT_ONCE) return;
    }
  }

  /** Every parent before its children, where both are exported. */
  *parentsFirst(): Generator<ExportRun> {
    const waiting = new Map<string, ExportRun[]>();
    const told = new Set<string>();
    const isChosen = this.db
      .prepare<[string], number>('SELECT 1 FROM chosen JOIN runs USING (run_seq) WHERE run_id = ?')
      .pluck();
    for (const run of this.runs()) {
      const { parent_run_id: parent } = run;
      if (parent !== null && !told.has(parent) && isChosen.get(parent) !== undefined) append(waiting, parent, run);
      else yield* withChildren(run);
    }
    // Runs that are each other's parents, as only a damaged store has them.
    for (const [parent, runs] of waiting) {
      waiting.delete(parent);
      for (const run of runs) yield* withChildren(run);
    }

    function* withChildren(run: ExportRun): Generator<ExportRun> {
      told.add(run.run_id);
      yield run;
      const children = waiting.get(run.run_id) ?? [];
      waiting.delete(run.run_id);
      for (const child of children) yield* withChildren(child);
    }
  }

  values(run: ExportRun): RunValues {
    return this.reads.values([run.run_seq])(run.run_seq);
  }

  /** Those of one metric after the other, as they were logged. */
  points(run: ExportRun): Iterable<ExportPoint> {
    const { run_seq: seq } = run;
    return (this.pointCountOf.get(seq) ?? 0) <= FEW_POINTS ? this.pointsOf.all(seq) : this.pointsOf.iterate(seq);
  }

  /** All of a whole export, else those that its runs and models belong to, and the one that MLflow counts on. */
  experiments(): ClientExperiment[] {
    const all = this.reads.experiments('ALL');
    if (this.isWhole) return all;
    const wanted = new Set(
      this.db
        .prepare<[], number>(
          `SELECT experiment_id FROM chosen JOIN runs USING (run_seq)
           UNION SELECT m.experiment_id FROM logged_models m WHERE ${CHOSEN_MODELS}`,
        )
        .pluck()
        .all(),
    );
    return all.filter(({ experiment_id: id }) => wanted.has(id) || id === DEFAULT_EXPERIMENT.id);
  }

  /** All of a whole export, deleted ones too; else those that its runs made or used. */
  loggedModels(): IterableIterator<StoredModel> {
    return this.db
      .prepare<[], StoredModel>(`SELECT m.* FROM logged_models m WHERE ${this.isWhole ? 'TRUE' : CHOSEN_MODELS}`)
      .iterate();
  }

  /** All of a whole export, deleted versions too; else those with versions that are made of its runs and models. */
  registered(): { readonly model: RegisteredModel; readonly versions: readonly StoredVersion[] }[] {
    const ofRuns = `v.deleted_ms IS NULL AND (v.run_id IN (SELECT run_id FROM chosen JOIN runs USING (run_seq))
      OR v.model_id IN (SELECT m.model_id FROM logged_models m WHERE ${CHOSEN_MODELS}))`;
    const versionsOf = this.db.prepare<[string], StoredVersion>(
      `SELECT v.* FROM model_versions v WHERE v.name = ? AND ${this.isWhole ? 'TRUE' : ofRuns} ORDER BY version`,
    );
    return this.registry
      .models()
      .map((model) => ({ model, versions: versionsOf.all(model.name) }))
      .filter(({ versions }) => this.isWhole || versions.length > 0);
  }

  /** Of a model, those that name one of these versions. */
  aliases(name: string, versions: readonly StoredVersion[]): [alias: string, version: number][] {
    const there = new Set(versions.map(({ version }) => version));
    return this.registry.aliases(name).filter(([, version]) => there.has(version));
  }

  /** Every key that a run of these has, in order. */
  keys(kind: KeyKind): string[] {
    return this.db
      .prepare<[], string>(
        `SELECT DISTINCT key FROM chosen JOIN ${kind} USING (run_seq) WHERE ${COUNTS[kind]} ORDER BY key`,
      )
      .pluck()
      .all();
  }
}

function append(waiting: Map<string, ExportRun[]>, parent: string, run: ExportRun): void {
  const others = waiting.get(parent);
  if (others) others.push(run);
  else waiting.set(parent, [run]);
}

/** Fills the table `chosen`, which belongs to this connection alone: the database itself is open for reading only. */
function choose(db: Database, { runIds, filter, search, deleted }: Which, isWhole: boolean): void {
  db.exec('CREATE TEMP TABLE chosen (run_seq INTEGER PRIMARY KEY)');
  const stays = `deleted_ms IS NOT ${String(BEING_REMOVED)}`;
  const counts = deleted ? stays : 'deleted_ms IS NULL';
  if (isWhole) {
    db.exec(`INSERT INTO chosen SELECT run_seq FROM runs WHERE ${counts}`);
    return;
  }
  if (runIds !== undefined) chooseNamed(db, runIds, stays);
  else
    for (const ofDeleted of deleted ? [false, true] : [false]) {
      const { conditions } = selectionOf({
        deleted: ofDeleted,
        ...(filter === undefined ? {} : { filter }),
        ...(search === undefined ? {} : { search }),
      });
      db.prepare(
        `INSERT INTO chosen SELECT r.run_seq FROM runs r WHERE ${conditions.map((one) => one.sql).join(' AND ')}`,
      ).run(...conditions.flatMap((one) => one.values));
    }
  // A run that was named is meant whether it is deleted or not; of its children, those that would be seen.
  db.exec(
    `WITH RECURSIVE below (run_id) AS (
       SELECT run_id FROM chosen JOIN runs USING (run_seq)
       UNION SELECT c.run_id FROM below b JOIN runs c ON c.parent_run_id = b.run_id WHERE c.${counts}
     ) INSERT OR IGNORE INTO chosen SELECT run_seq FROM below JOIN runs USING (run_id)`,
  );
}

function chooseNamed(db: Database, runIds: readonly string[], stays: string): void {
  const add = db.prepare<[string]>(
    `INSERT OR IGNORE INTO chosen SELECT run_seq FROM runs WHERE run_id = ? AND ${stays}`,
  );
  const find = db.prepare<[string], number>(`SELECT 1 FROM runs WHERE run_id = ? AND ${stays}`).pluck();
  for (const runId of runIds) {
    if (find.get(runId) === undefined)
      throw new LoopwrightError('not_found', `There is no run ${runId} in this store. Nothing was exported.`);
    add.run(runId);
  }
}

const count = (db: Database, query: string): number => Number(db.prepare(query).pluck().get());
