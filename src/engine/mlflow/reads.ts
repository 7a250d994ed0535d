/** The answers of MLflow's protocol that are read from the database, as the text that is sent. Runs in a reader. */
import type { Database } from 'better-sqlite3';
import { toWireNumber } from '../../protocol/entities';
import {
  canonicalStage,
  ClientReads,
  type ClientExperiment,
  invalid,
  type LoggedModel,
  type LoggedModelMetric,
  type ModelVersion,
  type Pair,
  type RegisteredModel,
  RegistryReads,
  searchRuns,
  versionStatus,
  WebhookReads,
} from '../clients';
import {
  ARTIFACT_ROOT,
  experimentJson,
  experimentLocation,
  lifecycle,
  metricJson,
  pairs,
  runInfoJson,
  runJson,
  webhookJson,
} from './entities';
import { matching, type Searched } from './search';
import { offsetOf, tokenAfter } from './pages';
import type { Form } from './wire';

/** As MLflow: without a page a whole history is one answer; with one, at most so many points. */
const MAX_HISTORY = 25_000;

export function mlflowReads(db: Database) {
  const reads = new ClientReads(db);
  const registry = new RegistryReads(db);
  const webhooks = new WebhookReads(db);

  const locations = new Map<number, string>();
  /** Where an experiment's artifacts are never changes. */
  const locationOf = (experimentId: number): string => {
    const known = locations.get(experimentId) ?? experimentLocation(reads.experiment(String(experimentId)));
    locations.set(experimentId, known);
    return known;
  };
  const experimentOf = (experiment: ClientExperiment) =>
    experimentJson(experiment, reads.lastChangeOf(experiment), reads.experimentTags(experiment.experiment_id));
  const runOf = (runId: string) => {
    const run = reads.run(runId);
    return runJson(run, locationOf(run.experiment_id), reads.values([run.run_seq])(run.run_seq));
  };
  const loggedOf = (model: LoggedModel) =>
    loggedJson(model, locationOf(model.experiment_id), registry.loggedValues(model.model_id));
  const versionOf = (version: ModelVersion) => {
    const aliases = registry.aliases(version.name).filter(([, of]) => of === version.version);
    return {
      name: version.name,
      version: String(version.version),
      creation_timestamp: version.created_ms,
      last_updated_timestamp: version.updated_ms,
      user_id: version.user_id,
      current_stage: version.stage,
      description: version.description,
      source: version.source,
      run_id: version.run_id ?? '',
      run_link: version.run_link,
      status: versionStatus(version),
      status_message: version.files_note ?? '',
      ...(version.model_id === null ? {} : { model_id: version.model_id }),
      tags: pairs(registry.versionTags(version.name, version.version)),
      aliases: aliases.map(([alias]) => alias),
    };
  };
  const registeredOf = (model: RegisteredModel) => ({
    name: model.name,
    creation_timestamp: model.created_ms,
    last_updated_timestamp: model.updated_ms,
    description: model.description,
    latest_versions: registry.latest(model.name).map(versionOf),
    tags: pairs(registry.modelTags(model.name)),
    aliases: registry.aliases(model.name).map(([alias, version]) => ({ alias, version: String(version) })),
  });
  /** Where a version's files are: those that are kept for it, else what its source leads to. */
  const downloadOf = ({ files, digest, source }: ModelVersion, depth = 0): string => {
    if (files !== null && digest !== null) return `${ARTIFACT_ROOT}/models/${files}/artifacts`;
    const [, modelId] = /^models:\/(m-[^/@]+)\/?$/.exec(source) ?? [];
    if (modelId !== undefined) {
      const model = registry.logged(modelId);
      return modelLocation(locationOf(model.experiment_id), modelId);
    }
    const [, name, version] = /^models:\/([^/@]+)\/(\d+)$/.exec(source) ?? [];
    if (name === undefined || depth > 10) return source;
    return downloadOf(registry.version(name, Number(version)), depth + 1);
  };

  const answers = {
    'experiments/get': ({ experiment_id: id }: Form<'experimentId'>) => ({
      experiment: experimentOf(reads.experiment(id)),
    }),
    'experiments/get-by-name': ({ experiment_name: name }: Form<'experimentName'>) => ({
      experiment: experimentOf(reads.experimentByName(name)),
    }),
    'experiments/search': (form: Form<'searchExperiments'>) => {
      const all = reads.experiments(form.view_type).map((experiment) => ({
        json: experimentOf(experiment),
        tags: reads.experimentTags(experiment.experiment_id),
      }));
      const searched: Searched<(typeof all)[number]> = {
        attributes: {
          name: ({ json }) => json.name,
          experiment_id: ({ json }) => Number(json.experiment_id),
          creation_time: ({ json }) => json.creation_time,
          last_update_time: ({ json }) => json.last_update_time,
        },
        pairs: { tag: ({ tags }) => tags },
        numeric: ['creation_time', 'last_update_time', 'experiment_id'],
        defaultOrder: ['creation_time DESC', 'experiment_id DESC'],
      };
      const { items, token } = paged(matching(all, form.filter, form.order_by, searched), form);
      return { experiments: items.map(({ json }) => json), ...token };
    },
    'runs/get': ({ run_id: runId }: Form<'runId'>) => ({ run: runOf(runId) }),
    'runs/info': ({ run_id: runId }: Form<'runId'>) => {
      const run = reads.run(runId);
      return { run_info: runInfoJson(run, locationOf(run.experiment_id)) };
    },
    'runs/search': (form: Form<'searchRuns'>) => {
      const { seqs, token } = searchRuns(db, {
        experimentIds: form.experiment_ids,
        filter: form.filter,
        view: form.run_view_type,
        orderBy: form.order_by,
        limit: form.max_results,
        token: form.page_token,
      });
      const valuesOf = reads.values(seqs);
      return {
        runs: reads.runs(seqs).map((run) => runJson(run, locationOf(run.experiment_id), valuesOf(run.run_seq))),
        ...(token === null ? {} : { next_page_token: token }),
      };
    },
    'metrics/get-history': (form: Form<'history'>) => {
      const offset = offsetOf(form.page_token);
      const limit = Math.min(
        form.max_results ?? Number.MAX_SAFE_INTEGER,
        form.max_results === undefined ? Number.MAX_SAFE_INTEGER - 1 : MAX_HISTORY,
      );
      if (limit < 1) throw invalid(`max_results must be between 1 and ${String(MAX_HISTORY)}`);
      const points = reads.points(form.run_id, form.metric_key, offset, limit);
      const given = points.slice(0, limit);
      return {
        metrics: given.map(([, value, timestamp, step]) => metricJson([form.metric_key, value, timestamp, step])),
        ...(points.length > limit ? { next_page_token: tokenAfter(offset + given.length) } : {}),
      };
    },
    'metrics/get-history-bulk-interval': (form: Form<'historyOfRuns'>) => ({
      metrics: form.run_ids.flatMap((runId) =>
        reads
          .points(runId, form.metric_key, 0, Number.MAX_SAFE_INTEGER - 1)
          .filter(([, , , step]) => step >= (form.start_step ?? step) && step <= (form.end_step ?? step))
          .filter((_, index, all) => keepEvenly(index, all.length, form.max_results))
          .map(([, value, timestamp, step]) => ({
            ...metricJson([form.metric_key, value, timestamp, step]),
            run_id: runId,
          })),
      ),
    }),
    'experiments/search-datasets': ({ experiment_ids: ids }: Form<'searchDatasets'>) => ({
      dataset_summaries: reads.datasetsOf(ids).map(({ experiment_id, name, digest, context }) => ({
        experiment_id: String(experiment_id),
        name,
        digest,
        ...(context === null ? {} : { context }),
      })),
    }),
    'logged-models/get': ({ model_id: id }: Form<'modelId'>) => ({ model: loggedOf(registry.logged(id)) }),
    'logged-models/search': (form: Form<'searchModels'>) => {
      const isMeant = (metric: { dataset_name?: string; dataset_digest?: string }) =>
        form.datasets.length === 0 ||
        form.datasets.some(
          ({ dataset_name: name, dataset_digest: digest }) =>
            metric.dataset_name === name && (digest === '' || metric.dataset_digest === digest),
        );
      const all = registry
        .loggedOf(form.experiment_ids)
        .map(loggedOf)
        .filter(({ data }) => form.datasets.length === 0 || data.metrics.some(isMeant));
      const searched: Searched<(typeof all)[number]> = {
        attributes: {
          name: ({ info }) => info.name,
          model_id: ({ info }) => info.model_id,
          model_type: ({ info }) => info.model_type,
          source_run_id: ({ info }) => info.source_run_id,
          status: ({ info }) => info.status,
          creation_time: ({ info }) => info.creation_timestamp_ms,
          creation_timestamp: ({ info }) => info.creation_timestamp_ms,
          last_updated_timestamp: ({ info }) => info.last_updated_timestamp_ms,
        },
        pairs: {
          tag: ({ info }) => info.tags.map(({ key, value }) => [key, value]),
          param: ({ data }) => data.params.map(({ key, value }) => [key, value]),
        },
        metrics: ({ data }) => data.metrics.filter(isMeant).map(({ key, value }) => [key, Number(value)]),
        numeric: ['creation_time', 'creation_timestamp', 'last_updated_timestamp'],
        defaultOrder: ['creation_timestamp DESC'],
      };
      const order = form.order_by.map(
        ({ field_name: field, ascending }) => `${orderField(field)} ${ascending ? 'ASC' : 'DESC'}`,
      );
      const { items, token } = paged(matching(all, form.filter, order, searched), form);
      return { models: items, ...token };
    },
    'registered-models/get': ({ name }: Form<'registeredName'>) => ({
      registered_model: registeredOf(registry.model(name)),
    }),
    'registered-models/search': (form: Form<'searchRegistered'>) => {
      const searched: Searched<RegisteredModel> = {
        attributes: {
          name: (model) => model.name,
          creation_timestamp: (model) => model.created_ms,
          timestamp: (model) => model.updated_ms,
          last_updated_timestamp: (model) => model.updated_ms,
        },
        pairs: { tag: (model) => [...registry.modelTags(model.name), NO_PROMPT] },
        numeric: ['creation_timestamp', 'timestamp', 'last_updated_timestamp'],
        defaultOrder: ['name ASC'],
      };
      const { items, token } = paged(matching(registry.models(), form.filter, form.order_by, searched), form);
      return { registered_models: items.map(registeredOf), ...token };
    },
    'registered-models/get-latest-versions': ({ name, stages }: Form<'latestVersions'>) => {
      const wanted = new Set(stages.map(canonicalStage));
      const latest = registry
        .latest(name)
        .filter(({ stage }) => wanted.size === 0 || wanted.has(canonicalStage(stage)));
      return { model_versions: latest.map(versionOf) };
    },
    'registered-models/alias': ({ name, alias }: Form<'aliasName'>) => ({
      model_version: versionOf(registry.byAlias(name, alias)),
    }),
    'model-versions/get': ({ name, version }: Form<'versionOf'>) => ({
      model_version: versionOf(registry.version(name, versionNumber(version))),
    }),
    'model-versions/get-download-uri': ({ name, version }: Form<'versionOf'>) => ({
      artifact_uri: downloadOf(registry.version(name, versionNumber(version))),
    }),
    'model-versions/search': (form: Form<'searchVersions'>) => {
      const searched: Searched<ModelVersion> = {
        attributes: {
          name: (version) => version.name,
          version: (version) => version.version,
          version_number: (version) => version.version,
          run_id: (version) => version.run_id ?? '',
          source_path: (version) => version.source,
          creation_timestamp: (version) => version.created_ms,
          last_updated_timestamp: (version) => version.updated_ms,
        },
        pairs: { tag: (version) => [...registry.versionTags(version.name, version.version), NO_PROMPT] },
        numeric: ['version', 'version_number', 'creation_timestamp', 'last_updated_timestamp'],
        defaultOrder: ['last_updated_timestamp DESC', 'name ASC', 'version_number DESC'],
        lastOrder: ['name ASC', 'version_number DESC'],
      };
      const found = matching((equal) => registry.versions(equal.get('name')), form.filter, form.order_by, searched);
      const { items, token } = paged(found, form);
      return { model_versions: items.map(versionOf), ...token };
    },
    'webhooks/get': ({ webhook_id: id }: Form<'webhookId'>) => ({ webhook: webhookJson(webhooks.one(id)) }),
    'webhooks/list': ({ max_results: limit, page_token: token }: Form<'listWebhooks'>) => {
      const offset = offsetOf(token);
      const found = webhooks.page(offset, limit + 1);
      const next = found.length > limit ? { next_page_token: tokenAfter(offset + limit) } : {};
      return { webhooks: found.slice(0, limit).map(webhookJson), ...next };
    },
  } as const;
  return answers;
}

export type MlflowReads = ReturnType<typeof mlflowReads>;
export type ReadMethod = keyof MlflowReads;

/** @throws Refusal `INVALID_PARAMETER_VALUE` */
export function versionNumber(version: string): number {
  if (/^\d{1,15}$/.test(version)) return Number(version);
  throw invalid(`Parameter 'version' must be an integer, got '${version}'`);
}

const modelLocation = (experiment: string, modelId: string): string => `${experiment}/models/${modelId}/artifacts`;

function loggedJson(
  model: LoggedModel,
  location: string,
  { params, tags, metrics }: ReturnType<RegistryReads['loggedValues']>,
) {
  return {
    info: {
      model_id: model.model_id,
      experiment_id: String(model.experiment_id),
      name: model.name,
      creation_timestamp_ms: model.created_ms,
      last_updated_timestamp_ms: model.updated_ms,
      artifact_uri: modelLocation(location, model.model_id),
      status:
        (['LOGGED_MODEL_STATUS_UNSPECIFIED', 'LOGGED_MODEL_PENDING', 'LOGGED_MODEL_READY'] as const)[model.status] ??
        ('LOGGED_MODEL_UPLOAD_FAILED' as const),
      model_type: model.model_type ?? '',
      source_run_id: model.source_run_id ?? '',
      tags: pairs(tags),
    },
    data: { params: pairs(params), metrics: metrics.map((metric) => loggedMetricJson(model.model_id, metric)) },
  };
}

const loggedMetricJson = (modelId: string, metric: LoggedModelMetric) => ({
  key: metric.key,
  value: toWireNumber(metric.value ?? Number.NaN),
  timestamp: metric.logged_ms,
  step: metric.step,
  model_id: modelId,
  run_id: metric.run_id,
  ...(metric.dataset_name === '' ? {} : { dataset_name: metric.dataset_name, dataset_digest: metric.dataset_digest }),
});

/** Clients leave prompts out by this tag, which models don't have: where there is none, this one counts. */
const NO_PROMPT: Pair = ['mlflow.prompt.is_prompt', 'false'];

/** Fields of the order of logged models stand without what they belong to. */
const orderField = (field: string): string => (field === 'creation_time' ? 'creation_timestamp' : field);

function paged<T>(
  all: readonly T[],
  { max_results: limit, page_token: token }: { max_results: number; page_token: string },
) {
  const offset = offsetOf(token);
  const items = all.slice(offset, offset + limit);
  return { items, token: offset + limit < all.length ? { next_page_token: tokenAfter(offset + items.length) } : {} };
}

/** Of more points than are wanted, so many that lie evenly; the first and the last among them. */
function keepEvenly(index: number, count: number, wanted: number): boolean {
  if (count <= wanted || index === count - 1) return true;
  const every = (count - 1) / (wanted - 1);
  return Math.floor(index / every) !== Math.floor((index - 1) / every);
}

export { ARTIFACT_ROOT, lifecycle };
