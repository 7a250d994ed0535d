/**
 * The endpoints of MLflow's REST API, each with the form of its request and what is done for it. A path stands behind
 * `/api/2.0/mlflow/`, with `{name}` for a part that is a parameter. Whatever is not here answers ENDPOINT_NOT_FOUND, on
 * which MLflow's clients count where a server knows less than they do.
 */
import { invalid } from '../clients';
import { MlflowError } from './answers';
import { type Endpoint, NOTHING, on, reading } from './endpoint';
import { parsed } from './http';
import { versionNumber } from './reads';
import { webhookEndpoints } from './webhookEndpoints';
import type { Form } from './wire';

const tagsOf = (tags: readonly { key: string; value: string }[]): Record<string, string> =>
  Object.fromEntries(tags.map(({ key, value }) => [key, value]));

const createdRun = on('createRun', async (asked, { write, read, askedBy, user }) => {
  const { runId } = await write('runs/create', {
    experimentId: asked.experiment_id,
    askedBy,
    name: asked.run_name,
    userId: asked.user_id || user,
    startMs: asked.start_time ?? null,
    tags: tagsOf(asked.tags),
  });
  return read('runs/get', { run_id: runId });
});

const loggedBatch = on('logBatch', async ({ run_id: runId, metrics, params, tags }, { write }) => {
  const twice = params.find(({ key, value }) => params.some((other) => other.key === key && other.value !== value));
  if (twice) throw invalid(`Duplicate parameter keys have been submitted: ['${twice.key}']`);
  await write('runs/log', { runId, points: metrics.map(pointOf), params, tags });
  return NOTHING;
});

const pointOf = (metric: Omit<Form<'logMetric'>, 'run_id'>) => ({
  key: metric.key,
  value: metric.value,
  timestampMs: metric.timestamp,
  step: metric.step,
  modelId: metric.model_id,
  datasetName: metric.dataset_name,
  datasetDigest: metric.dataset_digest,
});

export const endpoints: Readonly<Record<string, Endpoint>> = {
  'POST experiments/create': on('createExperiment', async (asked, { write }) => {
    const { experimentId } = await write('experiments/create', {
      name: asked.name,
      tags: tagsOf(asked.tags),
      artifactLocation: asked.artifact_location,
    });
    return { experiment_id: String(experimentId) };
  }),
  'GET experiments/get': reading('experimentId', 'experiments/get'),
  'GET experiments/get-by-name': reading('experimentName', 'experiments/get-by-name'),
  'POST experiments/search': reading('searchExperiments', 'experiments/search'),
  'GET experiments/search': reading('searchExperiments', 'experiments/search'),
  'POST experiments/update': on('updateExperiment', async (asked, { write }) => {
    await write('experiments/rename', { experimentId: asked.experiment_id, name: asked.new_name });
    return NOTHING;
  }),
  'POST experiments/delete': on('experimentId', async ({ experiment_id: id }, { write }) => {
    await write('experiments/delete', { experimentId: id });
    return NOTHING;
  }),
  'POST experiments/restore': on('experimentId', async ({ experiment_id: id }, { write }) => {
    await write('experiments/restore', { experimentId: id });
    return NOTHING;
  }),
  'POST experiments/set-experiment-tag': on('experimentTag', async ({ experiment_id: id, key, value }, { write }) => {
    await write('experiments/setTag', { experimentId: id, key, value });
    return NOTHING;
  }),
  'POST experiments/delete-experiment-tag': on('experimentTagKey', async ({ experiment_id: id, key }, { write }) => {
    await write('experiments/deleteTag', { experimentId: id, key });
    return NOTHING;
  }),
  'POST experiments/search-datasets': reading('searchDatasets', 'experiments/search-datasets'),

  'POST runs/create': createdRun,
  'POST runs/update': on('updateRun', async (asked, { write, read }) => {
    await write('runs/update', {
      runId: asked.run_id,
      ...(asked.status === undefined ? {} : { status: asked.status }),
      ...(asked.end_time === undefined ? {} : { endMs: asked.end_time }),
      ...(asked.run_name === undefined ? {} : { name: asked.run_name }),
    });
    return read('runs/info', { run_id: asked.run_id });
  }),
  'GET runs/get': reading('runId', 'runs/get'),
  'POST runs/search': reading('searchRuns', 'runs/search'),
  'POST runs/delete': on('runId', async ({ run_id: runId }, { read, deleteRuns }) => {
    await read('runs/info', { run_id: runId });
    await deleteRuns([runId]);
    return NOTHING;
  }),
  'POST runs/restore': on('runId', async ({ run_id: runId }, { read, restoreRuns }) => {
    await read('runs/info', { run_id: runId });
    await restoreRuns([runId]);
    return NOTHING;
  }),
  'POST runs/log-metric': on('logMetric', async ({ run_id: runId, ...metric }, { write }) => {
    await write('runs/log', { runId, points: [pointOf(metric)] });
    return NOTHING;
  }),
  'POST runs/log-parameter': on('logParam', async ({ run_id: runId, key, value }, { write }) => {
    await write('runs/log', { runId, params: [{ key, value }] });
    return NOTHING;
  }),
  'POST runs/set-tag': on('setTag', async ({ run_id: runId, key, value }, { write }) => {
    await write('runs/setTag', { runId, key, value });
    return NOTHING;
  }),
  'POST runs/delete-tag': on('deleteTag', async ({ run_id: runId, key }, { write }) => {
    await write('runs/deleteTag', { runId, key });
    return NOTHING;
  }),
  'POST runs/log-batch': loggedBatch,
  'POST runs/log-inputs': on('logInputs', async ({ run_id: runId, datasets, models }, { write }) => {
    await write('runs/logInputs', {
      runId,
      datasets: datasets.map(({ tags, dataset }) => ({
        ...dataset,
        schema: dataset.schema ?? null,
        profile: dataset.profile ?? null,
        tags: tagsOf(tags),
      })),
      models: models.map(({ model_id: id }) => id),
    });
    return NOTHING;
  }),
  'POST runs/outputs': on('logOutputs', async ({ run_id: runId, models }, { write }) => {
    await write('runs/logOutputs', { runId, models: models.map(({ model_id: id, step }) => ({ id, step })) });
    return NOTHING;
  }),
  // MLflow 2 keeps what it logged as a model in a tag, which its server adds to.
  'POST runs/log-model': on('logModelJson', async ({ run_id: runId, model_json: text }, { write, read }) => {
    const model = parsedObject(text);
    const { run } = parsed(await read('runs/get', { run_id: runId })) as RunAnswer;
    const history = run.data.tags.find(({ key }) => key === MODEL_HISTORY)?.value;
    const models = [...(history === undefined ? [] : (JSON.parse(history) as unknown[])), model];
    await write('runs/setTag', { runId, key: MODEL_HISTORY, value: JSON.stringify(models) });
    return NOTHING;
  }),
  'GET artifacts/list': on('listArtifacts', ({ run_id: runId, path }, { listArtifacts }) => listArtifacts(runId, path)),
  'GET metrics/get-history': reading('history', 'metrics/get-history'),
  'GET metrics/get-history-bulk-interval': reading('historyOfRuns', 'metrics/get-history-bulk-interval'),

  'POST logged-models': on('createModel', async (asked, { write, read }) => {
    const { modelId } = await write('models/create', {
      experimentId: asked.experiment_id,
      name: asked.name,
      modelType: asked.model_type,
      sourceRunId: asked.source_run_id,
      params: tagsOf(asked.params),
      tags: tagsOf(asked.tags),
    });
    return read('logged-models/get', { model_id: modelId });
  }),
  'POST logged-models/search': reading('searchModels', 'logged-models/search'),
  'GET logged-models/{model_id}': reading('modelId', 'logged-models/get'),
  'PATCH logged-models/{model_id}': on('finalizeModel', async ({ model_id: modelId, status }, { write, read }) => {
    await write('models/finalize', { modelId, status });
    return read('logged-models/get', { model_id: modelId });
  }),
  'DELETE logged-models/{model_id}': on('modelId', async ({ model_id: modelId }, { write }) => {
    await write('models/delete', { modelId });
    return NOTHING;
  }),
  'POST logged-models/{model_id}/params': on('modelParams', async ({ model_id: modelId, params }, { write }) => {
    await write('models/logParams', { modelId, params: tagsOf(params) });
    return NOTHING;
  }),
  'PATCH logged-models/{model_id}/tags': on('modelTags', async ({ model_id: modelId, tags }, { write, read }) => {
    await write('models/setTags', { modelId, tags: tagsOf(tags) });
    return read('logged-models/get', { model_id: modelId });
  }),
  'DELETE logged-models/{model_id}/tags/{tag_key}': on(
    'modelTagKey',
    async ({ model_id: modelId, tag_key: key }, { write }) => {
      await write('models/deleteTag', { modelId, key });
      return NOTHING;
    },
  ),
  'GET logged-models/{model_id}/artifacts/directories': on(
    'modelDirectory',
    ({ model_id: modelId, artifact_directory_path: path }, { listModelArtifacts }) => listModelArtifacts(modelId, path),
  ),

  'POST registered-models/create': on('createRegistered', async ({ name, description, tags }, { write, read }) => {
    await write('registry/create', { name: modelName(name), description, tags: tagsOf(tags) });
    return read('registered-models/get', { name });
  }),
  'POST registered-models/rename': on('renameRegistered', async ({ name, new_name: newName }, { write, read }) => {
    await write('registry/rename', { name, newName: modelName(newName) });
    return read('registered-models/get', { name: newName });
  }),
  'PATCH registered-models/update': on('updateRegistered', async ({ name, description }, { write, read }) => {
    await write('registry/update', { name, description });
    return read('registered-models/get', { name });
  }),
  'DELETE registered-models/delete': on('registeredName', async ({ name }, { write }) => {
    await write('registry/delete', { name });
    return NOTHING;
  }),
  'GET registered-models/get': reading('registeredName', 'registered-models/get'),
  'GET registered-models/search': reading('searchRegistered', 'registered-models/search'),
  'GET registered-models/get-latest-versions': reading('latestVersions', 'registered-models/get-latest-versions'),
  'POST registered-models/get-latest-versions': reading('latestVersions', 'registered-models/get-latest-versions'),
  'POST registered-models/set-tag': on('registeredTag', async ({ name, key, value }, { write }) => {
    await write('registry/setTag', { name, key, value });
    return NOTHING;
  }),
  'DELETE registered-models/delete-tag': on('registeredTagKey', async ({ name, key }, { write }) => {
    await write('registry/setTag', { name, key, value: null });
    return NOTHING;
  }),
  'POST registered-models/alias': on('setAlias', async ({ name, alias, version }, { write }) => {
    await write('registry/setAlias', { name, alias: aliasName(alias), version: versionNumber(version) });
    return NOTHING;
  }),
  'DELETE registered-models/alias': on('aliasName', async ({ name, alias }, { write }) => {
    await write('registry/deleteAlias', { name, alias });
    return NOTHING;
  }),
  'GET registered-models/alias': reading('aliasName', 'registered-models/alias'),

  'POST model-versions/create': on('createVersion', async (asked, { write, read, settled, user }) => {
    requireRemote(asked.source);
    const { name, version, pending } = await write('registry/createVersion', {
      name: asked.name,
      source: asked.source,
      runId: asked.run_id,
      runLink: asked.run_link,
      description: asked.description,
      modelId: asked.model_id,
      userId: user,
      tags: tagsOf(asked.tags),
    });
    await settled(pending);
    return read('model-versions/get', { name, version: String(version) });
  }),
  'PATCH model-versions/update': on('updateVersion', async ({ name, version, description }, { write, read }) => {
    await write('registry/updateVersion', { name, version: versionNumber(version), description });
    return read('model-versions/get', { name, version });
  }),
  'DELETE model-versions/delete': on('versionOf', async ({ name, version }, { write }) => {
    await write('registry/deleteVersion', { name, version: versionNumber(version) });
    return NOTHING;
  }),
  'GET model-versions/get': reading('versionOf', 'model-versions/get'),
  'GET model-versions/search': reading('searchVersions', 'model-versions/search'),
  'GET model-versions/get-download-uri': reading('versionOf', 'model-versions/get-download-uri'),
  'POST model-versions/set-tag': on('versionTag', async ({ name, version, key, value }, { write }) => {
    await write('registry/setVersionTag', { name, version: versionNumber(version), key, value });
    return NOTHING;
  }),
  'DELETE model-versions/delete-tag': on('versionTagKey', async ({ name, version, key }, { write }) => {
    await write('registry/setVersionTag', { name, version: versionNumber(version), key, value: null });
    return NOTHING;
  }),
  'POST model-versions/transition-stage': on('transition', async (asked, { write, read }) => {
    const { name, version, stage, archive_existing_versions: archiveExisting } = asked;
    await write('registry/transition', { name, version: versionNumber(version), stage, archiveExisting });
    return read('model-versions/get', { name, version });
  }),

  ...webhookEndpoints,
};

const MODEL_HISTORY = 'mlflow.log-model.history';

interface RunAnswer {
  readonly run: { readonly data: { readonly tags: readonly { readonly key: string; readonly value: string }[] } };
}

function parsedObject(text: string): object {
  let model: unknown;
  try {
    model = JSON.parse(text);
  } catch {
    model = null; // told below
  }
  if (typeof model === 'object' && model !== null && !Array.isArray(model)) return model;
  throw new MlflowError(
    'INVALID_PARAMETER_VALUE',
    `Malformed model info. \n ${text.slice(0, 200)} \n is not JSON of an object.`,
  );
}

/** @throws Refusal as MLflow's own */
function modelName(name: string): string {
  if (/[/:]/.test(name))
    throw invalid(
      `Invalid model name: '${name}'. Names cannot be empty and must not contain forward slashes (/) or colons (:).`,
    );
  return name;
}

/**
 * A path of whoever asks is no place for a version's files: they lie in this store or behind an address.
 *
 * @throws Refusal as MLflow's own
 */
function requireRemote(source: string): void {
  const [, scheme] = /^([a-zA-Z][\w+.-]*):/.exec(source) ?? [];
  const isLocal = scheme === undefined || scheme.length === 1 || scheme.toLowerCase() === 'file';
  if (isLocal)
    throw invalid(
      `Invalid model version source: '${source}'. To use a local path as a model version source, the run_id request parameter has to be specified and the local path has to be contained within the artifact directory of the run specified by the run_id.`,
    );
  if (/(?:^|[/\\])\.\.(?:[/\\]|$)|\p{Cc}/u.test(unescaped(source)))
    throw invalid(
      `Invalid model version source: '${source}'. If supplying a source as an http, https, local file path, ftp, objectstore, or mlflow-artifacts uri, an absolute path must be provided without relative path references present.`,
    );
}

/** With every escape taken out, also one of an escape: what somebody behind us may make of it. */
function unescaped(source: string): string {
  const once = source.replaceAll(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return once === source ? source : unescaped(once);
}

/** @throws Refusal as MLflow's own */
function aliasName(alias: string): string {
  if (alias.length > 255)
    throw invalid(`Registered model alias name length cannot exceed 255 characters: it has ${String(alias.length)}.`);
  if (!/^[\w-]+$/.test(alias))
    throw invalid(
      `Invalid alias name: '${alias}'. Names may only contain alphanumerics, underscores (_), and dashes (-).`,
    );
  if (/^v\d+$/i.test(alias)) throw invalid(`Version alias name '${alias}' is reserved.`);
  if (alias.toLowerCase() === 'latest') throw invalid("'latest' alias name (case insensitive) is reserved.");
  return alias;
}
