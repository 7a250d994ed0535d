/** The registry in a database of MLflow's. */
import type { ForeignModelVersion, ForeignRegisteredModel } from './foreignStore';
import type { ForeignTables } from './foreignTables';
import { textsOf, timeOf } from './mlflowValues';

/** MLflow keeps the row of a version that was deleted. */
const DELETED_STAGE = 'Deleted_Internal';

interface ModelRow {
  readonly name: string;
  readonly workspace: string | null;
  readonly created: number | null;
  readonly updated: number | null;
  readonly description: string | null;
}

interface VersionRow {
  readonly version: number;
  readonly workspace: string | null;
  readonly created: number | null;
  readonly updated: number | null;
  readonly description: string | null;
  readonly user: string | null;
  readonly stage: string | null;
  readonly source: string | null;
  readonly runId: string | null;
  readonly runLink: string | null;
}

/** Of a table with workspaces, or of an older one without: then all is in one. */
interface TagRow {
  readonly key: string;
  readonly value: string | null;
  readonly workspace: string | null;
}

export function* registeredModels(
  tables: ForeignTables,
  nameOf: (workspace: string | null, name: string) => string,
): Generator<ForeignRegisteredModel> {
  if (!tables.has('registered_models') || !tables.has('model_versions')) return;
  const rows = preparedOn(tables);
  for (const model of rows.models.all()) {
    const isOfIt = ({ workspace }: { workspace: string | null }) => workspace === model.workspace;
    const createdMs = timeOf(model.created) ?? 0;
    const versions = rows.versions.all(model.name).filter((row) => isOfIt(row) && row.stage !== DELETED_STAGE);
    yield {
      name: nameOf(model.workspace, model.name),
      createdMs,
      updatedMs: timeOf(model.updated) ?? createdMs,
      description: model.description ?? '',
      tags: textsOf(rows.tags?.all(model.name).filter(isOfIt) ?? []),
      aliases: Object.fromEntries(
        (rows.aliases?.all(model.name) ?? []).filter(isOfIt).map(({ alias, version }) => [alias, version]),
      ),
      versions: versions.map((row) =>
        versionOf(row, textsOf(rows.versionTags?.all(model.name, row.version).filter(isOfIt) ?? [])),
      ),
    };
  }
}

function versionOf(row: VersionRow, tags: ForeignModelVersion['tags']): ForeignModelVersion {
  const createdMs = timeOf(row.created) ?? 0;
  return {
    version: row.version,
    createdMs,
    updatedMs: timeOf(row.updated) ?? createdMs,
    description: row.description ?? '',
    user: row.user ?? '',
    stage: row.stage ?? 'None',
    source: row.source ?? '',
    runId: row.runId === '' ? null : row.runId,
    runLink: row.runLink ?? '',
    modelId: /^models:\/(m-[^/]+)\/?$/.exec(row.source ?? '')?.[1] ?? null,
    tags,
  };
}

function preparedOn(tables: ForeignTables) {
  const tagsOf = <Params extends unknown[]>(table: string, where: string) =>
    tables.has(table)
      ? tables.select<TagRow, Params>(table, { key: 'key', value: 'value', workspace: 'workspace' }, `WHERE ${where}`)
      : null;
  return {
    models: tables.select<ModelRow, []>('registered_models', {
      name: 'name',
      workspace: 'workspace',
      created: 'creation_time',
      updated: 'last_updated_time',
      description: 'description',
    }),
    versions: tables.select<VersionRow, [string]>(
      'model_versions',
      {
        version: 'version',
        workspace: 'workspace',
        created: 'creation_time',
        updated: 'last_updated_time',
        description: 'description',
        user: 'user_id',
        stage: 'current_stage',
        source: 'source',
        runId: 'run_id',
        runLink: 'run_link',
      },
      'WHERE name = ? ORDER BY version',
    ),
    tags: tagsOf<[string]>('registered_model_tags', 'name = ?'),
    versionTags: tagsOf<[string, number]>('model_version_tags', 'name = ? AND version = ?'),
    aliases: tables.has('registered_model_aliases')
      ? tables.select<{ alias: string; version: number; workspace: string | null }, [string]>(
          'registered_model_aliases',
          { alias: 'alias', version: 'version', workspace: 'workspace' },
          'WHERE name = ?',
        )
      : null,
  };
}
