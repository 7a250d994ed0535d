/** Runs, experiments, webhooks as MLflow's protocol writes them: its protobuf messages as JSON. Pure. */
import { toWireNumber } from '../../protocol/entities';
import type { ClientExperiment, ClientPoint, ClientRun, DatasetRow, Pair, RunValues, WebhookRow } from '../clients';

/** Artifacts go through this server: the client puts the address that it has in front of these. */
export const ARTIFACT_ROOT = 'mlflow-artifacts:';

export const experimentLocation = ({ experiment_id: id, artifact_location: own }: ClientExperiment): string =>
  own ?? `${ARTIFACT_ROOT}/${String(id)}`;

export const lifecycle = (deletedMs: number | null): 'active' | 'deleted' =>
  deletedMs === null ? 'active' : 'deleted';

export const pairs = (all: readonly Pair[]) => all.map(([key, value]) => ({ key, value }));

export function experimentJson(experiment: ClientExperiment, lastChangeMs: number, tags: readonly Pair[]) {
  return {
    experiment_id: String(experiment.experiment_id),
    name: experiment.name,
    artifact_location: experimentLocation(experiment),
    lifecycle_stage: lifecycle(experiment.deleted_ms),
    creation_time: experiment.created_ms,
    last_update_time: lastChangeMs,
    tags: pairs(tags),
  };
}

/** @param location of the run's experiment */
export function runInfoJson(run: ClientRun, location: string) {
  return {
    run_uuid: run.run_id,
    run_id: run.run_id,
    run_name: run.name,
    experiment_id: String(run.experiment_id),
    user_id: run.user,
    status: run.status,
    start_time: run.start_ms,
    ...(run.end_ms === null ? {} : { end_time: run.end_ms }),
    artifact_uri: `${location}/${run.run_id}/artifacts`,
    lifecycle_stage: lifecycle(run.deleted_ms),
  };
}

export const metricJson = ([key, value, timestamp, step]: ClientPoint) => ({
  key,
  value: toWireNumber(value ?? Number.NaN),
  timestamp,
  step,
});

export function runJson(run: ClientRun, location: string, values: RunValues) {
  const models = (direction: 'in' | 'out') => values.models.filter((model) => model.direction === direction);
  const tags = values.tags.some(([key]) => key === 'mlflow.runName')
    ? values.tags
    : [...values.tags, ['mlflow.runName', run.name] satisfies Pair];
  return {
    info: runInfoJson(run, location),
    data: { metrics: values.metrics.map(metricJson), params: pairs(values.params), tags: pairs(tags) },
    inputs: {
      dataset_inputs: values.datasets.map(datasetJson),
      model_inputs: models('in').map(({ model_id }) => ({ model_id })),
    },
    outputs: { model_outputs: models('out').map(({ model_id, step }) => ({ model_id, step })) },
  };
}

function datasetJson({ tags, ...dataset }: DatasetRow) {
  return {
    tags: Object.entries(JSON.parse(tags) as Record<string, string>).map(([key, value]) => ({ key, value })),
    dataset: {
      name: dataset.name,
      digest: dataset.digest,
      source_type: dataset.source_type,
      source: dataset.source,
      ...(dataset.schema === null ? {} : { schema: dataset.schema }),
      ...(dataset.profile === null ? {} : { profile: dataset.profile }),
    },
  };
}

export const webhookJson = (row: WebhookRow) => ({
  webhook_id: row.webhook_id,
  name: row.name,
  ...(row.description === '' ? {} : { description: row.description }),
  url: row.url,
  events: row.events.map((event) => {
    const [entity = '', action = ''] = event.toUpperCase().split('.');
    return { entity, action };
  }),
  status: row.status,
  creation_timestamp: row.created_ms,
  last_updated_timestamp: row.updated_ms,
});
