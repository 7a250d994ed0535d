/** The store's journal as rows. Runs inside a transaction of the writer. */
import type { Database } from 'better-sqlite3';
import { fromWireNumber } from '../../protocol/entities';
import { ExperimentDeletion } from '../tracking';
import { isOfRegistry, type LedgerRecord } from './ledger';
import { RegistryHistory } from './registryHistory';
import { REMOVED } from './versionFiles';

type Of<Kind extends LedgerRecord[0]> = Extract<LedgerRecord, readonly [Kind, ...unknown[]]>[2];

export class LedgerRows {
  private readonly statements;
  private readonly setTags;
  private readonly deletion: ExperimentDeletion;
  private readonly history: RegistryHistory;

  constructor(db: Database) {
    this.deletion = new ExperimentDeletion(db);
    this.history = new RegistryHistory(db);
    const deletedMs = 'CASE @deleted WHEN 1 THEN @atMs WHEN 0 THEN NULL ELSE deleted_ms END';
    this.statements = {
      addExperiment: db.prepare(
        `INSERT INTO experiments (experiment_id, name, created_ms, updated_ms) VALUES (@id, @name, @atMs, @atMs)
         ON CONFLICT DO NOTHING`,
      ),
      addExperimentName: db.prepare(
        `INSERT INTO experiment_names (experiment_id, name, since_ms) VALUES (@id, @name, @atMs)`,
      ),
      setExperiment: db.prepare(
        `UPDATE experiments SET name = coalesce(@name, name), updated_ms = @atMs,
           artifact_location = coalesce(@artifact_location, artifact_location), deleted_ms = ${deletedMs}
         WHERE experiment_id = @id`,
      ),
      addModel: db.prepare(
        `INSERT INTO logged_models (model_id, experiment_id, name, status, created_ms, updated_ms)
         VALUES (@id, coalesce(@experiment_id, 0), coalesce(@name, ''), 1, @atMs, @atMs) ON CONFLICT DO NOTHING`,
      ),
      setModel: db.prepare(
        `UPDATE logged_models SET source_run_id = coalesce(@source_run_id, source_run_id), name = coalesce(@name, name),
           model_type = coalesce(@model_type, model_type), status = coalesce(@status, status),
           status_message = coalesce(@status_message, status_message), updated_ms = @atMs, deleted_ms = ${deletedMs}
         WHERE model_id = @id`,
      ),
      setModelParam: db.prepare('INSERT OR REPLACE INTO logged_model_params (model_id, key, value) VALUES (?, ?, ?)'),
      setModelMetric: db.prepare(
        `INSERT INTO logged_model_metrics (model_id, run_id, key, dataset_name, dataset_digest, value, step, logged_ms)
         VALUES (@id, @runId, @key, @dataset_name, @dataset_digest, @value, @step, @timestamp)
         ON CONFLICT DO UPDATE SET value = excluded.value, step = excluded.step, logged_ms = excluded.logged_ms
           WHERE (excluded.step, excluded.logged_ms) >= (step, logged_ms)`,
      ),
      addRegistered: db.prepare(
        `INSERT INTO registered_models (name, created_ms, updated_ms, description) VALUES (@name, @atMs, @atMs, '')
         ON CONFLICT DO NOTHING`,
      ),
      setRegistered: db.prepare(
        `UPDATE registered_models SET name = coalesce(@new_name, name), description = coalesce(@description, description),
           updated_ms = @atMs, deleted_ms = ${deletedMs} WHERE name = @name`,
      ),
      isHidden: db
        .prepare<[string], number>('SELECT 1 FROM registered_models WHERE name = ? AND deleted_ms IS NOT NULL')
        .pluck(),
      touchRegistered: db.prepare('UPDATE registered_models SET updated_ms = max(updated_ms, ?) WHERE name = ?'),
      setAlias: db.prepare(
        'INSERT OR REPLACE INTO registered_model_aliases (name, alias, version) VALUES (@name, @alias, @version)',
      ),
      dropAlias: db.prepare('DELETE FROM registered_model_aliases WHERE name = @name AND alias = @alias'),
      dropAliasesOf: db.prepare('DELETE FROM registered_model_aliases WHERE name = @name AND version = @version'),
      addVersion: db.prepare(
        `INSERT INTO model_versions (name, version, created_ms, updated_ms, description, user_id, stage, source, run_link)
         VALUES (@name, @version, @atMs, @atMs, '', '', 'None', '', '') ON CONFLICT DO NOTHING`,
      ),
      setVersion: db.prepare(
        `UPDATE model_versions SET description = coalesce(@description, description), stage = coalesce(@stage, stage),
           source = coalesce(@source, source), user_id = coalesce(@user_id, user_id), run_id = coalesce(@run_id, run_id),
           run_link = coalesce(@run_link, run_link), model_id = coalesce(@model_id, model_id), updated_ms = @atMs,
           deleted_ms = ${deletedMs}, files = coalesce(@files, files), files_from = coalesce(@files_from, files_from),
           digest = coalesce(@digest, digest), files_note = coalesce(@files_note, files_note)
         WHERE name = @name AND version = @version`,
      ),
      approve: db.prepare(
        `INSERT OR REPLACE INTO model_version_approvals (name, version, by, at_ms, digest, why)
         VALUES (@name, @version, @by, @atMs, @digest, @why)`,
      ),
      withdraw: db.prepare('DELETE FROM model_version_approvals WHERE name = ? AND version = ? AND by = ?'),
      removeVersion: db.prepare(
        `UPDATE model_versions SET deleted_ms = ${String(REMOVED)} WHERE name = @name AND version = @version`,
      ),
      setFiles: db.prepare(
        'UPDATE model_versions SET digest = @digest, files_note = @note WHERE files = @files AND digest IS NULL',
      ),
      dropFiles: db.prepare('UPDATE model_versions SET files = NULL, files_from = NULL WHERE files = ?'),
      addWebhook: db.prepare(
        `INSERT INTO webhooks (webhook_id, name, description, url, events, status, signed, created_ms, updated_ms)
         VALUES (@id, '', '', '', '[]', 'DISABLED', 0, @atMs, @atMs) ON CONFLICT DO NOTHING`,
      ),
      setWebhook: db.prepare(
        `UPDATE webhooks SET name = coalesce(@name, name), description = coalesce(@description, description),
           url = coalesce(@url, url), events = coalesce(@events, events), status = coalesce(@status, status),
           signed = coalesce(@signed, signed), updated_ms = @atMs
         WHERE webhook_id = @id`,
      ),
      dropWebhook: db.prepare('DELETE FROM webhooks WHERE webhook_id = ?'),
    };
    const renamed = [
      'registered_model_tags',
      'registered_model_aliases',
      'model_versions',
      'model_version_tags',
      'model_version_approvals',
      'registry_events',
    ];
    this.rename = renamed.map((table) => db.prepare(`UPDATE ${table} SET name = @new_name WHERE name = @name`));
    this.drop = [...renamed, 'registered_models'].map((table) => db.prepare(`DELETE FROM ${table} WHERE name = @name`));
    const tagsOf = (table: string, columns: readonly string[]) => ({
      put: db.prepare(
        `INSERT OR REPLACE INTO ${table} (${columns.join(', ')}, key, value) VALUES (${columns.map(() => '?').join(', ')}, ?, ?)`,
      ),
      drop: db.prepare(
        `DELETE FROM ${table} WHERE ${columns.map((column) => `${column} = ?`).join(' AND ')} AND key = ?`,
      ),
    });
    this.setTags = {
      experiment: tagsOf('experiment_tags', ['experiment_id']),
      model: tagsOf('logged_model_tags', ['model_id']),
      registered: tagsOf('registered_model_tags', ['name']),
      version: tagsOf('model_version_tags', ['name', 'version']),
    };
  }

  private readonly rename;
  private readonly drop;

  apply(record: LedgerRecord): void {
    const [, time] = record;
    const atMs = Math.trunc(time);
    if (record[0] === 'registeredModel') this.giveWay(record[2]);
    if (isOfRegistry(record)) this.history.before(record, atMs);
    this.applyRows(record, atMs);
  }

  private applyRows([kind, , of]: LedgerRecord, atMs: number): void {
    switch (kind) {
      case 'experiment':
        this.experiment(of, atMs);
        return;
      case 'experimentTags':
        this.statements.setExperiment.run(parametersOf('experiment', { id: of.id }, atMs));
        this.tags('experiment', [of.id], of.tags);
        return;
      case 'loggedModel':
        this.statements.addModel.run(parametersOf('loggedModel', of, atMs));
        this.statements.setModel.run(parametersOf('loggedModel', of, atMs));
        return;
      case 'loggedModelTags':
        this.statements.setModel.run(parametersOf('loggedModel', { id: of.id }, atMs));
        this.tags('model', [of.id], of.tags);
        return;
      case 'loggedModelParams':
        for (const [key, value] of Object.entries(of.params)) this.statements.setModelParam.run(of.id, key, value);
        return;
      case 'loggedModelMetrics':
        for (const { value, ...metric } of of.metrics) {
          const number = fromWireNumber(value);
          const stored = Number.isNaN(number) ? null : number;
          this.statements.setModelMetric.run({ ...metric, id: of.id, runId: of.run_id, value: stored });
        }
        return;
      case 'registeredModel':
        this.registered(of, atMs);
        return;
      case 'registeredModelTags':
        this.statements.touchRegistered.run(atMs, of.name);
        this.tags('registered', [of.name], of.tags);
        return;
      case 'alias':
        this.statements.touchRegistered.run(atMs, of.name);
        this.statements[of.version === null ? 'dropAlias' : 'setAlias'].run(of);
        return;
      case 'modelVersion':
        this.version(of, atMs);
        return;
      case 'modelVersionFiles': {
        const { files, digest = null, note = null } = of;
        if (of.none === true) this.statements.dropFiles.run(files);
        else this.statements.setFiles.run({ files, digest, note });
        return;
      }
      case 'modelVersionTags':
        this.tags('version', [of.name, of.version], of.tags);
        return;
      case 'approval':
        this.approval(of, atMs);
        return;
      case 'webhook':
        this.webhook(of, atMs);
        return;
    }
  }

  private experiment(of: Of<'experiment'>, atMs: number): void {
    if (of.name !== undefined) {
      this.statements.addExperiment.run({ id: of.id, name: of.name, atMs });
      this.statements.addExperimentName.run({ id: of.id, name: of.name, atMs });
    }
    if (of.deleted !== undefined) this.deletion.apply(of.id, of.deleted, atMs);
    this.statements.setExperiment.run(parametersOf('experiment', of, atMs));
  }

  /** A deleted model whose name another takes is gone for good, with what happened to it. */
  private giveWay({ name, new_name: newName, deleted }: Of<'registeredModel'>): void {
    if (deleted !== undefined) return;
    for (const taken of [name, newName])
      if (taken !== undefined && this.statements.isHidden.get(taken) !== undefined)
        for (const drop of this.drop) drop.run({ name: taken });
  }

  private registered(of: Of<'registeredModel'>, atMs: number): void {
    if (of.removed === true) return; // it has given way
    this.statements.addRegistered.run({ name: of.name, atMs });
    this.statements.setRegistered.run(parametersOf('registeredModel', of, atMs));
    if (of.new_name !== undefined)
      for (const rename of this.rename) rename.run({ name: of.name, new_name: of.new_name });
  }

  private version(of: Of<'modelVersion'>, atMs: number): void {
    if (of.removed === true) {
      this.statements.removeVersion.run({ name: of.name, version: of.version });
      return;
    }
    // Its model changes with it, but not with its description.
    if (of.source !== undefined || of.stage !== undefined || of.deleted === true)
      this.statements.touchRegistered.run(atMs, of.name);
    this.statements.addVersion.run({ name: of.name, version: of.version, atMs });
    this.statements.setVersion.run(parametersOf('modelVersion', of, atMs));
    if (of.deleted === true) this.statements.dropAliasesOf.run({ name: of.name, version: of.version });
  }

  private approval({ name, version, by = '', why, approved, digest }: Of<'approval'>, atMs: number): void {
    this.statements.touchRegistered.run(atMs, name);
    if (approved) this.statements.approve.run({ name, version, by, atMs, digest: digest ?? null, why: why ?? null });
    else this.statements.withdraw.run(name, version, by);
  }

  private webhook(of: Of<'webhook'>, atMs: number): void {
    if (of.deleted === true) {
      this.statements.dropWebhook.run(of.id);
      return;
    }
    const events = of.events && JSON.stringify(of.events);
    this.statements.addWebhook.run({ id: of.id, atMs });
    this.statements.setWebhook.run(parametersOf('webhook', { ...of, events }, atMs));
  }

  private tags(
    of: keyof LedgerRows['setTags'],
    owner: readonly (string | number)[],
    tags: Readonly<Record<string, string | null>>,
  ): void {
    const { put, drop } = this.setTags[of];
    for (const [key, value] of Object.entries(tags)) {
      if (value === null) drop.run(...owner, key);
      else put.run(...owner, key, value);
    }
  }
}

/** What the statement of a kind may name, null for what a record leaves out. */
const FIELDS = {
  experiment: ['id', 'name', 'artifact_location', 'deleted'],
  loggedModel: ['id', 'experiment_id', 'source_run_id', 'name', 'model_type', 'status', 'status_message', 'deleted'],
  registeredModel: ['name', 'new_name', 'description', 'deleted'],
  modelVersion: [
    'name',
    'version',
    'description',
    'stage',
    'source',
    'user_id',
    'run_id',
    'run_link',
    'model_id',
    'deleted',
    'files',
    'files_from',
    'digest',
    'files_note',
  ],
  webhook: ['id', 'name', 'description', 'url', 'events', 'status', 'signed'],
} as const;

function parametersOf(
  kind: keyof typeof FIELDS,
  of: Readonly<Record<string, unknown>>,
  atMs: number,
): Record<string, unknown> {
  const values = FIELDS[kind].map((field) => {
    const value = of[field] ?? null;
    return [field, typeof value === 'boolean' ? Number(value) : value] as const;
  });
  return { ...Object.fromEntries(values), atMs };
}
