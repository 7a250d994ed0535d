/**
 * A tracking server of MLflow's elsewhere, told as every other store that is imported: all of it, or what was chosen. Its
 * files come through the server, whatever they lie on.
 */
import { LoopwrightError } from '../../protocol/errors';
import type { ServerSource } from '../../protocol/imports';
import { MlflowClient, serverReads, type WireMetric, type WireModel, type WireRun, type WireVersion } from '../remotes';
import { valueOf } from './mlflowValues';
import type {
  ForeignArtifacts,
  ForeignExperiment,
  ForeignFile,
  ForeignLoggedModel,
  ForeignModelVersion,
  ForeignPoint,
  ForeignRegisteredModel,
  ForeignRun,
  ForeignStore,
  Report,
} from './foreignStore';

/** Logged models of so many experiments are asked for at once. */
const EXPERIMENTS_AT_ONCE = 20;
/** MLflow's numbers of the states of logged models, `LoggedModelStatus`. */
const MODEL_STATUSES = ['UNSPECIFIED', 'LOGGED_MODEL_PENDING', 'LOGGED_MODEL_READY', 'LOGGED_MODEL_UPLOAD_FAILED'];
/** A folder that holds itself is left. */
const MAX_DEPTH = 30;

export class MlflowServer implements ForeignStore {
  readonly format = 'mlflow-server';
  private readonly client: MlflowClient;
  /** The runs that were chosen, with their children; asked for once. */
  private chosen: Promise<readonly WireRun[]> | null = null;

  constructor(
    private readonly source: ServerSource,
    private readonly report: Report,
    signal: AbortSignal,
  ) {
    this.client = new MlflowClient({ url: source.url, token: source.token }, signal);
  }

  get path(): string {
    return this.source.url;
  }

  /** The server has no number of them: it is known when they are read. */
  countRuns(): Promise<number> {
    return Promise.resolve(this.source.runIds?.length ?? 0);
  }

  async *experiments(): AsyncGenerator<ForeignExperiment> {
    const wanted = await this.wantedExperiments();
    for await (const experiment of serverReads.experiments(this.client)) {
      const { experiment_id: id, name, tags } = experiment;
      if (wanted !== null && !wanted.has(id)) continue;
      const createdMs = experiment.creation_time ?? 0;
      const updatedMs = experiment.last_update_time ?? createdMs;
      yield { id, name, createdMs, updatedMs, isDeleted: experiment.lifecycle_stage, tags };
    }
  }

  async *runs(): AsyncGenerator<ForeignRun> {
    const { runIds, experimentIds } = this.source;
    if (runIds !== undefined) {
      for (const run of await this.chosenRuns(runIds)) yield this.runOf(run);
      return;
    }
    if (experimentIds === undefined) {
      for await (const { id } of this.experiments()) yield* this.runsOf(id);
      return;
    }
    for (const id of experimentIds) yield* this.runsOf(id);
  }

  /** Those that belong to what was chosen. */
  async *loggedModels(): AsyncGenerator<ForeignLoggedModel> {
    const ids: string[] = [];
    for await (const { id } of this.experiments()) ids.push(id);
    const { runIds } = this.source;
    const chosen = runIds && new Set((await this.chosenRuns(runIds)).map(({ info }) => info.run_id));
    for (let at = 0; at < ids.length; at += EXPERIMENTS_AT_ONCE)
      for await (const model of serverReads.loggedModels(this.client, ids.slice(at, at + EXPERIMENTS_AT_ONCE)))
        if (!chosen || chosen.has(model.info.source_run_id ?? '')) yield this.modelOf(model);
  }

  /** The registry is of the whole server: where a part was chosen, it is not asked for. */
  async *registeredModels(): AsyncGenerator<ForeignRegisteredModel> {
    if (this.source.runIds !== undefined || this.source.experimentIds !== undefined) return;
    for await (const model of serverReads.registeredModels(this.client)) {
      const createdMs = model.creation_timestamp ?? 0;
      const versions: ForeignModelVersion[] = [];
      for await (const version of serverReads.modelVersions(this.client, model.name)) versions.push(versionOf(version));
      yield {
        name: model.name,
        createdMs,
        updatedMs: model.last_updated_timestamp ?? createdMs,
        description: model.description,
        tags: model.tags,
        aliases: Object.fromEntries(model.aliases.map(({ alias, version }) => [alias, version])),
        versions: versions.toSorted((left, right) => left.version - right.version),
      };
    }
  }

  close(): void {
    // nothing stays open
  }

  private async wantedExperiments(): Promise<ReadonlySet<string> | null> {
    const { runIds, experimentIds } = this.source;
    if (experimentIds !== undefined) return new Set(experimentIds);
    if (runIds === undefined) return null;
    return new Set((await this.chosenRuns(runIds)).map(({ info }) => info.experiment_id));
  }

  private chosenRuns(runIds: readonly string[]): Promise<readonly WireRun[]> {
    this.chosen ??= this.withChildren(runIds);
    return this.chosen;
  }

  private async *runsOf(experimentId: string): AsyncGenerator<ForeignRun> {
    for await (const run of serverReads.runs(this.client, experimentId)) yield this.runOf(run);
  }

  private async withChildren(runIds: readonly string[]): Promise<readonly WireRun[]> {
    const found = new Map<string, WireRun>();
    const waiting: WireRun[] = [];
    for (const id of runIds) waiting.push(await serverReads.oneRun(this.client, id));
    for (let run = waiting.shift(); run; run = waiting.shift()) {
      const { run_id: id, experiment_id: experimentId } = run.info;
      if (found.has(id)) continue;
      found.set(id, run);
      for await (const child of serverReads.children(this.client, experimentId, id)) waiting.push(child);
    }
    return [...found.values()];
  }

  private runOf({ info, data, inputs, outputs }: WireRun): ForeignRun {
    const { run_id: id } = info;
    const startMs = info.start_time ?? 0;
    return {
      id,
      experimentId: info.experiment_id,
      name: info.run_name,
      user: info.user_id,
      status: info.status,
      startMs,
      endMs: info.end_time,
      isDeleted: info.lifecycle_stage,
      params: data.params,
      tags: data.tags,
      datasets: inputs.dataset_inputs.map(({ tags, dataset }) => ({
        ...dataset,
        schema: dataset.schema ?? null,
        profile: dataset.profile ?? null,
        tags,
      })),
      modelsIn: inputs.model_inputs.map(({ model_id: model }) => model),
      modelsOut: outputs.model_outputs.map(({ model_id: model, step }) => ({ id: model, step })),
      // The server says no time of a file: that of the run stands for it, and another size tells another file.
      artifacts: this.artifactsOf(info.artifact_uri, { run_id: id }, startMs),
      lastPoints: data.metrics.map(pointOf),
      points: () =>
        this.pointsOf(
          id,
          data.metrics.map(({ key }) => key),
        ),
    };
  }

  private async *pointsOf(id: string, keys: readonly string[]): AsyncGenerator<ForeignPoint[]> {
    for (const key of keys)
      for await (const metrics of serverReads.history(this.client, id, key)) yield metrics.map(pointOf);
  }

  private modelOf({ info, data }: WireModel): ForeignLoggedModel {
    const createdMs = info.creation_timestamp_ms ?? 0;
    const { status } = info;
    return {
      id: info.model_id,
      experimentId: info.experiment_id,
      name: info.name,
      modelType: info.model_type,
      sourceRunId: info.source_run_id,
      status: typeof status === 'number' ? status : Math.max(0, MODEL_STATUSES.indexOf(status ?? '')),
      statusMessage: info.status_message,
      createdMs,
      updatedMs: info.last_updated_timestamp_ms ?? createdMs,
      isDeleted: false,
      params: data.params,
      tags: info.tags,
      metrics: data.metrics.map((metric) => ({
        key: metric.key,
        value: valueOf(metric.value),
        timestampMs: metric.timestamp,
        step: metric.step,
        runId: metric.run_id,
        datasetName: metric.dataset_name,
        datasetDigest: metric.dataset_digest,
      })),
      artifacts: this.artifactsOf(info.artifact_uri, { model_id: info.model_id }, createdMs),
    };
  }

  private artifactsOf(uri: string, of: Owner, modifiedMs: number): ForeignArtifacts {
    return { kind: 'files', files: () => this.files(uri, of, modifiedMs, '', 0) };
  }

  private async *files(
    uri: string,
    of: Owner,
    modifiedMs: number,
    folder: string,
    depth: number,
  ): AsyncGenerator<ForeignFile> {
    const what = 'run_id' in of ? `the run ${of.run_id}` : `the model ${of.model_id}`;
    let list: Awaited<ReturnType<typeof serverReads.artifacts>>;
    try {
      list = await serverReads.artifacts(this.client, of, folder);
    } catch (error) {
      const { code, message } = LoopwrightError.from(error);
      if (code === 'cancelled' || code === 'server_unreachable' || code === 'server_refused') throw error;
      this.report.problem(`The artifacts of ${what} can't be listed: ${message}`);
      return;
    }
    for (const { path, is_dir: isFolder, file_size: sizeBytes } of list) {
      if (!isBelow(path, folder)) {
        this.report.problem(`An artifact of ${what} has a path that leads elsewhere (${path}): it was left out.`);
        continue;
      }
      if (!isFolder) {
        const copyTo = (target: string) => this.client.download(addressOf(uri, of, path), target);
        yield { path, sizeBytes, modifiedMs, copyTo };
      } else if (depth < MAX_DEPTH) yield* this.files(uri, of, modifiedMs, path, depth + 1);
    }
  }
}

const pointOf = ({ key, value, timestamp, step }: WireMetric): ForeignPoint => [key, valueOf(value), timestamp, step];

type Owner = { readonly run_id: string } | { readonly model_id: string };

/** Whether a path that a server says is one directly below the folder that it was asked for, and a path at all. */
function isBelow(path: string, folder: string): boolean {
  const parts = path.split('/');
  const isClean = parts.every((part) => part !== '' && part !== '.' && part !== '..' && !/[\\\0]/.test(part));
  return isClean && parts.slice(0, -1).join('/') === folder;
}

/** Through the server's own store of artifacts, or from wherever the server has them. */
function addressOf(uri: string, of: Owner, path: string): string {
  const [, root] = /^mlflow-artifacts:(?:\/\/[^/]*)?\/(.*)$/.exec(uri) ?? [];
  if (root !== undefined)
    return `/api/2.0/mlflow-artifacts/artifacts/${encoded(root.replace(/\/+$/, ''))}/${encoded(path)}`;
  if ('run_id' in of)
    return `/get-artifact?${String(new URLSearchParams({ path, run_uuid: of.run_id, run_id: of.run_id }))}`;
  const query = new URLSearchParams({ artifact_file_path: path });
  return `/ajax-api/2.0/mlflow/logged-models/${encodeURIComponent(of.model_id)}/artifacts/files?${String(query)}`;
}

const encoded = (path: string): string => path.split('/').map(encodeURIComponent).join('/');

function versionOf(version: WireVersion): ForeignModelVersion {
  const createdMs = version.creation_timestamp ?? 0;
  return {
    version: version.version,
    createdMs,
    updatedMs: version.last_updated_timestamp ?? createdMs,
    description: version.description,
    user: version.user_id,
    stage: version.current_stage === '' ? 'None' : version.current_stage,
    source: version.source,
    runId: version.run_id === '' ? null : version.run_id,
    runLink: version.run_link,
    modelId: /^models:\/(m-[^/]+)\/?$/.exec(version.source)?.[1] ?? null,
    tags: version.tags,
  };
}
