/** Logged models: what MLflow 3 makes of a model that is logged, registered or not. */
import { randomBytes } from 'node:crypto';
import type { ExperimentWrites, Tags } from './experimentWrites';
import { doesNotExist, invalid } from './refusal';
import type { Session } from './session';

/** MLflow's numbers of them. */
export const MODEL_STATUS = {
  LOGGED_MODEL_PENDING: 1,
  LOGGED_MODEL_READY: 2,
  LOGGED_MODEL_UPLOAD_FAILED: 3,
} as const;
export type ModelStatus = keyof typeof MODEL_STATUS;

interface KnownModel {
  readonly model_id: string;
  readonly deleted_ms: number | null;
}

export class ModelWrites {
  private readonly find;
  private readonly findTag;

  constructor(
    private readonly session: Session,
    private readonly experiments: ExperimentWrites,
  ) {
    this.find = session.db.prepare<[string], KnownModel>(
      'SELECT model_id, deleted_ms FROM logged_models WHERE model_id = ?',
    );
    this.findTag = session.db
      .prepare<[string, string], string>('SELECT value FROM logged_model_tags WHERE model_id = ? AND key = ?')
      .pluck();
  }

  create(model: {
    experimentId: string;
    name: string;
    modelType: string;
    sourceRunId: string;
    params: Tags;
    tags: Tags;
  }): { modelId: string } {
    const { experiment_id: experimentId } = this.experiments.active(model.experimentId);
    const id = `m-${randomBytes(16).toString('hex')}`;
    const { nowMs } = this.session;
    this.session.keep([
      'loggedModel',
      nowMs,
      {
        id,
        experiment_id: experimentId,
        name: model.name || `model-${id.slice(-6)}`,
        ...(model.modelType === '' ? {} : { model_type: model.modelType }),
        ...(model.sourceRunId === '' ? {} : { source_run_id: model.sourceRunId }),
        status: MODEL_STATUS.LOGGED_MODEL_PENDING,
      },
    ]);
    if (Object.keys(model.params).length > 0)
      this.session.keep(['loggedModelParams', nowMs, { id, params: { ...model.params } }]);
    if (Object.keys(model.tags).length > 0)
      this.session.keep(['loggedModelTags', nowMs, { id, tags: { ...model.tags } }]);
    return { modelId: id };
  }

  finalize({ modelId, status }: { modelId: string; status: ModelStatus }): void {
    this.one(modelId);
    this.session.keep(['loggedModel', this.session.nowMs, { id: modelId, status: MODEL_STATUS[status] }]);
  }

  logParams({ modelId, params }: { modelId: string; params: Tags }): void {
    this.one(modelId);
    this.session.keep(['loggedModelParams', this.session.nowMs, { id: modelId, params: { ...params } }]);
  }

  setTags({ modelId, tags }: { modelId: string; tags: Tags }): void {
    this.one(modelId);
    this.session.keep(['loggedModelTags', this.session.nowMs, { id: modelId, tags: { ...tags } }]);
  }

  deleteTag({ modelId, key }: { modelId: string; key: string }): void {
    this.one(modelId);
    if (this.findTag.get(modelId, key) === undefined)
      throw doesNotExist(`No tag with key ${JSON.stringify(key)} found for model with ID ${JSON.stringify(modelId)}.`);
    this.session.keep(['loggedModelTags', this.session.nowMs, { id: modelId, tags: { [key]: null } }]);
  }

  delete({ modelId }: { modelId: string }): void {
    this.one(modelId);
    this.session.keep(['loggedModel', this.session.nowMs, { id: modelId, deleted: true }]);
  }

  private one(modelId: string): void {
    const model = this.find.get(modelId);
    if (model?.deleted_ms !== null) throw doesNotExist(`Logged model with ID ${JSON.stringify(modelId)} not found.`);
    if (modelId === '') throw invalid('A logged model has an id.');
  }
}
