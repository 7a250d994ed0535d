/** Logged models and the registry, as clients ask for them. */
import type { Database } from 'better-sqlite3';
import { doesNotExist, invalid } from './refusal';
import type { Pair } from './reads';
import type { FilesRow } from './versionFiles';

export interface LoggedModel {
  readonly model_id: string;
  readonly experiment_id: number;
  readonly source_run_id: string | null;
  readonly name: string;
  readonly model_type: string | null;
  readonly status: number;
  readonly created_ms: number;
  readonly updated_ms: number;
  readonly deleted_ms: number | null;
}

export interface LoggedModelMetric {
  readonly run_id: string;
  readonly key: string;
  readonly value: number | null;
  readonly step: number;
  readonly logged_ms: number;
  readonly dataset_name: string;
  readonly dataset_digest: string;
}

export interface RegisteredModel {
  readonly name: string;
  readonly created_ms: number;
  readonly updated_ms: number;
  readonly description: string;
}

export interface ModelVersion extends FilesRow {
  readonly name: string;
  readonly version: number;
  readonly created_ms: number;
  readonly updated_ms: number;
  readonly description: string;
  readonly user_id: string;
  readonly stage: string;
  readonly source: string;
  readonly run_id: string | null;
  readonly run_link: string;
  readonly model_id: string | null;
}

const VERSION_COLUMNS = `name, version, created_ms, updated_ms, description, user_id, stage, source, run_id, run_link, model_id, files, digest,
  files_note`;

export class RegistryReads {
  private readonly statements;

  constructor(readonly db: Database) {
    this.statements = {
      logged: db.prepare<[string], LoggedModel>(
        'SELECT * FROM logged_models WHERE model_id = ? AND deleted_ms IS NULL',
      ),
      loggedOf: db.prepare<[string], LoggedModel>(
        `SELECT m.* FROM logged_models m WHERE experiment_id IN (SELECT value FROM json_each(?)) AND deleted_ms IS NULL
         ORDER BY created_ms DESC, model_id`,
      ),
      loggedParams: db
        .prepare<[string], Pair>('SELECT key, value FROM logged_model_params WHERE model_id = ? ORDER BY key')
        .raw(),
      loggedTags: db
        .prepare<[string], Pair>('SELECT key, value FROM logged_model_tags WHERE model_id = ? ORDER BY key')
        .raw(),
      loggedMetrics: db.prepare<[string], LoggedModelMetric>(
        'SELECT run_id, key, value, step, logged_ms, dataset_name, dataset_digest FROM logged_model_metrics WHERE model_id = ?',
      ),
      model: db.prepare<[string], RegisteredModel>(
        'SELECT * FROM registered_models WHERE name = ? AND deleted_ms IS NULL',
      ),
      models: db.prepare<[], RegisteredModel>('SELECT * FROM registered_models WHERE deleted_ms IS NULL ORDER BY name'),
      modelTags: db
        .prepare<[string], Pair>('SELECT key, value FROM registered_model_tags WHERE name = ? ORDER BY key')
        .raw(),
      aliases: db
        .prepare<[string], [string, number]>(
          'SELECT alias, version FROM registered_model_aliases WHERE name = ? ORDER BY alias',
        )
        .raw(),
      alias: db
        .prepare<[string, string], number>('SELECT version FROM registered_model_aliases WHERE name = ? AND alias = ?')
        .pluck(),
      version: db.prepare<[string, number], ModelVersion>(
        `SELECT ${VERSION_COLUMNS} FROM model_versions WHERE name = ? AND version = ? AND deleted_ms IS NULL`,
      ),
      versions: db.prepare<[], ModelVersion>(
        `SELECT ${VERSION_COLUMNS} FROM model_versions v WHERE deleted_ms IS NULL
           AND EXISTS (SELECT 1 FROM registered_models m WHERE m.name = v.name AND m.deleted_ms IS NULL)
         ORDER BY name, version DESC`,
      ),
      versionsOf: db.prepare<[string], ModelVersion>(
        `SELECT ${VERSION_COLUMNS} FROM model_versions v WHERE name = ? AND deleted_ms IS NULL
           AND EXISTS (SELECT 1 FROM registered_models m WHERE m.name = v.name AND m.deleted_ms IS NULL)
         ORDER BY version DESC`,
      ),
      versionTags: db
        .prepare<[string, number], Pair>(
          'SELECT key, value FROM model_version_tags WHERE name = ? AND version = ? ORDER BY key',
        )
        .raw(),
      // The newest of each stage.
      latest: db.prepare<[string], ModelVersion>(
        `SELECT ${VERSION_COLUMNS}, max(version) FROM model_versions WHERE name = ? AND deleted_ms IS NULL
         GROUP BY stage ORDER BY version DESC`,
      ),
    };
  }

  /** @throws Refusal `RESOURCE_DOES_NOT_EXIST` */
  logged(modelId: string): LoggedModel {
    const found = this.statements.logged.get(modelId);
    if (found) return found;
    throw doesNotExist(`Logged model with ID ${JSON.stringify(modelId)} not found.`);
  }

  /** Newest first. */
  loggedOf(experimentIds: readonly string[]): LoggedModel[] {
    return this.statements.loggedOf.all(JSON.stringify(experimentIds.map(Number)));
  }

  loggedValues(modelId: string): { params: Pair[]; tags: Pair[]; metrics: LoggedModelMetric[] } {
    return {
      params: this.statements.loggedParams.all(modelId),
      tags: this.statements.loggedTags.all(modelId),
      metrics: this.statements.loggedMetrics.all(modelId),
    };
  }

  /** @throws Refusal `RESOURCE_DOES_NOT_EXIST` */
  model(name: string): RegisteredModel {
    const found = this.statements.model.get(name);
    if (found) return found;
    throw doesNotExist(`Registered Model with name=${name} not found`);
  }

  models(): RegisteredModel[] {
    return this.statements.models.all();
  }

  modelTags(name: string): Pair[] {
    return this.statements.modelTags.all(name);
  }

  aliases(name: string): [alias: string, version: number][] {
    return this.statements.aliases.all(name);
  }

  /** @throws Refusal `RESOURCE_DOES_NOT_EXIST` */
  version(name: string, version: number): ModelVersion {
    this.model(name);
    const found = this.statements.version.get(name, version);
    if (found) return found;
    throw doesNotExist(`Model Version (name=${name}, version=${String(version)}) not found`);
  }

  /** By name, the newest of each first. @param name of one model, whose alone they are to be */
  versions(name?: string): ModelVersion[] {
    return name === undefined ? this.statements.versions.all() : this.statements.versionsOf.all(name);
  }

  versionTags(name: string, version: number): Pair[] {
    return this.statements.versionTags.all(name, version);
  }

  /** The newest version of each stage. */
  latest(name: string): ModelVersion[] {
    this.model(name);
    return this.statements.latest.all(name);
  }

  /** @throws Refusal as MLflow's: `INVALID_PARAMETER_VALUE` for an alias that is not there */
  byAlias(name: string, alias: string): ModelVersion {
    this.model(name);
    const version = this.statements.alias.get(name, alias);
    if (version === undefined) throw invalid(`Registered model alias ${alias} not found.`);
    return this.version(name, version);
  }
}
