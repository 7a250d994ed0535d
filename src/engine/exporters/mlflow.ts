/**
 * A database of MLflow's with the artifacts beside it, as its own store would have made it: for `mlflow ui` and for every
 * client, without us. What a value is here is what our tracking server says of it.
 */
import { createHash } from 'node:crypto';
import Database from 'better-sqlite3';
import type { RunValues } from '../clients';
import { copyArtifacts, type Copied } from './artifactCopy';
import type { Format, FormatTask } from './format';
import { repositoryFact, tagsOf } from './mlflowTags';
import { MlflowPlaces } from './mlflowPlaces';
import { writeModels, writeRegistry } from './mlflowModels';
import { REVISIONS, SCHEMAS } from './mlflowSchema';
import { lifecycle, metricRow } from './mlflowValues';
import { type RowWriter, rowWriter } from './rowWriter';
import type { ExportRun, ExportSource } from './source';

const POINTS_AT_ONCE = 1000;
const CACHE_KB = 64_000;
const MAX_NAME = 250;
const MAX_USER = 256;

export const mlflow: Format = {
  holdsDeleted: true,
  write: async (task) => {
    const { files, source, pace } = task;
    const folder = files.beside('-artifacts');
    if (/%[0-9a-f]{2}/i.test(folder))
      task.problem(
        `MLflow does not load models from below a name such as ${folder}: it reads %41 as A. Export to another.`,
      );
    const places = new MlflowPlaces(folder, source.paths, source.db);
    const db = new Database(files.draftOf(files.main));
    try {
      await writeDatabase(db, places, task);
    } finally {
      db.close();
    }
    // What is logged from here on is not held up by us any more.
    source.close();
    const copied: Copied = { artifacts: 0, artifactBytes: 0 };
    pace.begin('artifacts', places.copies.length);
    for (const { from, to } of places.copies) {
      await copyArtifacts(from, to, { step: () => pace.done(0), problem: task.problem }, copied);
      await pace.done(1);
    }
    return { folders: copied.artifacts > 0 ? [folder] : [], ...copied };
  },
};

async function writeDatabase(db: Database.Database, places: MlflowPlaces, task: FormatTask): Promise<void> {
  const { source, pace } = task;
  // A draft that is not whole is thrown away: it need not survive anything before it is renamed.
  db.pragma('journal_mode = OFF');
  db.pragma('synchronous = OFF');
  db.pragma('foreign_keys = OFF');
  db.pragma(`cache_size = -${String(CACHE_KB)}`);
  const { tables, indexes } = SCHEMAS[task.mlflow];
  db.exec('BEGIN');
  db.exec(tables);
  rowWriter(db, 'alembic_version').add({ version_num: REVISIONS[task.mlflow] });
  pace.begin('runs', source.runCount + source.pointCount);
  writeExperiments(db, source, places);
  const writeRun = runWriter(db, source, places);
  // MLflow keeps the same point once.
  const points = rowWriter(db, 'metrics', 'IGNORE');
  for (const run of source.runs()) {
    writeRun(run);
    await writePoints(points, task, run);
    await pace.done(1);
  }
  writeModels(db, source, places);
  writeRegistry(db, source, places, task.mlflow);
  pace.begin('files', 1);
  db.exec(indexes);
  db.exec('COMMIT');
  await pace.done(1);
}

function writeExperiments(db: Database.Database, source: ExportSource, places: MlflowPlaces): void {
  const experiments = rowWriter(db, 'experiments');
  const tags = rowWriter(db, 'experiment_tags');
  for (const experiment of source.experiments()) {
    const { experiment_id: id } = experiment;
    experiments.add({
      experiment_id: id,
      name: experiment.name,
      artifact_location: places.ofExperiment(id),
      lifecycle_stage: lifecycle(experiment.deleted_ms),
      creation_time: experiment.created_ms,
      last_update_time: source.reads.lastChangeOf(experiment),
    });
    for (const [key, value] of source.reads.experimentTags(id)) tags.add({ key, value, experiment_id: id });
  }
}

function runWriter(db: Database.Database, source: ExportSource, places: MlflowPlaces): (run: ExportRun) => void {
  const runs = rowWriter(db, 'runs');
  const params = rowWriter(db, 'params');
  const tags = rowWriter(db, 'tags');
  const latest = rowWriter(db, 'latest_metrics');
  const inputs = inputWriter(db);
  const codeOf = repositoryFact(source.db);
  return (run) => {
    const { run_id: runId } = run;
    const values = source.values(run);
    runs.add({
      run_uuid: runId,
      name: run.name.slice(0, MAX_NAME),
      source_type: 'UNKNOWN',
      source_name: '',
      entry_point_name: '',
      user_id: run.user.slice(0, MAX_USER),
      status: run.status,
      start_time: run.start_ms,
      end_time: run.end_ms,
      deleted_time: run.deleted_ms,
      source_version: '',
      lifecycle_stage: lifecycle(run.deleted_ms),
      artifact_uri: places.ofRun(runId, run.experiment_id),
      experiment_id: run.experiment_id,
    });
    for (const [key, value] of values.params) params.add({ key, value, run_uuid: runId });
    for (const [key, value] of tagsOf(run, values.tags, codeOf(run))) tags.add({ key, value, run_uuid: runId });
    for (const metric of values.metrics) latest.add(metricRow(runId, metric));
    inputs(run, values);
  };
}

async function writePoints(points: RowWriter, { source, pace }: FormatTask, run: ExportRun): Promise<void> {
  let count = 0;
  for (const [key, step, timestampMs, value] of source.points(run)) {
    points.add(metricRow(run.run_id, [key, value, timestampMs, step]));
    if (++count % POINTS_AT_ONCE === 0) await pace.done(POINTS_AT_ONCE);
  }
  await pace.done(count % POINTS_AT_ONCE);
}

/** Data sets and logged models that a run used or made. */
function inputWriter(db: Database.Database): (run: ExportRun, values: RunValues) => void {
  const datasets = rowWriter(db, 'datasets', 'IGNORE');
  const inputs = rowWriter(db, 'inputs');
  const tags = rowWriter(db, 'input_tags');
  const hasModels = rowWriter(db, 'logged_models').isThere;
  return (run, values) => {
    for (const dataset of values.datasets) {
      const { name, digest } = dataset;
      const id = idOf('dataset', String(run.experiment_id), name, digest);
      datasets.add({
        dataset_uuid: id,
        experiment_id: run.experiment_id,
        name,
        digest,
        dataset_source_type: dataset.source_type,
        dataset_source: dataset.source,
        dataset_schema: dataset.schema,
        dataset_profile: dataset.profile,
      });
      const input = idOf('input', id, run.run_id);
      inputs.add({
        input_uuid: input,
        source_type: 'DATASET',
        source_id: id,
        destination_type: 'RUN',
        destination_id: run.run_id,
        step: 0,
      });
      for (const [tag, value] of Object.entries(JSON.parse(dataset.tags) as Readonly<Record<string, string>>))
        tags.add({ input_uuid: input, name: tag, value });
    }
    if (!hasModels) return;
    for (const { direction, model_id: modelId, step } of values.models) {
      const kind = direction === 'in' ? 'INPUT' : 'OUTPUT';
      inputs.add({
        input_uuid: idOf(kind, run.run_id, modelId),
        source_type: `RUN_${kind}`,
        source_id: run.run_id,
        destination_type: `MODEL_${kind}`,
        destination_id: modelId,
        step,
      });
    }
  };
}

/** The same for the same every time, so that two exports of one store are alike. */
const idOf = (...parts: readonly string[]): string => createHash('md5').update(parts.join('\0')).digest('hex');
