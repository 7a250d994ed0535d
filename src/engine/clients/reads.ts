/**
 * What clients ask for, read from the database: runs with all that they have, experiments, logged models, the registry.
 * Rows come out as they are; how a dialect writes them is its own.
 */
import type { Database } from 'better-sqlite3';
import type { RunStatus } from '../../protocol/entities';
import { doesNotExist } from './refusal';

export interface ClientRun {
  readonly run_seq: number;
  readonly run_id: string;
  readonly experiment_id: number;
  readonly name: string;
  readonly user: string;
  readonly status: RunStatus;
  readonly start_ms: number;
  readonly end_ms: number | null;
  readonly deleted_ms: number | null;
}

export interface ClientExperiment {
  readonly experiment_id: number;
  readonly name: string;
  readonly created_ms: number;
  readonly updated_ms: number | null;
  readonly deleted_ms: number | null;
  readonly artifact_location: string | null;
}

/** `[key, value, Unix milliseconds, step]`; null stands for NaN. */
export type ClientPoint = [key: string, value: number | null, timestampMs: number, step: number];
export type Pair = [key: string, value: string];

export interface RunValues {
  readonly metrics: ClientPoint[];
  readonly params: Pair[];
  readonly tags: Pair[];
  readonly datasets: DatasetRow[];
  readonly models: { readonly direction: 'in' | 'out'; readonly model_id: string; readonly step: number }[];
}

export interface DatasetRow {
  readonly name: string;
  readonly digest: string;
  readonly source_type: string;
  readonly source: string;
  readonly schema: string | null;
  readonly profile: string | null;
  readonly tags: string;
}

export interface DatasetSummary {
  readonly experiment_id: number;
  readonly name: string;
  readonly digest: string;
  readonly context: string | null;
}

export type View = 'ACTIVE_ONLY' | 'DELETED_ONLY' | 'ALL';

/** Where a run has a process of its own, that has the last word; until then it is as its client says. */
export const STATE_COLUMNS = `
  CASE WHEN r.end_ms IS NULL THEN coalesce(r.told_status, r.status) ELSE r.status END AS status,
  CASE WHEN r.end_ms IS NULL THEN r.told_end_ms ELSE r.end_ms END AS end_ms,
  coalesce(r.told_start_ms, r.start_ms) AS start_ms`;

const RUN_COLUMNS = `r.run_seq, r.run_id, r.experiment_id, r.name, r.user, r.deleted_ms, ${STATE_COLUMNS}`;

export class ClientReads {
  private readonly statements;

  constructor(readonly db: Database) {
    this.statements = {
      run: db.prepare<[string], ClientRun>(
        `SELECT ${RUN_COLUMNS} FROM runs r WHERE run_id = ? AND deleted_ms IS NOT 0`,
      ),
      runs: db.prepare<[string], ClientRun>(
        `SELECT ${RUN_COLUMNS} FROM json_each(?) wanted CROSS JOIN runs r ON r.run_seq = wanted.value`,
      ),
      metrics: rowsOfRuns<ClientPoint>(db, 'metrics', ['key', 'last', 'last_ms', 'last_step']),
      params: rowsOfRuns<Pair>(db, 'params', ['key', 'value'], 'of.shadowed = 0'),
      tags: rowsOfRuns<Pair>(db, 'tags', ['key', 'value'], 'of.edited <> 2'),
      datasets: rowsOfRuns<DatasetColumns>(db, 'dataset_inputs', [
        'name',
        'digest',
        'source_type',
        'source',
        'schema',
        'profile',
        'tags',
      ]),
      models: rowsOfRuns<ModelColumns>(db, 'run_models', ['direction', 'model_id', 'step']),
      experiment: db.prepare<[number], ClientExperiment>('SELECT * FROM experiments WHERE experiment_id = ?'),
      experimentByName: db.prepare<[string], ClientExperiment>('SELECT * FROM experiments WHERE name = ?'),
      experiments: db.prepare<[], ClientExperiment>('SELECT * FROM experiments'),
      datasetsOf: db.prepare<[string], DatasetSummary>(
        `SELECT DISTINCT r.experiment_id, d.name, d.digest, d.context FROM dataset_inputs d JOIN runs r USING (run_seq)
         WHERE r.experiment_id IN (SELECT value FROM json_each(?)) AND r.deleted_ms IS NULL LIMIT 1000`,
      ),
      experimentTags: db
        .prepare<[number], Pair>('SELECT key, value FROM experiment_tags WHERE experiment_id = ? ORDER BY key')
        .raw(),
      lastStart: db.prepare<[number], number | null>('SELECT max(start_ms) FROM runs WHERE experiment_id = ?').pluck(),
      metricId: db
        .prepare<[number, string], number>('SELECT metric_id FROM metrics WHERE run_seq = ? AND key = ?')
        .pluck(),
      points: db
        .prepare<[number, number, number], [number, number | null, number, number]>(
          `SELECT ordinal, value, logged_ms, step FROM points WHERE metric_id = ? AND ordinal >= ?
           ORDER BY ordinal LIMIT ?`,
        )
        .raw(),
    };
  }

  /** @throws Refusal `RESOURCE_DOES_NOT_EXIST` */
  run(runId: string): ClientRun {
    const run = this.statements.run.get(runId);
    if (run) return run;
    throw doesNotExist(`Run with id=${runId} not found`);
  }

  /** The runs of these rows, in their order. */
  runs(seqs: readonly number[]): ClientRun[] {
    const found = new Map(this.statements.runs.all(JSON.stringify(seqs)).map((run) => [run.run_seq, run]));
    return seqs.map((seq) => found.get(seq)).filter((run) => run !== undefined);
  }

  /** What these runs have, each by its row: read together, which costs a third of reading one after the other. */
  values(seqs: readonly number[]): (seq: number) => RunValues {
    const { statements } = this;
    const [metrics, params, tags] = [statements.metrics(seqs), statements.params(seqs), statements.tags(seqs)];
    const [datasets, models] = [statements.datasets(seqs), statements.models(seqs)];
    return (seq) => ({
      metrics: metrics(seq),
      params: params(seq),
      tags: tags(seq),
      datasets: datasets(seq).map(([name, digest, source_type, source, schema, profile, all]) => ({
        name,
        digest,
        source_type,
        source,
        schema,
        profile,
        tags: all,
      })),
      models: models(seq).map(([direction, model_id, step]) => ({ direction, model_id, step })),
    });
  }

  /** @throws Refusal `RESOURCE_DOES_NOT_EXIST` */
  experiment(experimentId: string): ClientExperiment {
    const id = /^\d{1,15}$/.test(experimentId) ? Number(experimentId) : -1;
    const found = this.statements.experiment.get(id) ?? (id === 0 ? DEFAULT : undefined);
    if (found) return found;
    throw doesNotExist(`No Experiment with id=${experimentId} exists`);
  }

  /** @throws Refusal `RESOURCE_DOES_NOT_EXIST` */
  experimentByName(name: string): ClientExperiment {
    const found = this.statements.experimentByName.get(name) ?? (name === DEFAULT.name ? DEFAULT : undefined);
    if (found) return found;
    throw doesNotExist(`Could not find experiment with name '${name}'`);
  }

  experiments(view: View): ClientExperiment[] {
    const all = this.statements.experiments.all();
    const known = all.some(({ experiment_id: id }) => id === DEFAULT.experiment_id) ? all : [DEFAULT, ...all];
    if (view === 'ALL') return known;
    return known.filter(({ deleted_ms: deletedMs }) => (deletedMs === null) === (view === 'ACTIVE_ONLY'));
  }

  /** The data sets that the runs of these experiments used. */
  datasetsOf(experimentIds: readonly string[]): DatasetSummary[] {
    return this.statements.datasetsOf.all(JSON.stringify(experimentIds.map(Number)));
  }

  experimentTags(experimentId: number): Pair[] {
    return this.statements.experimentTags.all(experimentId);
  }

  /** When it last changed, as far as that is written down. */
  lastChangeOf(experiment: ClientExperiment): number {
    const lastStart = this.statements.lastStart.get(experiment.experiment_id) ?? 0;
    return Math.max(experiment.updated_ms ?? experiment.created_ms, lastStart);
  }

  /** Points from an ordinal on, one more than asked for where there are more. */
  points(runId: string, key: string, from: number, limit: number): [number, number | null, number, number][] {
    const { run_seq: seq } = this.run(runId);
    const metricId = this.statements.metricId.get(seq, key);
    return metricId === undefined ? [] : this.statements.points.all(metricId, from, limit + 1);
  }
}

type DatasetColumns = [
  name: string,
  digest: string,
  sourceType: string,
  source: string,
  schema: string | null,
  profile: string | null,
  tags: string,
];
type ModelColumns = [direction: 'in' | 'out', modelId: string, step: number];

/** Rows of some runs, by run: one question for all of them. */
function rowsOfRuns<Row extends readonly unknown[]>(
  db: Database,
  table: 'metrics' | 'params' | 'tags' | 'dataset_inputs' | 'run_models',
  columns: readonly string[],
  where = 'TRUE',
): (seqs: readonly number[]) => (seq: number) => Row[] {
  const statement = db
    .prepare<[string], [seq: number, ...rest: Row]>(
      `SELECT of.run_seq, ${columns.map((column) => `of.${column}`).join(', ')}
       FROM json_each(?) wanted CROSS JOIN ${table} of ON of.run_seq = wanted.value WHERE ${where}`,
    )
    .raw();
  return (seqs) => {
    const found = new Map<number, Row[]>(seqs.map((seq) => [seq, []]));
    for (const [seq, ...row] of statement.all(JSON.stringify(seqs))) found.get(seq)?.push(row);
    return (seq) => found.get(seq) ?? [];
  };
}

/** It is there before anything is in it. */
const DEFAULT: ClientExperiment = {
  experiment_id: 0,
  name: 'Default',
  created_ms: 0,
  updated_ms: 0,
  deleted_ms: null,
  artifact_location: null,
};
