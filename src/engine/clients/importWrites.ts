/**
 * Experiments and logged models of another store, written into the ledger with the times that they have there. What is
 * here already under the same name or id is added to. Each answers whether anything was new.
 */
import { DEFAULT_EXPERIMENT } from '../tracking';
import type { KnownExperiment } from './experimentWrites';
import { type Change, changedKeys, type ImportedExperiment, type ImportedModel } from './imported';
import type { LedgerRecord } from './ledger';
import type { Session } from './session';

export class ImportWrites {
  private readonly statements;

  constructor(private readonly session: Session) {
    const { db } = session;
    const texts = (table: string, owner: string) =>
      db.prepare<[string | number], [string, string]>(`SELECT key, value FROM ${table} WHERE ${owner} = ?`).raw();
    this.statements = {
      byName: db.prepare<[string], KnownExperiment>(
        'SELECT experiment_id, name, deleted_ms FROM experiments WHERE name = ?',
      ),
      byId: db.prepare<[number]>('SELECT 1 FROM experiments WHERE experiment_id = ?'),
      highest: db.prepare<[], number | null>('SELECT max(experiment_id) FROM experiments').pluck(),
      experimentTags: texts('experiment_tags', 'experiment_id'),
      model: db.prepare<[string], { deleted_ms: number | null }>(
        'SELECT deleted_ms FROM logged_models WHERE model_id = ?',
      ),
      modelParams: texts('logged_model_params', 'model_id'),
      modelTags: texts('logged_model_tags', 'model_id'),
    };
  }

  experiment({ now, before }: Change<ImportedExperiment>): boolean {
    const known = this.statements.byName.get(now.name) ?? this.renamed(now, before);
    const atMs = known ? this.session.nowMs : now.updatedMs;
    const records: LedgerRecord[] = [];
    const id = known?.experiment_id ?? this.freeId(now);
    if (!known) records.push(['experiment', now.createdMs, { id, name: now.name }]);
    else if (known.name !== now.name) records.push(['experiment', atMs, { id, name: now.name }]);
    const here = Object.fromEntries(this.statements.experimentTags.all(id));
    const tags = changedKeys(now.tags, before?.tags, here);
    if (Object.keys(tags).length > 0) records.push(['experimentTags', atMs, { id, tags }]);
    // One that goes on here is not deleted because another of its name was.
    const wasDeleted = before === null ? known !== undefined && now.isDeleted : before.isDeleted;
    const isDeletedHere = known ? known.deleted_ms !== null : false;
    if (now.isDeleted !== wasDeleted && now.isDeleted !== isDeletedHere && id !== DEFAULT_EXPERIMENT.id)
      records.push(['experiment', atMs, { id, deleted: now.isDeleted }]);
    else if (!known) records.push(['experiment', now.updatedMs, { id }]);
    return this.keep(records);
  }

  model({ now, before }: Change<ImportedModel>): boolean {
    const { id } = now;
    const known = this.statements.model.get(id);
    const atMs = known ? this.session.nowMs : now.updatedMs;
    const records: LedgerRecord[] = [];
    if (!known) {
      const experiment = this.statements.byName.get(now.experiment)?.experiment_id ?? DEFAULT_EXPERIMENT.id;
      records.push(['loggedModel', now.createdMs, { id, experiment_id: experiment, ...fieldsOf(now) }]);
    } else if (FIELDS.some((field) => before !== null && before[field] !== now[field]))
      records.push(['loggedModel', atMs, { id, ...fieldsOf(now) }]);
    const params = changedKeys(now.params, before?.params, Object.fromEntries(this.statements.modelParams.all(id)));
    const set = Object.entries(params).filter((entry): entry is [string, string] => entry[1] !== null);
    if (set.length > 0) records.push(['loggedModelParams', atMs, { id, params: Object.fromEntries(set) }]);
    records.push(...metricsOf(now, before, atMs));
    const tags = changedKeys(now.tags, before?.tags, Object.fromEntries(this.statements.modelTags.all(id)));
    if (Object.keys(tags).length > 0) records.push(['loggedModelTags', atMs, { id, tags }]);
    const wasDeleted = before?.isDeleted ?? (known ? now.isDeleted : false);
    if (now.isDeleted !== wasDeleted) records.push(['loggedModel', atMs, { id, deleted: now.isDeleted }]);
    else if (!known) records.push(['loggedModel', now.updatedMs, { id }]);
    return this.keep(records);
  }

  private keep(records: readonly LedgerRecord[]): boolean {
    for (const record of records) this.session.keep(record);
    return records.length > 0;
  }

  /** The experiment that was imported under another name, if it still has that. */
  private renamed(now: ImportedExperiment, before: ImportedExperiment | null): KnownExperiment | undefined {
    return before === null || before.name === now.name ? undefined : this.statements.byName.get(before.name);
  }

  private freeId({ id, name }: ImportedExperiment): number {
    if (name === DEFAULT_EXPERIMENT.name) return DEFAULT_EXPERIMENT.id;
    // Of files they are numbers of 18 digits, more than JavaScript tells apart.
    const wished = /^[1-9]\d{0,8}$/.test(id) ? Number(id) : null;
    if (wished !== null && this.statements.byId.get(wished) === undefined) return wished;
    return Math.max(this.statements.highest.get() ?? 0, 0) + 1;
  }
}

/** What can change of a model. */
const FIELDS = ['name', 'modelType', 'status', 'statusMessage'] as const;

const fieldsOf = ({ name, modelType, sourceRunId, status, statusMessage }: ImportedModel) => ({
  name,
  status,
  ...(modelType === null ? {} : { model_type: modelType }),
  ...(sourceRunId === null ? {} : { source_run_id: sourceRunId }),
  ...(statusMessage === null ? {} : { status_message: statusMessage }),
});

function metricsOf(now: ImportedModel, before: ImportedModel | null, atMs: number): LedgerRecord[] {
  const known = new Set(before?.metrics.map((metric) => JSON.stringify(metric)));
  const byRun = Map.groupBy(
    now.metrics.filter((metric) => !known.has(JSON.stringify(metric))),
    ({ runId }) => runId,
  );
  return [...byRun].map(([runId, metrics]) => [
    'loggedModelMetrics',
    atMs,
    {
      id: now.id,
      run_id: runId,
      metrics: metrics.map(({ key, value, timestampMs, step, datasetName, datasetDigest }) => ({
        key,
        value,
        timestamp: timestampMs,
        step,
        dataset_name: datasetName,
        dataset_digest: datasetDigest,
      })),
    },
  ]);
}
