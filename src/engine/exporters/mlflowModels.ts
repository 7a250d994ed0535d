/** Logged models and the registry, as rows of MLflow's database. */
import type { Database } from 'better-sqlite3';
import type { MlflowMajor } from '../../protocol/exports';
import type { MlflowPlaces } from './mlflowPlaces';
import { finite, lifecycle } from './mlflowValues';
import { rowWriter } from './rowWriter';
import type { ExportSource, StoredVersion } from './source';

/** How MLflow marks a version that is deleted, so that its number is not given again. */
const DELETED_STAGE = 'Deleted_Internal';

export function writeModels(db: Database, source: ExportSource, places: MlflowPlaces): void {
  const models = rowWriter(db, 'logged_models');
  const params = rowWriter(db, 'logged_model_params');
  const tags = rowWriter(db, 'logged_model_tags');
  const metrics = rowWriter(db, 'logged_model_metrics', 'IGNORE');
  const hasRun = db.prepare<[string], number>('SELECT 1 FROM runs WHERE run_uuid = ?').pluck();
  for (const model of source.loggedModels()) {
    const { model_id: id, experiment_id: experimentId } = model;
    // Also where the database has no such table: versions of registered models are made of these files.
    const location = places.ofModel(id, experimentId);
    models.add({
      model_id: id,
      experiment_id: experimentId,
      name: model.name,
      artifact_location: location,
      creation_timestamp_ms: model.created_ms,
      last_updated_timestamp_ms: model.updated_ms,
      status: model.status,
      lifecycle_stage: lifecycle(model.deleted_ms),
      model_type: model.model_type,
      source_run_id: model.source_run_id,
      status_message: model.status_message,
    });
    const values = source.registry.loggedValues(id);
    for (const [key, value] of values.params)
      params.add({ model_id: id, experiment_id: experimentId, param_key: key, param_value: value });
    for (const [key, value] of values.tags)
      tags.add({ model_id: id, experiment_id: experimentId, tag_key: key, tag_value: value });
    for (const metric of values.metrics) {
      if (hasRun.get(metric.run_id) === undefined) continue;
      metrics.add({
        model_id: id,
        metric_name: metric.key,
        metric_timestamp_ms: metric.logged_ms,
        metric_step: metric.step,
        metric_value: metric.value === null ? null : finite(metric.value),
        experiment_id: experimentId,
        run_id: metric.run_id,
        dataset_name: metric.dataset_name === '' ? null : metric.dataset_name,
        dataset_digest: metric.dataset_digest === '' ? null : metric.dataset_digest,
      });
    }
  }
}

export function writeRegistry(db: Database, source: ExportSource, places: MlflowPlaces, mlflow: MlflowMajor): void {
  const models = rowWriter(db, 'registered_models');
  const modelTags = rowWriter(db, 'registered_model_tags');
  const aliases = rowWriter(db, 'registered_model_aliases');
  const versionTags = rowWriter(db, 'model_version_tags');
  const addVersion = versionWriter(db, places, mlflow);
  for (const { model, versions } of source.registered()) {
    const { name } = model;
    models.add({
      name,
      creation_time: model.created_ms,
      last_updated_time: model.updated_ms,
      description: model.description,
    });
    for (const [key, value] of source.registry.modelTags(name)) modelTags.add({ key, value, name });
    for (const [alias, version] of source.aliases(name, versions)) aliases.add({ alias, version, name });
    for (const version of versions) {
      addVersion(version);
      if (version.deleted_ms !== null) continue;
      for (const [key, value] of source.registry.versionTags(name, version.version))
        versionTags.add({ key, value, name, version: version.version });
    }
  }
}

function versionWriter(db: Database, places: MlflowPlaces, mlflow: MlflowMajor): (version: StoredVersion) => void {
  const versions = rowWriter(db, 'model_versions');
  return (version) => {
    const isDeleted = version.deleted_ms !== null;
    const kept = isDeleted ? null : places.ofKept(version);
    const location = kept ?? places.ofSource(version.source);
    // MLflow 2 knows no logged models: it looks for the files themselves.
    const source = mlflow === '3' && version.source.startsWith('models:/m-') ? version.source : location;
    versions.add({
      name: version.name,
      version: version.version,
      creation_time: version.created_ms,
      last_updated_time: version.updated_ms,
      description: isDeleted ? '' : version.description,
      user_id: isDeleted ? null : version.user_id,
      current_stage: isDeleted ? DELETED_STAGE : version.stage,
      source: isDeleted ? '' : source,
      run_id: isDeleted ? null : version.run_id,
      run_link: isDeleted ? null : version.run_link,
      status: 'READY',
      status_message: null,
      storage_location: isDeleted ? null : location,
    });
  };
}
