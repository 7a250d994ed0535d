/** Runs, as clients begin them and log to them. */
import { hostname } from 'node:os';
import type { RunStatus, WireNumber } from '../../protocol/entities';
import { artifactKindOf } from './artifactKind';
import { newRunId } from '../../protocol/node/runId';
import type { DatasetRecord } from '../../protocol/records';
import { RUN_FOLDER_FORMAT, type RunSpec } from '../../protocol/runFolder';
import type { ExperimentWrites, KnownExperiment, Tags } from './experimentWrites';
import { doesNotExist, invalid } from './refusal';
import type { KnownRun, Session } from './session';

/** Tags in which MLflow's clients keep what is more than a tag here. */
const PARENT_TAG = 'mlflow.parentRunId';
const NAME_TAG = 'mlflow.runName';
const SOURCE_TAG = 'mlflow.source.name';

export interface NewRun {
  readonly experimentId: string;
  /** The run whose process asks; null for programs that are none of ours. */
  readonly askedBy: string | null;
  readonly name: string;
  readonly userId: string;
  readonly startMs: number | null;
  readonly tags: Tags;
}

export interface LoggedPoint {
  readonly key: string;
  readonly value: WireNumber;
  readonly timestampMs: number;
  readonly step: number;
  /** Of the logged model that it measures; on which data set. */
  readonly modelId?: string | undefined;
  readonly datasetName?: string | undefined;
  readonly datasetDigest?: string | undefined;
}

export interface LoggedValues {
  readonly runId: string;
  readonly points?: readonly LoggedPoint[] | undefined;
  readonly params?: readonly { readonly key: string; readonly value: string }[] | undefined;
  readonly tags?: readonly { readonly key: string; readonly value: string }[] | undefined;
}

type WirePoint = [key: string, value: WireNumber, timestampMs: number, step: number];

export class RunWrites {
  private readonly loggedParam;
  private readonly tag;

  constructor(
    private readonly session: Session,
    private readonly experiments: ExperimentWrites,
  ) {
    this.loggedParam = session.db
      .prepare<[number, string], string>(`SELECT value FROM params WHERE run_seq = ? AND key = ? AND source = 'client'`)
      .pluck();
    this.tag = session.db
      .prepare<[number, string], string>('SELECT value FROM tags WHERE run_seq = ? AND key = ? AND edited <> 2')
      .pluck();
  }

  /**
   * Begins a run. The first one that a process of a tracked run begins, below no other, is the tracked run itself; the
   * later ones are its children.
   */
  create(asked: NewRun): { runId: string } {
    const experiment = this.experiments.active(asked.experimentId);
    const own = asked.askedBy === null ? null : this.session.ownRun(asked.askedBy);
    const parentId = asked.tags[PARENT_TAG];
    if (own && parentId === undefined && own.told_status === null && own.deleted_ms === null && own.end_ms === null)
      return this.adopt(own, asked, experiment);
    const parent = parentId === undefined ? own : this.session.ownRun(parentId);
    const runId = newRunId(this.session.nowMs);
    const name = nameIn(asked) ?? `${parent?.name ?? 'run'}-${runId.slice(-6)}`;
    const spec = this.specOf(runId, { ...asked, name }, experiment, parent);
    const run = this.session.begin(spec);
    const startMs = asked.startMs ?? this.session.nowMs;
    this.session.log(run, ['told', this.session.nowMs, { status: 'RUNNING', start_ms: startMs }]);
    return { runId };
  }

  update({ runId, status, endMs, name }: { runId: string; status?: RunStatus; endMs?: number; name?: string }): void {
    const run = this.session.activeRun(runId);
    this.session.log(run, [
      'told',
      this.session.nowMs,
      {
        ...(status === undefined ? {} : { status }),
        ...(endMs === undefined ? {} : { end_ms: endMs }),
        ...(name === undefined || name === '' ? {} : { name }),
      },
    ]);
    if (name !== undefined && name !== '') this.session.log(run, ['tag', this.session.nowMs, { [NAME_TAG]: name }]);
  }

  /** Points, parameters and tags, all of them or none. */
  logValues({ runId, points = [], params = [], tags = [] }: LoggedValues): void {
    const run = this.session.activeRun(runId);
    const { nowMs } = this.session;
    const wanted = this.checkParams(run, params);
    if (wanted.size > 0) this.session.log(run, ['param', nowMs, 'client', Object.fromEntries(wanted)]);
    if (points.length > 0) {
      this.session.log(run, [
        'points',
        nowMs,
        points.map(({ key, value, timestampMs, step }): WirePoint => [key, value, timestampMs, step]),
      ]);
      this.keepModelMetrics(run, points);
    }
    if (tags.length > 0) this.setTags(run, tags);
  }

  setTag({ runId, key, value }: { runId: string; key: string; value: string }): void {
    this.setTags(this.session.activeRun(runId), [{ key, value }]);
  }

  deleteTag({ runId, key }: { runId: string; key: string }): void {
    const run = this.session.activeRun(runId);
    if (this.tag.get(run.run_seq, key) === undefined)
      throw doesNotExist(`No tag with name: ${key} in run with id ${runId}`);
    this.session.log(run, ['tag', this.session.nowMs, { [key]: null }]);
  }

  logInputs({
    runId,
    datasets,
    models,
  }: {
    runId: string;
    datasets: readonly DatasetRecord[];
    models: readonly string[];
  }) {
    const run = this.session.activeRun(runId);
    for (const dataset of datasets) this.session.log(run, ['dataset', this.session.nowMs, dataset]);
    if (models.length > 0)
      this.session.log(run, ['models', this.session.nowMs, 'in', models.map((id) => ({ id, step: 0 }))]);
  }

  logOutputs({ runId, models }: { runId: string; models: readonly { id: string; step: number }[] }): void {
    const run = this.session.activeRun(runId);
    if (models.length > 0) this.session.log(run, ['models', this.session.nowMs, 'out', [...models]]);
  }

  /** A file that stands below the run's artifacts. */
  addArtifact({ runId, path, size }: { runId: string; path: string; size: number }): void {
    const run = this.session.runOf(runId);
    this.session.log(run, ['artifact', this.session.nowMs, { path, size, ...artifactKindOf(path) }]);
  }

  /** One of them, or all below a folder; all of them for an empty path. */
  removeArtifacts({ runId, path }: { runId: string; path: string }): void {
    this.session.log(this.session.runOf(runId), ['removed', this.session.nowMs, path]);
  }

  private adopt(own: KnownRun, asked: NewRun, experiment: KnownExperiment): { runId: string } {
    const { nowMs } = this.session;
    const name = nameIn(asked);
    this.session.log(own, [
      'told',
      nowMs,
      {
        status: 'RUNNING',
        start_ms: asked.startMs ?? nowMs,
        ...(name === null ? {} : { name }),
        ...(experiment.experiment_id === own.experiment_id ? {} : { experiment: experiment.name }),
      },
    ]);
    this.session.log(own, ['tag', nowMs, { ...asked.tags, [NAME_TAG]: name ?? own.name }]);
    return { runId: own.run_id };
  }

  private specOf(runId: string, asked: NewRun, experiment: KnownExperiment, parent: KnownRun | null): RunSpec {
    const source = asked.tags[SOURCE_TAG] ?? asked.name;
    return {
      format: RUN_FOLDER_FORMAT,
      run_id: runId,
      experiment: experiment.name,
      name: asked.name,
      parent_run_id: parent?.run_id ?? null,
      kind: 'client',
      argv: [source],
      hidden: [],
      hidden_params: [],
      hidden_env: [],
      source,
      cwd: '',
      interpreter: null,
      params: {},
      tags: {
        ...asked.tags,
        [NAME_TAG]: asked.name,
        ...(parent && asked.tags[PARENT_TAG] === undefined ? { [PARENT_TAG]: parent.run_id } : {}),
      },
      env: {},
      hook_dir: '',
      root: null,
      capture: { kinds: [], modelLimitBytes: 0, pinLimitBytes: 0 },
      notebook: null,
      sweep: null,
      user: asked.userId,
      host: hostname(),
      created_ms: asked.startMs ?? this.session.nowMs,
      socket: null,
      token: null,
      origin: null,
      tracking: null,
    };
  }

  /** @returns those that are new. @throws Refusal `INVALID_PARAMETER_VALUE` for one that has another value already */
  private checkParams(run: KnownRun, params: readonly { readonly key: string; readonly value: string }[]) {
    const wanted = new Map<string, string>();
    for (const { key, value } of params) {
      const former = wanted.get(key) ?? this.loggedParam.get(run.run_seq, key);
      if (former !== undefined && former !== value)
        throw invalid(
          `Changing param values is not allowed. Param with key='${key}' was already logged with value='${former}' for run ID='${run.run_id}'. Attempted logging new value '${value}'.`,
        );
      if (former === undefined) wanted.set(key, value);
    }
    return wanted;
  }

  private setTags(run: KnownRun, tags: readonly { readonly key: string; readonly value: string }[]): void {
    const { nowMs } = this.session;
    const all = Object.fromEntries(tags.map(({ key, value }) => [key, value]));
    this.session.log(run, ['tag', nowMs, all]);
    const name = all[NAME_TAG];
    if (name !== undefined && name !== '') this.session.log(run, ['told', nowMs, { name }]);
  }

  private keepModelMetrics(run: KnownRun, points: readonly LoggedPoint[]): void {
    const byModel = new Map<string, LoggedPoint[]>();
    for (const point of points) {
      if (point.modelId === undefined) continue;
      byModel.set(point.modelId, [...(byModel.get(point.modelId) ?? []), point]);
    }
    for (const [id, measured] of byModel) {
      const metrics = measured.map(({ key, value, timestampMs, step, datasetName = '', datasetDigest = '' }) => ({
        key,
        value,
        timestamp: timestampMs,
        step,
        dataset_name: datasetName,
        dataset_digest: datasetDigest,
      }));
      this.session.keep(['loggedModelMetrics', this.session.nowMs, { id, run_id: run.run_id, metrics }]);
    }
  }
}

/** What the client calls it, if it does. */
const nameIn = ({ name, tags }: NewRun): string | null =>
  [name, tags[NAME_TAG]].find((one) => one !== undefined && one !== '') ?? null;
