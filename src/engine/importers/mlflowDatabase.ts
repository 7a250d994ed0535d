/**
 * MLflow's database on SQLite, of whatever version: what it tracks, row by row. No reading takes long, so that an MLflow
 * that writes to it meanwhile is not held up.
 */
import { dirname, join } from 'node:path';
import { LoopwrightError } from '../../protocol/errors';
import type { DatasetRecord } from '../../protocol/records';
import type {
  ForeignArtifacts,
  ForeignExperiment,
  ForeignLoggedModel,
  ForeignPoint,
  ForeignRun,
  ForeignStore,
  Report,
} from './foreignStore';
import { asImportError, ForeignTables } from './foreignTables';
import { artifactsAt } from './localArtifacts';
import { registeredModels } from './mlflowRegistryTables';
import { statusOf, textsOf, timeOf, valueOf } from './mlflowValues';

/** Rows of one reading. */
const PAGE = 500;
const POINT_PAGE = 20_000;
/** The folders in which a server has its artifacts by itself; MLflow's defaults. */
const ARTIFACT_FOLDERS = ['mlartifacts', 'mlruns'];
/** The workspace of those who use none. */
const DEFAULT_WORKSPACE = 'default';

interface ExperimentRow {
  readonly id: number | string;
  readonly name: string;
  readonly stage: string | null;
  readonly created: number | null;
  readonly updated: number | null;
  readonly workspace: string | null;
}

interface RunRow {
  readonly rowid: number;
  readonly id: string;
  readonly experiment: number | string;
  readonly name: string | null;
  readonly user: string | null;
  readonly status: string | number | null;
  readonly started: number | null;
  readonly ended: number | null;
  readonly stage: string | null;
  readonly artifactUri: string | null;
  readonly source: string | null;
}

interface Pair {
  readonly key: string;
  readonly value: string | null;
}

interface MetricRow {
  readonly rowid: number;
  readonly key: string;
  readonly value: number | null;
  readonly time: number | null;
  readonly step: number | null;
  readonly isNan: number | null;
}

/** @throws LoopwrightError `bad_request` if it is none of MLflow's, or can't be read */
export function openMlflowDatabase(path: string, report: Report): Promise<ForeignStore> {
  return new Promise((resolve) => {
    const tables = ForeignTables.open(path);
    try {
      resolve(new MlflowDatabase(path, tables, report));
    } catch (error) {
      tables.close();
      throw asImportError(path, error);
    }
  });
}

class MlflowDatabase implements ForeignStore {
  readonly format = 'mlflow-database';
  private readonly rows;
  private readonly folder: string;

  constructor(
    readonly path: string,
    private readonly tables: ForeignTables,
    private readonly report: Report,
  ) {
    this.folder = dirname(path);
    for (const table of ['experiments', 'runs', 'params', 'metrics', 'tags'])
      if (!tables.has(table))
        throw new LoopwrightError('bad_request', `${path} is no database of MLflow's: it has no table "${table}".`);
    for (const table of ['params', 'metrics', 'tags']) tables.findBy(table, 'run_uuid');
    this.rows = preparedOn(tables);
  }

  countRuns(): Promise<number> {
    return Promise.resolve(this.tables.count('runs'));
  }

  *experiments(): Generator<ForeignExperiment> {
    for (const row of this.rows.experiments.all()) {
      const id = String(row.id);
      const createdMs = timeOf(row.created) ?? 0;
      yield {
        id,
        name: inWorkspace(row.workspace, row.name),
        createdMs,
        updatedMs: timeOf(row.updated) ?? createdMs,
        isDeleted: row.stage === 'deleted',
        tags: textsOf(this.rows.experimentTags?.all(row.id) ?? []),
      };
    }
  }

  async *runs(): AsyncGenerator<ForeignRun> {
    let last = Number.MIN_SAFE_INTEGER;
    for (;;) {
      const page = this.attempt('runs', () => this.rows.runs.all(last)) ?? [];
      for (const row of page) {
        last = row.rowid;
        const run = this.attempt(row, () => this.runOf(row));
        if (run) yield run;
      }
      if (page.length < PAGE) return;
      await Promise.resolve();
    }
  }

  *loggedModels(): Generator<ForeignLoggedModel> {
    const { loggedModels, modelParams, modelTags, modelMetrics } = this.rows;
    for (const row of loggedModels?.all() ?? []) {
      yield {
        id: row.id,
        experimentId: String(row.experiment),
        name: row.name,
        modelType: row.type,
        sourceRunId: row.run,
        status: row.status,
        statusMessage: row.message,
        createdMs: row.created,
        updatedMs: row.updated,
        isDeleted: row.stage === 'deleted',
        params: textsOf(modelParams?.all(row.id) ?? []),
        tags: textsOf(modelTags?.all(row.id) ?? []),
        metrics: (modelMetrics?.all(row.id) ?? []).map((metric) => ({
          ...metric,
          value: numberOf(metric.value, 0),
          datasetName: metric.datasetName ?? '',
          datasetDigest: metric.datasetDigest ?? '',
        })),
        artifacts: this.artifactsAt(row.artifactUri),
      };
    }
  }

  registeredModels() {
    return registeredModels(this.tables, (workspace, name) => inWorkspace(workspace, name));
  }

  close(): void {
    this.tables.close();
  }

  private runOf(row: RunRow): ForeignRun {
    const tags = textsOf(this.rows.tags.all(row.id));
    const inputs = this.rows.modelInputs?.all(row.id) ?? [];
    return {
      id: row.id,
      experimentId: String(row.experiment),
      name: row.name ?? '',
      user: row.user ?? '',
      status: statusOf(row.status),
      startMs: timeOf(row.started) ?? 0,
      endMs: timeOf(row.ended),
      isDeleted: row.stage === 'deleted',
      params: textsOf(this.rows.params.all(row.id)),
      tags: row.source ? { 'mlflow.source.name': row.source, ...tags } : tags,
      datasets: this.datasetsOf(row.id),
      modelsIn: inputs.filter(({ kind }) => kind === 'MODEL_INPUT').map(({ id }) => id),
      modelsOut: inputs.filter(({ kind }) => kind === 'MODEL_OUTPUT').map(({ id, step }) => ({ id, step: step ?? 0 })),
      artifacts: this.artifactsAt(row.artifactUri ?? ''),
      points: () => this.pointsOf(row.id),
    };
  }

  private datasetsOf(runId: string): DatasetRecord[] {
    const { datasetInputs, dataset, inputTags } = this.rows;
    return (datasetInputs?.all(runId) ?? []).flatMap(({ input, id }) => {
      const found = dataset?.get(id);
      return found ? [{ ...found, tags: textsOf(inputTags?.all(input) ?? []) }] : [];
    });
  }

  private *pointsOf(runId: string): Generator<ForeignPoint[]> {
    for (let last = Number.MIN_SAFE_INTEGER; ;) {
      const page = this.rows.metrics.all(runId, last);
      const newest = page.at(-1);
      if (!newest) return;
      last = newest.rowid;
      yield page.map(({ key, value, time, step, isNan }) => [key, numberOf(value, isNan), time ?? 0, step ?? 0]);
      if (page.length < POINT_PAGE) return;
    }
  }

  private artifactsAt(uri: string): ForeignArtifacts {
    const beside = ARTIFACT_FOLDERS.map((name) => join(this.folder, name));
    // A database that was moved together with its folder of artifacts: <root>/<experiment>/<run>/artifacts.
    const [, tail] = /\/(\d+\/(?:models\/)?[\w-]+\/artifacts)\/?$/.exec(uri) ?? [];
    const moved = tail === undefined ? [] : beside.map((folder) => join(folder, tail));
    return artifactsAt(uri, this.folder, beside, moved, this.report);
  }

  /** What can't be read of the database is told, and the rest goes on. */
  private attempt<T>(what: RunRow | 'runs', read: () => T): T | null {
    try {
      return read();
    } catch (error) {
      const { message } = LoopwrightError.from(asImportError(this.path, error));
      if (what === 'runs') this.report.problem(`Some of the runs can't be read: ${message}`);
      else this.report.unreadableRun(`The run ${what.id} can't be read: ${message}`);
      return null;
    }
  }
}

const inWorkspace = (workspace: string | null, name: string): string =>
  workspace === null || workspace === DEFAULT_WORKSPACE ? name : `${workspace}/${name}`;

function numberOf(value: number | null, isNan: number | null): number {
  if (value === null || isNan === 1) return Number.NaN;
  return valueOf(value);
}

function preparedOn(tables: ForeignTables) {
  /** Of a table that old versions do not have. */
  const ifThere = <T>(table: string, prepare: () => T): T | null => (tables.has(table) ? prepare() : null);
  const pairs = (table: string, key: string, value: string, owner: string) =>
    ifThere(table, () => tables.select<Pair, [string | number]>(table, { key, value }, `WHERE "${owner}" = ?`));
  const ofRun = (table: string) =>
    tables.select<Pair, [string]>(table, { key: 'key', value: 'value' }, 'WHERE run_uuid = ?');
  return {
    experiments: tables.select<ExperimentRow, []>('experiments', {
      id: 'experiment_id',
      name: 'name',
      stage: 'lifecycle_stage',
      created: 'creation_time',
      updated: 'last_update_time',
      workspace: 'workspace',
    }),
    experimentTags: pairs('experiment_tags', 'key', 'value', 'experiment_id'),
    runs: tables.select<RunRow, [number]>(
      'runs',
      {
        rowid: 'rowid',
        id: 'run_uuid',
        experiment: 'experiment_id',
        name: 'name',
        user: 'user_id',
        status: 'status',
        started: 'start_time',
        ended: 'end_time',
        stage: 'lifecycle_stage',
        artifactUri: 'artifact_uri',
        source: 'source_name',
      },
      `WHERE rowid > ? ORDER BY rowid LIMIT ${String(PAGE)}`,
    ),
    params: ofRun('params'),
    tags: ofRun('tags'),
    metrics: tables.select<MetricRow, [string, number]>(
      'metrics',
      { rowid: 'rowid', key: 'key', value: 'value', time: 'timestamp', step: 'step', isNan: 'is_nan' },
      `WHERE run_uuid = ? AND rowid > ? ORDER BY rowid LIMIT ${String(POINT_PAGE)}`,
    ),
    datasetInputs: ifThere('inputs', () =>
      tables.select<{ input: string; id: string }, [string]>(
        'inputs',
        { input: 'input_uuid', id: 'source_id' },
        `WHERE source_type = 'DATASET' AND destination_type = 'RUN' AND destination_id = ?`,
      ),
    ),
    dataset: ifThere('datasets', () =>
      tables.select<Omit<DatasetRecord, 'tags'>, [string]>(
        'datasets',
        {
          name: 'name',
          digest: 'digest',
          source_type: 'dataset_source_type',
          source: 'dataset_source',
          schema: 'dataset_schema',
          profile: 'dataset_profile',
        },
        'WHERE dataset_uuid = ?',
      ),
    ),
    inputTags: pairs('input_tags', 'name', 'value', 'input_uuid'),
    modelInputs: ifThere('logged_models', () =>
      tables.select<{ kind: string; id: string; step: number | null }, [string]>(
        'inputs',
        { kind: 'destination_type', id: 'destination_id', step: 'step' },
        `WHERE source_type IN ('RUN_INPUT', 'RUN_OUTPUT') AND source_id = ?`,
      ),
    ),
    loggedModels: ifThere('logged_models', () =>
      tables.select<LoggedModelRow, []>('logged_models', {
        id: 'model_id',
        experiment: 'experiment_id',
        name: 'name',
        type: 'model_type',
        run: 'source_run_id',
        status: 'status',
        message: 'status_message',
        created: 'creation_timestamp_ms',
        updated: 'last_updated_timestamp_ms',
        stage: 'lifecycle_stage',
        artifactUri: 'artifact_location',
      }),
    ),
    modelParams: pairs('logged_model_params', 'param_key', 'param_value', 'model_id'),
    modelTags: pairs('logged_model_tags', 'tag_key', 'tag_value', 'model_id'),
    modelMetrics: ifThere('logged_model_metrics', () =>
      tables.select<ModelMetricRow, [string]>(
        'logged_model_metrics',
        {
          key: 'metric_name',
          value: 'metric_value',
          timestampMs: 'metric_timestamp_ms',
          step: 'metric_step',
          runId: 'run_id',
          datasetName: 'dataset_name',
          datasetDigest: 'dataset_digest',
        },
        'WHERE model_id = ? ORDER BY metric_step, metric_timestamp_ms',
      ),
    ),
  };
}

interface LoggedModelRow {
  readonly id: string;
  readonly experiment: number | string;
  readonly name: string;
  readonly type: string | null;
  readonly run: string | null;
  readonly status: number;
  readonly message: string | null;
  readonly created: number;
  readonly updated: number;
  readonly stage: string | null;
  readonly artifactUri: string;
}

interface ModelMetricRow {
  readonly key: string;
  readonly value: number | null;
  readonly timestampMs: number;
  readonly step: number;
  readonly runId: string;
  readonly datasetName: string | null;
  readonly datasetDigest: string | null;
}
