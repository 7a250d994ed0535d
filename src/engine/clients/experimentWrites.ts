/** Experiments, as clients make and change them. */
import { alreadyExists, doesNotExist, invalid } from './refusal';
import type { Session } from './session';
import { DEFAULT_EXPERIMENT } from '../tracking';

export interface KnownExperiment {
  readonly experiment_id: number;
  readonly name: string;
  readonly created_ms: number;
  readonly deleted_ms: number | null;
}

export type Tags = Readonly<Record<string, string>>;

export class ExperimentWrites {
  private readonly find;
  private readonly findByName;
  private readonly highest;
  private readonly runsOf;
  private readonly findTag;
  private readonly isKept;

  constructor(private readonly session: Session) {
    const { db } = session;
    this.find = db.prepare<[number], KnownExperiment>(
      'SELECT experiment_id, name, created_ms, deleted_ms FROM experiments WHERE experiment_id = ?',
    );
    this.findByName = db.prepare<[string], KnownExperiment>(
      'SELECT experiment_id, name, created_ms, deleted_ms FROM experiments WHERE name = ?',
    );
    this.highest = db.prepare<[], number | null>('SELECT max(experiment_id) FROM experiments').pluck();
    this.runsOf = db
      .prepare<[number], string>('SELECT run_id FROM runs WHERE experiment_id = ? AND deleted_ms IS NULL')
      .pluck();
    this.isKept = db
      .prepare<[number], number>('SELECT EXISTS (SELECT 1 FROM experiment_names WHERE experiment_id = ?)')
      .pluck();
    this.findTag = db
      .prepare<[number, string], string>('SELECT value FROM experiment_tags WHERE experiment_id = ? AND key = ?')
      .pluck();
  }

  /** @throws Refusal `RESOURCE_DOES_NOT_EXIST` */
  one(experimentId: string): KnownExperiment {
    const id = /^\d{1,15}$/.test(experimentId) ? Number(experimentId) : null;
    const found = id === null ? undefined : this.find.get(id);
    if (found) {
      // One that a run's folder has brought along: clients know it by its id, which a database made anew must give it again.
      if (this.isKept.get(found.experiment_id) === 0)
        this.session.keep(['experiment', found.created_ms, { id: found.experiment_id, name: found.name }]);
      return found;
    }
    if (id === DEFAULT_EXPERIMENT.id) {
      this.session.keep(['experiment', this.session.nowMs, DEFAULT_EXPERIMENT]);
      const { id: defaultId, name } = DEFAULT_EXPERIMENT;
      return { experiment_id: defaultId, name, created_ms: this.session.nowMs, deleted_ms: null };
    }
    throw doesNotExist(`No Experiment with id=${experimentId} exists`);
  }

  /** @throws Refusal `RESOURCE_DOES_NOT_EXIST`, `INVALID_PARAMETER_VALUE` for one that is deleted */
  active(experimentId: string): KnownExperiment {
    const experiment = this.one(experimentId);
    if (experiment.deleted_ms === null) return experiment;
    throw invalid(`The experiment ${experimentId} must be in the 'active' state. Current state is deleted.`);
  }

  /** @throws Refusal `RESOURCE_ALREADY_EXISTS` */
  create({ name, tags, artifactLocation }: { name: string; tags: Tags; artifactLocation: string }) {
    const known = this.findByName.get(name);
    if (known)
      throw alreadyExists(
        known.deleted_ms === null
          ? `Experiment(name=${name}) already exists.`
          : `Experiment '${name}' already exists in deleted state. You can restore the experiment, or permanently delete it to create a new one.`,
      );
    const { nowMs } = this.session;
    const id = name === DEFAULT_EXPERIMENT.name ? DEFAULT_EXPERIMENT.id : Math.max(this.highest.get() ?? 0, 0) + 1;
    const location = artifactLocation === '' ? {} : { artifact_location: artifactLocation };
    this.session.keep(['experiment', nowMs, { id, name, ...location }]);
    if (Object.keys(tags).length > 0) this.session.keep(['experimentTags', nowMs, { id, tags: { ...tags } }]);
    return { experimentId: id };
  }

  rename({ experimentId, name }: { experimentId: string; name: string }): void {
    const { experiment_id: id } = this.active(experimentId);
    const other = this.findByName.get(name);
    if (other && other.experiment_id !== id) throw alreadyExists(`Experiment(name=${name}) already exists.`);
    this.session.keep(['experiment', this.session.nowMs, { id, name }]);
    this.touchRuns(id);
  }

  /** Its runs go with it. */
  delete({ experimentId }: { experimentId: string }): void {
    const { experiment_id: id } = this.active(experimentId);
    if (id === DEFAULT_EXPERIMENT.id)
      throw invalid(`Cannot delete the default experiment '${String(id)}'. This is an internally reserved experiment.`);
    this.touchRuns(id);
    this.session.keep(['experiment', this.session.nowMs, { id, deleted: true }]);
  }

  /** With the runs that went when it did. */
  restore({ experimentId }: { experimentId: string }): void {
    const experiment = this.one(experimentId);
    if (experiment.deleted_ms === null)
      throw invalid(`The experiment ${experimentId} must be in the 'deleted' state. Current state is active.`);
    const { experiment_id: id } = experiment;
    this.session.keep(['experiment', this.session.nowMs, { id, deleted: false }]);
    this.touchRuns(id);
  }

  private touchRuns(id: number): void {
    for (const runId of this.runsOf.all(id)) this.session.touch(runId, true);
  }

  setTag({ experimentId, key, value }: { experimentId: string; key: string; value: string }): void {
    const { experiment_id: id } = this.active(experimentId);
    this.session.keep(['experimentTags', this.session.nowMs, { id, tags: { [key]: value } }]);
  }

  deleteTag({ experimentId, key }: { experimentId: string; key: string }): void {
    const { experiment_id: id } = this.active(experimentId);
    if (this.findTag.get(id, key) === undefined)
      throw doesNotExist(`No tag with name: ${key} in experiment with id ${experimentId}`);
    this.session.keep(['experimentTags', this.session.nowMs, { id, tags: { [key]: null } }]);
  }
}
