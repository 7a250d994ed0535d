/**
 * The job that sends runs to a tracking server of MLflow's: as MLflow's own client would have logged them, and in the end
 * with their own times. Cut off at any time and started again, it goes on where it was. The registry is not sent: what is
 * registered there is that server's to decide.
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import * as z from 'zod';
import { LoopwrightError } from '../../../protocol/errors';
import type { SendOrder, SendResult } from '../../../protocol/exports';
import { pathsOf, type StorePaths } from '../../../protocol/node/storeFolder';
import type { Pair, RunValues } from '../../clients';
import type { JobContext } from '../../jobs';
import { MlflowClient, Nothing, serverReads, ServerRefusal } from '../../remotes';
import { originOf } from '../../tracking';
import { repositoryFact, tagsOf } from '../mlflowTags';
import { Pace } from '../pace';
import { Told } from '../problems';
import { type ExportRun, ExportSource, type StoredModel } from '../source';
import { Account, type Sent, type SentModel } from './account';
import { pieces, sendPairs } from './batches';
import { filesBelow, placeOf, type SentFile } from './files';

/** Says on the server which run of ours one is, so that it is found again where nothing else tells. */
const RUN_TAG = 'loopwright.run_id';
const PARENT_TAG = 'mlflow.parentRunId';

const Created = z.object({ run: z.object({ info: z.object({ run_id: z.string() }) }) });
const CreatedExperiment = z.object({ experiment_id: z.coerce.string() });
const CreatedModel = z.object({
  model: z.object({ info: z.object({ model_id: z.string(), artifact_uri: z.string() }) }),
});

export async function sendRuns(
  { store, order }: { readonly store: string; readonly order: SendOrder },
  { signal, progress }: Pick<JobContext, 'signal' | 'progress'>,
): Promise<SendResult> {
  const { server, ...which } = order;
  const paths = pathsOf(store);
  const source = ExportSource.open(paths, { ...which, deleted: false });
  try {
    const account = Account.open(paths, server.url);
    try {
      return await new Sending(
        source,
        paths,
        account,
        new MlflowClient(server, signal),
        new Pace(signal, progress),
      ).perform();
    } finally {
      account.close();
    }
  } finally {
    source.close();
  }
}

/** All that a run has, to be compared with what was sent. */
interface Whole {
  readonly values: RunValues;
  readonly tags: readonly Pair[];
  readonly files: readonly SentFile[];
  readonly models: readonly { readonly model: StoredModel; readonly files: readonly SentFile[] }[];
}

class Sending {
  private readonly told = new Told();
  private readonly counts = { sent: 0, updated: 0, unchanged: 0 };
  private readonly experiments = new Map<string, string>();
  private readonly models = new Map<string, StoredModel[]>();
  private readonly repositoryOf;
  private readonly seqOf;
  /** How often something was left behind. */
  private left = 0;
  private points = 0;
  private artifacts = 0;
  private artifactBytes = 0;

  constructor(
    private readonly source: ExportSource,
    private readonly paths: StorePaths,
    private readonly account: Account,
    private readonly client: MlflowClient,
    private readonly pace: Pace,
  ) {
    this.repositoryOf = repositoryFact(source.db);
    this.seqOf = source.db.prepare<[string], number>('SELECT run_seq FROM runs WHERE run_id = ?').pluck();
    for (const model of source.loggedModels()) {
      if (model.deleted_ms !== null || model.source_run_id === null) continue;
      this.models.set(model.source_run_id, [...(this.models.get(model.source_run_id) ?? []), model]);
    }
  }

  async perform(): Promise<SendResult> {
    this.source.letGo();
    this.pace.begin('runs', this.source.runCount + this.source.pointCount);
    for (const run of this.source.parentsFirst()) {
      await this.run(run);
      await this.pace.done(1);
    }
    const { points, artifacts, artifactBytes } = this;
    return { url: this.client.url, runs: this.counts, points, artifacts, artifactBytes, problems: this.told.texts };
  }

  private async run(run: ExportRun): Promise<void> {
    // It is there: here is the copy.
    if (this.originThere(run.run_id) !== null) {
      this.counts.unchanged++;
      return;
    }
    const whole = await this.wholeOf(run);
    const digest = digestOf(run, whole);
    let sent = this.account.of(run.run_id);
    if (sent.whole === digest) {
      this.counts.unchanged++;
      return;
    }
    const isNew = sent.there === null;
    const leftBefore = this.left;
    const experiment = this.experiments.get(run.experiment) ?? (await this.experimentOf(run.experiment));
    this.experiments.set(run.experiment, experiment);
    const there = await this.runThere(run, experiment, whole, sent);
    sent = this.account.of(run.run_id);
    await sendPairs(this.client, there.id, 'params', whole.values.params, this.problem);
    await sendPairs(this.client, there.id, 'tags', whole.tags, this.problem);
    await this.sendPoints(run, there.id, sent);
    await this.sendDatasets(there.id, whole.values);
    await this.sendFiles(run.run_id, there.uri, whole.files, '', sent);
    for (const { model, files } of whole.models) await this.sendModel(run, there.id, experiment, model, files, sent);
    // The run goes on for as long as something comes; now it is as it was here.
    const { status, name, end_ms: endMs } = run;
    const state = { run_id: there.id, status, run_name: name, ...(endMs === null ? {} : { end_time: endMs }) };
    await this.client.post('runs/update', state, Nothing, true);
    // What was left behind is tried, and told, again the next time.
    if (this.left === leftBefore) this.account.write({ run: run.run_id, whole: digest });
    this.counts[isNew ? 'sent' : 'updated']++;
  }

  private async wholeOf(run: ExportRun): Promise<Whole> {
    const values = this.source.values(run);
    const { parent_run_id: above } = run;
    const parent = above === null ? null : (this.originThere(above) ?? this.account.of(above).there);
    const tags = tagsOf(run, values.tags, this.repositoryOf(run))
      .map(([key, value]): Pair => [key, key === PARENT_TAG && parent !== null ? parent : value])
      // One that stays here is nobody's parent there.
      .filter(([key]) => key !== PARENT_TAG || parent !== null);
    const models: Whole['models'][number][] = [];
    for (const model of this.models.get(run.run_id) ?? [])
      models.push({ model, files: await filesBelow(join(this.paths.root, 'models', model.model_id, 'artifacts')) });
    const files = await filesBelow(join(this.paths.runFolder(run.run_id), 'artifacts'));
    return { values, tags: [...tags, [RUN_TAG, run.run_id]], files, models };
  }

  /** What a run is called on this very server, where it was imported from there. */
  private originThere(runId: string): string | null {
    const seq = this.seqOf.get(runId);
    const origin = seq === undefined ? null : originOf(this.source.db, seq);
    return origin?.source === this.client.url ? origin.id : null;
  }

  private async experimentOf(name: string): Promise<string> {
    const find = async () => {
      const { experiments } = await serverReads.experimentPage(this.client, 'ALL', null, name);
      return experiments.find((experiment) => experiment.name === name);
    };
    const found = await find();
    if (found?.lifecycle_stage)
      throw new LoopwrightError(
        'bad_request',
        `The experiment "${name}" is deleted on ${this.client.url}. Restore it there, or move the runs to another experiment.`,
      );
    if (found) return found.experiment_id;
    try {
      return (await this.client.post('experiments/create', { name }, CreatedExperiment)).experiment_id;
    } catch (error) {
      // Somebody else has made it in between.
      const made =
        error instanceof ServerRefusal && error.errorCode === 'RESOURCE_ALREADY_EXISTS' ? await find() : null;
      if (!made) throw error;
      return made.experiment_id;
    }
  }

  /** The run on the server: that of before, one that a lost answer was about, or a new one. */
  private async runThere(
    run: ExportRun,
    experiment: string,
    whole: Whole,
    sent: Sent,
  ): Promise<{ id: string; uri: string }> {
    if (sent.there !== null) {
      const known = await this.found(sent.there);
      if (known) return known;
      this.account.forget(run.run_id);
    }
    const { runs } = await serverReads.runPage(
      this.client,
      'ACTIVE_ONLY',
      [experiment],
      null,
      `tags.\`${RUN_TAG}\` = '${run.run_id}'`,
    );
    const id = runs[0]?.info.run_id ?? (await this.created(run, experiment, whole));
    this.account.write({ run: run.run_id, there: id });
    const there = await this.found(id);
    if (!there)
      throw new LoopwrightError('internal', `${this.client.url} does not know the run ${id} that it has made.`);
    return there;
  }

  private async created(run: ExportRun, experiment: string, { tags }: Whole): Promise<string> {
    const body = {
      experiment_id: experiment,
      run_name: run.name,
      user_id: run.user,
      start_time: run.start_ms,
      // Some servers look at these when a run is made, and not afterwards.
      tags: tags.filter(([key]) => key === RUN_TAG || key === PARENT_TAG).map(([key, value]) => ({ key, value })),
    };
    return (await this.client.post('runs/create', body, Created)).run.info.run_id;
  }

  /** @returns null for one that was deleted there */
  private async found(id: string): Promise<{ id: string; uri: string } | null> {
    try {
      const { info } = await serverReads.oneRun(this.client, id);
      return info.lifecycle_stage ? null : { id, uri: info.artifact_uri };
    } catch (error) {
      if (error instanceof ServerRefusal && error.status === 404) return null;
      throw error;
    }
  }

  private async sendPoints(run: ExportRun, there: string, sent: Sent): Promise<void> {
    for (const { metrics, counts } of pieces(this.source.points(run), sent.points)) {
      await this.client.post('runs/log-batch', { run_id: there, metrics }, Nothing, true);
      this.account.write({ run: run.run_id, points: counts });
      this.points += metrics.length;
      await this.pace.done(metrics.length);
    }
  }

  private async sendDatasets(there: string, { datasets }: RunValues): Promise<void> {
    if (datasets.length === 0) return;
    const inputs = datasets.map(({ tags, ...dataset }) => ({
      tags: Object.entries(JSON.parse(tags) as Readonly<Record<string, string>>).map(([key, value]) => ({
        key,
        value,
      })),
      dataset,
    }));
    await this.client.post('runs/log-inputs', { run_id: there, datasets: inputs }, Nothing, true);
  }

  private async sendModel(
    run: ExportRun,
    there: string,
    experiment: string,
    model: StoredModel,
    files: readonly SentFile[],
    sent: Sent,
  ): Promise<void> {
    const { model_id: id } = model;
    if (sent.models.get(id)?.isWhole === true) return;
    const begun = sent.models.get(id) ?? (await this.begunModel(run, there, experiment, model));
    if (begun === null) return;
    await this.sendFiles(run.run_id, begun.uri, files, `models/${id}/`, sent);
    const ready = { model_id: begun.there, status: 'LOGGED_MODEL_READY' };
    await this.client.patch(`logged-models/${begun.there}`, ready, Nothing);
    const outputs = { run_id: there, models: [{ model_id: begun.there, step: 0 }] };
    await this.client.post('runs/outputs', outputs, Nothing, true);
    this.account.write({ run: run.run_id, model: { ...begun, id, isWhole: true } });
  }

  /**
   * Kept before its files are sent: what goes on later goes on with this very model.
   *
   * @returns null on a server that has no logged models
   */
  private async begunModel(
    run: ExportRun,
    there: string,
    experiment: string,
    model: StoredModel,
  ): Promise<SentModel | null> {
    const { params, tags } = this.source.registry.loggedValues(model.model_id);
    const pairs = (all: readonly Pair[]) => all.map(([key, value]) => ({ key, value }));
    const body = {
      experiment_id: experiment,
      name: model.name,
      model_type: model.model_type ?? '',
      source_run_id: there,
      params: pairs(params),
      tags: pairs(tags),
    };
    try {
      const { info } = (await this.client.post('logged-models', body, CreatedModel)).model;
      const begun = { there: info.model_id, uri: info.artifact_uri, isWhole: false };
      this.account.write({ run: run.run_id, model: { ...begun, id: model.model_id } });
      return begun;
    } catch (error) {
      if (!(error instanceof ServerRefusal) || error.status !== 404) throw error;
      const text = `${this.client.url} has no logged models (it is older than MLflow 3): "${model.name}" was not sent.`;
      this.problem(text);
      return null;
    }
  }

  /** @param above what stands in the account before the path */
  private async sendFiles(
    runId: string,
    uri: string,
    files: readonly SentFile[],
    above: string,
    sent: Sent,
  ): Promise<void> {
    for (const { path, file, sizeBytes, modifiedMs } of files) {
      const known = sent.files.get(`${above}${path}`);
      if (known?.sizeBytes === sizeBytes && known.modifiedMs === modifiedMs) continue;
      const place = placeOf(uri, path);
      if (place === null) {
        const [root = uri] = /^[a-z][a-z0-9+.-]*:\/\/[^/]*/i.exec(uri) ?? [];
        this.problem(
          `${this.client.url} keeps its files at ${root}…, which it does not hand on: artifacts were not sent.`,
        );
        return;
      }
      await this.client.upload(place, file, sizeBytes);
      this.account.write({ run: runId, file: { path: `${above}${path}`, sizeBytes, modifiedMs } });
      this.artifacts++;
      this.artifactBytes += sizeBytes;
      await this.pace.done(0);
    }
  }

  private readonly problem = (text: string): void => {
    this.left++;
    this.told.add(text);
  };
}

function digestOf(
  { name, status, start_ms: startMs, end_ms: endMs, note }: ExportRun,
  { values, tags, files, models }: Whole,
): string {
  const listed = (all: readonly SentFile[]) =>
    all.map(({ path, sizeBytes, modifiedMs }) => [path, sizeBytes, modifiedMs]);
  const { params, metrics, datasets } = values;
  const parts = [
    ...[name, status, startMs, endMs, note, params, metrics, datasets, tags, listed(files)],
    models.map(({ model, files: own }) => [model.model_id, listed(own)]),
  ];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
