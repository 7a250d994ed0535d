/** MLflow's own forms, as far as they are read here: `mlflow/protos/service.proto` and `model_registry.proto`. */
import * as z from 'zod';
import { type RunStatus } from '../../protocol/entities';

/** An int64 is a text in some of its JSON and a number in other. */
const Long = z.union([z.number(), z.string()]).transform(Number).pipe(z.number());
const Time = Long.nullish().transform((time) => (time === undefined || time === null ? null : Math.trunc(time)));
/** NaN and the infinities are texts. */
const Double = z.union([z.number(), z.string()]).transform(Number);
const Text = z
  .string()
  .nullish()
  .transform((text) => text ?? '');
const Pairs = z
  .array(z.object({ key: z.string(), value: Text }))
  .nullish()
  .transform((pairs) => Object.fromEntries((pairs ?? []).map(({ key, value }) => [key, value])));
const list = <T extends z.ZodType>(of: T) =>
  z
    .array(of)
    .nullish()
    .transform((all) => all ?? []);
const isDeleted = z
  .string()
  .nullish()
  .transform((stage) => stage === 'deleted');
const nextPage = { next_page_token: Text.transform((token) => (token === '' ? null : token)) };

const Status = z
  .string()
  .nullish()
  .transform((status): RunStatus => {
    const known: readonly RunStatus[] = ['RUNNING', 'SCHEDULED', 'FINISHED', 'FAILED', 'KILLED'];
    return known.find((one) => one === status) ?? 'RUNNING';
  });

/** What is answered does not matter. */
export const Nothing = z.unknown();

export const WireMetric = z.object({
  key: z.string(),
  value: Double,
  timestamp: Long.default(0),
  step: Long.nullish().transform((step) => step ?? 0),
});

export type WireMetric = z.output<typeof WireMetric>;

export const WireExperiment = z.object({
  experiment_id: z.coerce.string(),
  name: z.string(),
  lifecycle_stage: isDeleted,
  creation_time: Time,
  last_update_time: Time,
  tags: Pairs,
});
export type WireExperiment = z.output<typeof WireExperiment>;

const WireDataset = z.object({
  tags: Pairs,
  dataset: z.object({
    name: Text,
    digest: Text,
    source_type: Text,
    source: Text,
    schema: z.string().nullish(),
    profile: z.string().nullish(),
  }),
});

export const WireRun = z.object({
  info: z.object({
    run_id: z.string(),
    run_name: Text,
    experiment_id: z.coerce.string(),
    user_id: Text,
    status: Status,
    start_time: Time,
    end_time: Time,
    artifact_uri: Text,
    lifecycle_stage: isDeleted,
  }),
  data: z
    .object({ metrics: list(WireMetric), params: Pairs, tags: Pairs })
    .nullish()
    .transform((data) => data ?? { metrics: [], params: {}, tags: {} }),
  inputs: z
    .object({ dataset_inputs: list(WireDataset), model_inputs: list(z.object({ model_id: z.string() })) })
    .nullish()
    .transform((inputs) => inputs ?? { dataset_inputs: [], model_inputs: [] }),
  outputs: z
    .object({
      model_outputs: list(z.object({ model_id: z.string(), step: Long.nullish().transform((step) => step ?? 0) })),
    })
    .nullish()
    .transform((outputs) => outputs ?? { model_outputs: [] }),
});
export type WireRun = z.output<typeof WireRun>;

export const ExperimentPage = z.object({ experiments: list(WireExperiment), ...nextPage });
export const RunPage = z.object({ runs: list(WireRun), ...nextPage });
export const OneRun = z.object({ run: WireRun });
export const History = z.object({ metrics: list(WireMetric), ...nextPage });

export const ArtifactList = z.object({
  files: list(
    z.object({
      path: z.string(),
      is_dir: z
        .boolean()
        .nullish()
        .transform((is) => is === true),
      file_size: Long.nullish().transform((size) => size ?? 0),
    }),
  ),
  ...nextPage,
});

const WireModel = z.object({
  info: z.object({
    model_id: z.string(),
    experiment_id: z.coerce.string(),
    name: Text,
    model_type: z
      .string()
      .nullish()
      .transform((type) => (type === undefined || type === '' ? null : type)),
    source_run_id: z
      .string()
      .nullish()
      .transform((id) => (id === undefined || id === '' ? null : id)),
    status: z.union([z.string(), z.number()]).nullish(),
    status_message: z
      .string()
      .nullish()
      .transform((text) => text ?? null),
    creation_timestamp_ms: Time,
    last_updated_timestamp_ms: Time,
    artifact_uri: Text,
    tags: Pairs,
  }),
  data: z
    .object({
      params: Pairs,
      metrics: list(WireMetric.extend({ run_id: Text, dataset_name: Text, dataset_digest: Text })),
    })
    .nullish()
    .transform((data) => data ?? { params: {}, metrics: [] }),
});
export type WireModel = z.output<typeof WireModel>;
export const ModelPage = z.object({ models: list(WireModel), ...nextPage });

const Alias = z.object({ alias: z.string(), version: Long });
const WireRegistered = z.object({
  name: z.string(),
  creation_timestamp: Time,
  last_updated_timestamp: Time,
  description: Text,
  tags: Pairs,
  aliases: list(Alias),
});
export type WireRegistered = z.output<typeof WireRegistered>;
export const RegisteredPage = z.object({ registered_models: list(WireRegistered), ...nextPage });

const WireVersion = z.object({
  version: Long,
  creation_timestamp: Time,
  last_updated_timestamp: Time,
  description: Text,
  user_id: Text,
  current_stage: Text,
  source: Text,
  run_id: Text,
  run_link: Text,
  tags: Pairs,
});
export type WireVersion = z.output<typeof WireVersion>;
export const VersionPage = z.object({ model_versions: list(WireVersion), ...nextPage });
