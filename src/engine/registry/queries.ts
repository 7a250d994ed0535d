/** What there is in the registry of models, by the name of the request that asks for it. */
import type { Database } from 'better-sqlite3';
import { LoopwrightError } from '../../protocol/errors';
import { GateVerdict } from '../../protocol/config/gate';
import {
  Stage,
  type ModelVersionRow,
  type RegisteredModelRow,
  type RegistryEvent,
  type VersionApproval,
} from '../../protocol/registry';
import type { CheckedParams, Result } from '../../protocol/requests';
import { versionStatus } from '../clients';
import { cutPage, decodeToken, encodeToken, RunRows } from '../tracking';
import { ChosenModels, EVERYTHING, type ModelRecord, MODELS, type VersionRecord, VERSIONS } from './chosen';
import { UsedDatasets } from './datasets';
import { modelCondition } from './filter';
import { VersionPlaces } from './place';
import { filesOf } from './versionFiles';
import { VersionMetrics } from './versionMetrics';
import { VersionsCompared } from './versionsCompared';

/** With its verdict as JSON. */
type EventRecord = Omit<RegistryEvent, 'verdict'> & { readonly verdict: string | null };

const MAX_HISTORY = 500;
/** Of an answer, which is one message. */
const MAX_HISTORY_CHARS = 500_000;

/** The first events, as many as fit. */
function fitted(events: readonly EventRecord[]): EventRecord[] {
  let room = MAX_HISTORY_CHARS;
  return events.filter((event) => {
    if (room > 0) room -= JSON.stringify(event).length;
    return room > 0;
  });
}

export function registryQueries(db: Database, store: string) {
  const rows = new RunRows(db);
  const places = new VersionPlaces(db);
  const metrics = new VersionMetrics(db);
  const chosen = new ChosenModels(db);
  const datasets = new UsedDatasets(db);
  const compared = new VersionsCompared(db, store, places, metrics);
  const statements = {
    models: db.prepare<[string, string, number], ModelRecord>(
      `${MODELS} AND name > ? AND name LIKE ? ESCAPE '\\' ORDER BY name LIMIT ?`,
    ),
    model: db.prepare<[string], ModelRecord>(`${MODELS} AND name = ?`),
    aliases: db.prepare<[string], { alias: string; version: number }>(
      'SELECT alias, version FROM registered_model_aliases WHERE name = ? ORDER BY alias',
    ),
    versions: db.prepare<[string, number, number], VersionRecord>(
      `${VERSIONS} AND version < ? ORDER BY version DESC LIMIT ?`,
    ),
    version: db.prepare<[string, number], VersionRecord>(`${VERSIONS} AND version = ?`),
    tags: db.prepare<[string, number], { key: string; value: string }>(
      'SELECT key, value FROM model_version_tags WHERE name = ? AND version = ? ORDER BY key',
    ),
    artifactOf: db
      .prepare<{ runId: string; path: string; below: string }, number>(
        `SELECT experiment_id FROM runs r WHERE run_id = @runId AND deleted_ms IS NOT 0 AND EXISTS
           (SELECT 1 FROM artifacts a WHERE a.run_seq = r.run_seq
              AND (path = @path OR substr(path, 1, length(@below)) = @below))`,
      )
      .pluck(),
    approvals: db.prepare<[string, number], Omit<VersionApproval, 'isCurrent'> & { isCurrent: number }>(
      `SELECT a.by, a.at_ms AS atMs, a.why, a.digest, a.digest IS v.digest AS isCurrent
       FROM model_version_approvals a JOIN model_versions v USING (name, version)
       WHERE name = ? AND version = ? ORDER BY a.at_ms DESC, a.by`,
    ),
    history: db.prepare<[string, number, number], EventRecord>(
      `SELECT at_ms AS atMs, what, version, detail, by, why, verdict FROM registry_events
       WHERE name = ? AND (version = ? OR version IS NULL) ORDER BY ordinal DESC LIMIT ?`,
    ),
  };
  const modelRow = (record: ModelRecord): RegisteredModelRow => ({
    ...record,
    aliases: statements.aliases.all(record.name),
  });
  const versionRow = (record: VersionRecord, aliases: RegisteredModelRow['aliases']): ModelVersionRow => {
    const { runId, runSeq, runName, stage, files, files_note, ...row } = record;
    return {
      ...row,
      status: versionStatus({ files, digest: row.digest, files_note }),
      statusMessage: files_note ?? '',
      stage: Stage.catch('None').parse(stage),
      aliases: aliases.filter(({ version }) => version === record.version).map(({ alias }) => alias),
      run: runId === null ? null : { runId, name: runName },
      headline: runSeq === null ? null : rows.headlineOf(runSeq),
    };
  };
  const find = (name: string): ModelRecord => {
    const found = statements.model.get(name);
    if (found) return found;
    throw new LoopwrightError(
      'not_found',
      `There is no registered model ${JSON.stringify(name)}. "loopwright models list" shows those there are.`,
    );
  };
  const findVersion = (name: string, number: number): VersionRecord => {
    find(name);
    const found = statements.version.get(name, number);
    if (found) return found;
    throw new LoopwrightError('not_found', `${name} has no version ${String(number)}.`);
  };

  return {
    /** For the engine itself: where an artifact of a run is, a file or a folder. */
    'registry/sourceOf': ({ runId, path }: { runId: string; path: string }): string => {
      const at = path.replace(/\/+$/, '');
      const experiment = statements.artifactOf.get({ runId, path: at, below: `${at}/` });
      if (experiment !== undefined) return `mlflow-artifacts:/${String(experiment)}/${runId}/artifacts/${at}`;
      throw new LoopwrightError(
        'not_found',
        `The run ${runId} has no artifact ${JSON.stringify(path)}. "loopwright runs artifacts ${runId}" shows those there are.`,
      );
    },
    'registry/models': ({
      search,
      filter,
      limit,
      pageToken,
    }: CheckedParams<'registry/models'>): Result<'registry/models'> => {
      const after = pageToken === undefined ? '' : String(decodeToken(pageToken)[0]);
      const like = `%${search.replaceAll(/[\\%_]/g, '\\$&')}%`;
      const found = modelCondition(filter);
      const records = found
        ? chosen.models(found, after, like, limit + 1)
        : statements.models.all(after, like, limit + 1);
      const page = cutPage(records, limit, modelRow, ({ name }) => encodeToken([name]));
      return { models: page.items, nextPageToken: page.nextPageToken };
    },
    'registry/count': ({ filter }: CheckedParams<'registry/count'>): Result<'registry/count'> =>
      chosen.count(modelCondition(filter) ?? EVERYTHING),
    'registry/versions': ({
      name,
      filter,
      limit,
      pageToken,
    }: CheckedParams<'registry/versions'>): Result<'registry/versions'> => {
      const { aliases } = modelRow(find(name));
      const below = pageToken === undefined ? Number.MAX_SAFE_INTEGER : Number(decodeToken(pageToken)[0]);
      const found = modelCondition(filter);
      const page = cutPage(
        found?.ofVersions === true
          ? chosen.versions(found, name, below, limit + 1)
          : statements.versions.all(name, below, limit + 1),
        limit,
        (record) => versionRow(record, aliases),
        ({ version }) => encodeToken([version]),
      );
      return { versions: page.items, nextPageToken: page.nextPageToken };
    },
    'registry/version': ({ name, which }: CheckedParams<'registry/version'>): Result<'registry/version'> => {
      const model = modelRow(find(name));
      const number = typeof which === 'number' ? which : model.aliases.find(({ alias }) => alias === which)?.version;
      if (number === undefined)
        throw new LoopwrightError('not_found', `${name} has no alias ${JSON.stringify(which)}.`);
      const record = findVersion(name, number);
      return {
        model,
        version: versionRow(record, model.aliases),
        tags: statements.tags.all(name, number),
        place: places.of(name, number),
        history: fitted(statements.history.all(name, number, MAX_HISTORY)).map(({ verdict, ...event }) => ({
          ...event,
          verdict: verdict === null ? null : GateVerdict.parse(JSON.parse(verdict)),
        })),
        datasets: datasets.of(record.runSeq),
        approvals: statements.approvals
          .all(name, number)
          .map((approval) => ({ ...approval, isCurrent: approval.isCurrent === 1 })),
      };
    },
    'registry/metrics': (params: CheckedParams<'registry/metrics'>): Result<'registry/metrics'> => {
      findVersion(params.name, params.version);
      return metrics.page(params);
    },
    'registry/files': ({ name, version, ...page }: CheckedParams<'registry/files'>): Result<'registry/files'> => {
      findVersion(name, version);
      const place = places.of(name, version);
      return place === null ? { files: [], nextPageToken: null } : filesOf(store, place, page);
    },
    'registry/compare': (params: CheckedParams<'registry/compare'>): Result<'registry/compare'> => {
      for (const { name, version } of params.versions) findVersion(name, version);
      return compared.compare(params);
    },
    'registry/compareFiles': (params: CheckedParams<'registry/compareFiles'>): Result<'registry/compareFiles'> => {
      for (const { name, version } of params.versions) findVersion(name, version);
      return compared.files(params);
    },
  };
}
