/** Stores of MLflow as its versions make them, written by hand: small, and without MLflow. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';

export interface MadeRun {
  readonly id: string;
  readonly experiment?: number;
  readonly name?: string;
  readonly status?: string;
  readonly startMs?: number;
  readonly endMs?: number | null;
  readonly stage?: string;
  readonly artifactUri?: string;
  readonly params?: Readonly<Record<string, string>>;
  readonly tags?: Readonly<Record<string, string>>;
  /** `[key, value, timestamp, step]`; NaN and infinities as MLflow keeps them. */
  readonly points?: readonly (readonly [string, number, number, number])[];
}

export const START_MS = 1_700_000_000_000;
/** An id as MLflow makes them, always the same for a number. */
export const runIdOf = (number: number): string => `f${number.toString(16).padStart(31, '0')}`;
export const modelIdOf = (number: number): string => `m-${runIdOf(number)}`;

/** `1.0`: without steps and indexes; `2.9`: with inputs; `3`: with logged models and workspaces. */
export type Schema = '1.0' | '2.9' | '3';

/** The tables that an import reads, with the columns and keys of each version. */
const TABLES: Readonly<Record<Schema, string>> = {
  '1.0': `
    CREATE TABLE experiments (experiment_id INTEGER PRIMARY KEY, name VARCHAR(256) UNIQUE, artifact_location VARCHAR(256),
      lifecycle_stage VARCHAR(32));
    CREATE TABLE runs (run_uuid VARCHAR(32) PRIMARY KEY, name VARCHAR(250), source_type VARCHAR(20), source_name VARCHAR(500),
      entry_point_name VARCHAR(50), user_id VARCHAR(256), status VARCHAR(20), start_time BIGINT, end_time BIGINT,
      source_version VARCHAR(50), lifecycle_stage VARCHAR(20), artifact_uri VARCHAR(200), experiment_id INTEGER);
    CREATE TABLE tags (key VARCHAR(250), value VARCHAR(250), run_uuid VARCHAR(32), PRIMARY KEY (key, run_uuid));
    CREATE TABLE params (key VARCHAR(250), value VARCHAR(250), run_uuid VARCHAR(32), PRIMARY KEY (key, run_uuid));
    CREATE TABLE metrics (key VARCHAR(250), value FLOAT, timestamp BIGINT, run_uuid VARCHAR(32),
      PRIMARY KEY (key, timestamp, run_uuid));`,
  '2.9': `
    CREATE TABLE experiments (experiment_id INTEGER PRIMARY KEY, name VARCHAR(256) UNIQUE, artifact_location VARCHAR(256),
      lifecycle_stage VARCHAR(32), creation_time BIGINT, last_update_time BIGINT);
    CREATE TABLE experiment_tags (key VARCHAR(250), value VARCHAR(5000), experiment_id INTEGER, PRIMARY KEY (key, experiment_id));
    CREATE TABLE runs (run_uuid VARCHAR(32) PRIMARY KEY, name VARCHAR(250), source_type VARCHAR(20), source_name VARCHAR(500),
      entry_point_name VARCHAR(50), user_id VARCHAR(256), status VARCHAR(9), start_time BIGINT, end_time BIGINT,
      deleted_time BIGINT, source_version VARCHAR(50), lifecycle_stage VARCHAR(20), artifact_uri VARCHAR(200),
      experiment_id INTEGER);
    CREATE TABLE tags (key VARCHAR(250), value VARCHAR(5000), run_uuid VARCHAR(32), PRIMARY KEY (key, run_uuid));
    CREATE INDEX index_tags_run_uuid ON tags (run_uuid);
    CREATE TABLE params (key VARCHAR(250), value VARCHAR(8000), run_uuid VARCHAR(32), PRIMARY KEY (key, run_uuid));
    CREATE INDEX index_params_run_uuid ON params (run_uuid);
    CREATE TABLE metrics (key VARCHAR(250), value FLOAT, timestamp BIGINT, run_uuid VARCHAR(32), step BIGINT DEFAULT 0,
      is_nan BOOLEAN DEFAULT 0, PRIMARY KEY (key, timestamp, step, run_uuid, value, is_nan));
    CREATE INDEX index_metrics_run_uuid ON metrics (run_uuid);
    CREATE TABLE datasets (dataset_uuid VARCHAR(36), experiment_id INTEGER, name VARCHAR(500), digest VARCHAR(36),
      dataset_source_type VARCHAR(36), dataset_source TEXT, dataset_schema TEXT, dataset_profile TEXT,
      PRIMARY KEY (experiment_id, name, digest));
    CREATE TABLE inputs (input_uuid VARCHAR(36), source_type VARCHAR(36), source_id VARCHAR(36), destination_type VARCHAR(36),
      destination_id VARCHAR(36), PRIMARY KEY (source_type, source_id, destination_type, destination_id));
    CREATE TABLE input_tags (input_uuid VARCHAR(36), name VARCHAR(255), value VARCHAR(500), PRIMARY KEY (input_uuid, name));
    CREATE TABLE registered_models (name VARCHAR(256) PRIMARY KEY, creation_time BIGINT, last_updated_time BIGINT,
      description VARCHAR(5000));
    CREATE TABLE model_versions (name VARCHAR(256), version INTEGER, creation_time BIGINT, last_updated_time BIGINT,
      description VARCHAR(5000), user_id VARCHAR(256), current_stage VARCHAR(20), source VARCHAR(500), run_id VARCHAR(32),
      status VARCHAR(20), status_message VARCHAR(500), run_link VARCHAR(500), storage_location VARCHAR(500),
      PRIMARY KEY (name, version));
    CREATE TABLE registered_model_tags (key VARCHAR(250), value VARCHAR(5000), name VARCHAR(256), PRIMARY KEY (key, name));
    CREATE TABLE model_version_tags (key VARCHAR(250), value VARCHAR(5000), name VARCHAR(256), version INTEGER,
      PRIMARY KEY (key, name, version));
    CREATE TABLE registered_model_aliases (alias VARCHAR(256), version INTEGER, name VARCHAR(256), PRIMARY KEY (name, alias));`,
  '3': '',
};
const WORKSPACES = [
  'experiments',
  'registered_models',
  'model_versions',
  'registered_model_tags',
  'model_version_tags',
  'registered_model_aliases',
];

/** A database in the making: `sql` adds what the other functions do not know. */
export class MadeDatabase {
  private readonly db: Database.Database;

  constructor(
    readonly path: string,
    private readonly schema: Schema = '3',
  ) {
    mkdirSync(dirname(path), { recursive: true });
    this.db = new Database(path);
    this.db.pragma('synchronous = OFF');
    this.db.exec(TABLES[schema] || TABLES['2.9']);
    if (schema === '3') {
      for (const table of WORKSPACES)
        this.db.exec(`ALTER TABLE ${table} ADD COLUMN workspace VARCHAR(63) DEFAULT 'default' NOT NULL`);
      this.db.exec(`
        ALTER TABLE inputs ADD COLUMN step BIGINT DEFAULT 0;
        CREATE TABLE logged_models (model_id VARCHAR(36) PRIMARY KEY, experiment_id INTEGER, name VARCHAR(500),
          artifact_location VARCHAR(1000), creation_timestamp_ms BIGINT, last_updated_timestamp_ms BIGINT, status INTEGER,
          lifecycle_stage VARCHAR(32), model_type VARCHAR(500), source_run_id VARCHAR(32), status_message VARCHAR(1000));
        CREATE TABLE logged_model_metrics (model_id VARCHAR(36), metric_name VARCHAR(500), metric_timestamp_ms BIGINT,
          metric_step BIGINT, metric_value FLOAT, experiment_id INTEGER, run_id VARCHAR(32), dataset_uuid VARCHAR(36),
          dataset_name VARCHAR(500), dataset_digest VARCHAR(36));
        CREATE TABLE logged_model_params (model_id VARCHAR(36), experiment_id INTEGER, param_key VARCHAR(255), param_value TEXT);
        CREATE TABLE logged_model_tags (model_id VARCHAR(36), experiment_id INTEGER, tag_key VARCHAR(255), tag_value TEXT);`);
    }
    this.experiment(0, 'Default');
  }

  experiment(id: number, name: string, stage = 'active'): void {
    this.insert('experiments', {
      experiment_id: id,
      name,
      artifact_location: `./mlruns/${String(id)}`,
      lifecycle_stage: stage,
      ...(this.schema === '1.0' ? {} : { creation_time: START_MS, last_update_time: START_MS + 1 }),
    });
  }

  run({ id, experiment = 0, params = {}, tags = {}, points = [], endMs = START_MS + 5000, ...run }: MadeRun): void {
    this.insert('runs', {
      run_uuid: id,
      name: run.name ?? '',
      user_id: 'someone',
      status: run.status ?? 'FINISHED',
      start_time: run.startMs ?? START_MS,
      end_time: endMs,
      lifecycle_stage: run.stage ?? 'active',
      artifact_uri: run.artifactUri ?? `./mlruns/${String(experiment)}/${id}/artifacts`,
      experiment_id: experiment,
    });
    for (const [key, value] of Object.entries(params)) this.insert('params', { key, value, run_uuid: id });
    for (const [key, value] of Object.entries(tags)) this.insert('tags', { key, value, run_uuid: id });
    for (const point of points) this.point(id, ...point);
  }

  point(runId: string, key: string, value: number, timestamp: number, step: number): void {
    const stored = Number.isNaN(value) ? 0 : Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, value));
    const more = this.schema === '1.0' ? {} : { step, is_nan: Number.isNaN(value) ? 1 : 0 };
    this.insert('metrics', { key, value: stored, timestamp, run_uuid: runId, ...more });
  }

  insert(table: string, row: Readonly<Record<string, unknown>>): void {
    const columns = Object.keys(row);
    this.db
      .prepare(`INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map((name) => `@${name}`).join(', ')})`)
      .run(row);
  }

  sql(statement: string): void {
    this.db.exec(statement);
  }

  close(): void {
    this.db.close();
  }
}

const STATUS_NUMBERS: Readonly<Record<string, number>> = {
  RUNNING: 1,
  SCHEDULED: 2,
  FINISHED: 3,
  FAILED: 4,
  KILLED: 5,
};

/** A folder `mlruns` in the making. */
export class MadeMlruns {
  constructor(readonly path: string) {
    this.experiment('0', 'Default');
  }

  experiment(id: string, name: string, { trash = false } = {}): string {
    const folder = join(this.path, ...(trash ? ['.trash'] : []), id);
    this.write(
      join(folder, 'meta.yaml'),
      `artifact_location: file://${this.path}/${id}
creation_time: ${String(START_MS)}
experiment_id: '${id}'
last_update_time: ${String(START_MS + 1)}
lifecycle_stage: ${trash ? 'deleted' : 'active'}
name: ${JSON.stringify(name)}
`,
    );
    return folder;
  }

  run(
    { id, params = {}, tags = {}, points = [], endMs = START_MS + 5000, ...run }: Omit<MadeRun, 'experiment'>,
    experiment = join(this.path, '0'),
  ): string {
    const folder = join(experiment, id);
    this.write(
      join(folder, 'meta.yaml'),
      `artifact_uri: ${run.artifactUri ?? `file://${folder}/artifacts`}
end_time: ${String(endMs)}
entry_point_name: ''
experiment_id: '0'
lifecycle_stage: ${run.stage ?? 'active'}
run_id: ${id}
run_name: ${JSON.stringify(run.name ?? '')}
run_uuid: ${id}
source_name: ''
start_time: ${String(run.startMs ?? START_MS)}
status: ${String(STATUS_NUMBERS[run.status ?? 'FINISHED'])}
tags: []
user_id: someone
`,
    );
    mkdirSync(join(folder, 'artifacts'), { recursive: true });
    for (const [key, value] of Object.entries(params)) this.write(join(folder, 'params', key), value);
    for (const [key, value] of Object.entries(tags)) this.write(join(folder, 'tags', key), value);
    for (const [key, value, timestamp, step] of points)
      this.write(join(folder, 'metrics', key), `${String(timestamp)} ${pythonFloat(value)} ${String(step)}\n`, 'a');
    return folder;
  }

  write(path: string, content: string, flag: 'w' | 'a' = 'w'): void {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content, { flag });
  }
}

function pythonFloat(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  return Number.isInteger(value) ? `${String(value)}.0` : String(value);
}
