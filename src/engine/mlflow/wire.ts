/** The requests of MLflow's protocol, checked. What a field may hold is what MLflow's own server lets through. */
import * as z from 'zod';
import { RunStatus, type WireNumber } from '../../protocol/entities';
import { webhookForms } from './webhookForms';

/** 64 bit integers come as numbers and as text. What is beyond 2^53 is kept as the nearest that is not. */
const Integer = z
  .union([
    z.number(),
    z
      .string()
      .regex(/^-?\d{1,19}$/)
      .transform(Number),
  ])
  .refine((value) => Number.isInteger(value) && Math.abs(value) <= 2 ** 63, { message: 'it is no integer of 64 bits' })
  .transform((value) => Math.min(Math.max(value, Number.MIN_SAFE_INTEGER), Number.MAX_SAFE_INTEGER));
const Text = z.string();
const Optional = Text.default('');
/** Protobuf's JSON leaves empty lists out. */
const listOf = <T extends z.ZodType>(item: T) => z.array(item).default([]);
/** Fields that are lists though a query has but one of them. */
export const LIST_FIELDS: ReadonlySet<string> = new Set(['order_by', 'run_ids', 'experiment_ids', 'stages']);
/** MLflow's numbers of them; its clients send names. */
const Status = z.preprocess(
  (value) => ([undefined, 'RUNNING', 'SCHEDULED', 'FINISHED', 'FAILED', 'KILLED'] as const)[value as number] ?? value,
  RunStatus,
);
const Flag = z.union([z.boolean(), z.enum(['true', 'false']).transform((value) => value === 'true')]);

export const MAX_KEY = 250;
const MAX_PARAM = 6000;
const MAX_TAG = 8000;
const MAX_BATCH_METRICS = 1000;
const MAX_BATCH_OTHERS = 100;
const MAX_BATCH = 1000;
const MAX_RUNS = 50_000;
const MAX_EXPERIMENTS = 50_000;

/** Names that could be paths are none that leave where they are put: MLflow's own rule. */
const isName = (name: string): boolean => /^[/\w.\- :]*$/u.test(name) || /^[\p{L}\p{N}\p{M}/_.\- :]*$/u.test(name);
const isUniquePath = (name: string): boolean =>
  !name.startsWith('/') && !name.split('/').some((part) => part === '' || part === '.' || part === '..');

const Key = (what: string) =>
  Text.superRefine((key, context) => {
    const refuse = (message: string) => context.addIssue({ code: 'custom', message });
    if (key === '') refuse(`${what} name cannot be empty`);
    else if (key.length > MAX_KEY)
      refuse(
        `${what} name '${key.slice(0, MAX_KEY)}' had length ${String(key.length)}, which exceeded length limit of ${String(MAX_KEY)}`,
      );
    else if (!isName(key))
      refuse(
        `Invalid ${what.toLowerCase()} name: '${key}'. Names may only contain alphanumerics, underscores (_), dashes (-), periods (.), spaces ( ), colon(:) and slashes (/).`,
      );
    else if (!isUniquePath(key))
      refuse(
        `Invalid ${what.toLowerCase()} name: '${key}'. Names may be treated as files in certain cases, and must not resolve to other names when treated as such.`,
      );
  });

const atMost = (what: string, limit: number) =>
  Text.superRefine((value, context) => {
    if (value.length > limit)
      context.addIssue({
        code: 'custom',
        message: `${what} had length ${String(value.length)}, which exceeded length limit of ${String(limit)}`,
      });
  });

/** MLflow's server cuts longer ones, too, where nobody has told it otherwise. */
const cutTo = (limit: number) => Optional.transform((value) => value.slice(0, limit));

const RunIdOf = { run_id: Optional, run_uuid: Optional };
/** Old clients say `run_uuid`; newer ones both. */
const oneRun = <T extends { run_id: string; run_uuid: string }>({ run_uuid: uuid, ...rest }: T) => ({
  ...rest,
  run_id: rest.run_id === '' ? uuid : rest.run_id,
});
const hasRun = ({ run_id: id, run_uuid: uuid }: { run_id: string; run_uuid: string }) => id !== '' || uuid !== '';
const ofRun = <S extends z.ZodRawShape>(shape: S) =>
  z
    .object({ ...RunIdOf, ...shape })
    .refine(hasRun as (value: unknown) => boolean, { path: ['run_id'], message: 'missing' })
    .transform((value) => oneRun(value as typeof value & { run_id: string; run_uuid: string }));

const Metric = z.object({
  key: Key('Metric'),
  value: z.union([z.number(), Text]).transform((value, context): WireNumber => {
    if (typeof value === 'number') return value;
    if (value === 'NaN' || value === 'Infinity' || value === '-Infinity') return value;
    const number = /^\s*$/.test(value) ? Number.NaN : Number(value);
    if (!Number.isNaN(number)) return number;
    context.addIssue({
      code: 'custom',
      message: `Got invalid value ${JSON.stringify(value)} for metric (timestamp and value must be numbers)`,
    });
    return z.NEVER;
  }),
  timestamp: Integer,
  step: Integer.default(0),
  model_id: Text.optional(),
  dataset_name: Text.optional(),
  dataset_digest: Text.optional(),
});
export type Metric = z.infer<typeof Metric>;

const Param = z.object({ key: Key('Param'), value: cutTo(MAX_PARAM) });
const Tag = z.object({ key: Key('Tag'), value: cutTo(MAX_TAG) });
const AnyTag = z.object({ key: Key('Tag'), value: Optional });
const View = z.enum(['ACTIVE_ONLY', 'DELETED_ONLY', 'ALL']).default('ACTIVE_ONLY');
const page = (limit: number, otherwise: number) => ({
  max_results: Integer.default(otherwise).refine((value) => value >= 1 && value <= limit, {
    error: ({ input }) =>
      `Invalid value ${String(input)} for parameter 'max_results' supplied: max_results must be between 1 and ${String(limit)}`,
  }),
  page_token: Optional,
});
const Name = Text.min(1);
const ExperimentName = atMost('Experiment name', 500).refine((name) => name.trim() !== '', {
  message: `Invalid experiment name: it must be a non-empty string`,
});

export const forms = {
  createExperiment: z.object({ name: ExperimentName, artifact_location: Optional, tags: listOf(AnyTag) }),
  experimentId: z.object({ experiment_id: Text }),
  experimentName: z.object({ experiment_name: Text }),
  updateExperiment: z.object({ experiment_id: Text, new_name: ExperimentName }),
  searchExperiments: z.object({
    view_type: View,
    filter: Optional,
    order_by: listOf(Text),
    ...page(MAX_EXPERIMENTS, 1000),
  }),
  experimentTag: z.object({ experiment_id: Text, key: Key('Tag'), value: atMost('Tag value', 5000).default('') }),
  experimentTagKey: z.object({ experiment_id: Text, key: Text }),

  createRun: z.object({
    experiment_id: Text.default('0'),
    user_id: Optional,
    run_name: Optional,
    start_time: Integer.optional(),
    tags: listOf(Tag),
  }),
  runId: ofRun({}),
  updateRun: ofRun({ status: Status.optional(), end_time: Integer.optional(), run_name: Text.optional() }),
  searchRuns: z.object({
    experiment_ids: listOf(Text),
    filter: Optional,
    run_view_type: View,
    order_by: listOf(Text),
    ...page(MAX_RUNS, 1000),
  }),
  logMetric: ofRun(Metric.shape),
  logParam: ofRun(Param.shape),
  setTag: ofRun(Tag.shape),
  deleteTag: ofRun({ key: Text }),
  logBatch: ofRun({ metrics: listOf(Metric), params: listOf(Param), tags: listOf(Tag) }).superRefine(
    ({ metrics, params, tags }, context) => {
      const refuse = (message: string) => context.addIssue({ code: 'custom', message });
      const counts = `Got ${String(metrics.length)} metrics, ${String(params.length)} params and ${String(tags.length)} tags`;
      if (metrics.length > MAX_BATCH_METRICS)
        refuse(`A batch logging request can contain at most ${String(MAX_BATCH_METRICS)} metrics. ${counts}.`);
      else if (params.length > MAX_BATCH_OTHERS)
        refuse(`A batch logging request can contain at most ${String(MAX_BATCH_OTHERS)} params. ${counts}.`);
      else if (tags.length > MAX_BATCH_OTHERS)
        refuse(`A batch logging request can contain at most ${String(MAX_BATCH_OTHERS)} tags. ${counts}.`);
      else if (metrics.length + params.length + tags.length > MAX_BATCH)
        refuse(`A batch logging request can contain at most ${String(MAX_BATCH)} params, metrics and tags. ${counts}.`);
    },
  ),
  logInputs: ofRun({
    datasets: listOf(
      z.object({
        tags: listOf(Tag),
        dataset: z.object({
          name: atMost('Dataset name', 500).min(1),
          digest: atMost('Dataset digest', 36).min(1),
          source_type: Text,
          source: atMost('Dataset source', 65_535),
          schema: atMost('Dataset schema', 1_048_575).nullish(),
          profile: atMost('Dataset profile', 16_777_215).nullish(),
        }),
      }),
    ),
    models: listOf(z.object({ model_id: Text })),
  }),
  logOutputs: ofRun({ models: listOf(z.object({ model_id: Text, step: Integer.default(0) })) }),
  logModelJson: ofRun({ model_json: Text }),
  listArtifacts: ofRun({ path: Optional, page_token: Optional }),
  history: ofRun({ metric_key: Text, max_results: Integer.optional(), page_token: Optional }),
  historyOfRuns: z.object({
    run_ids: listOf(Text),
    metric_key: Text,
    start_step: Integer.optional(),
    end_step: Integer.optional(),
    max_results: Integer.default(2500).refine((value) => value >= 1 && value <= 2500, {
      message: 'max_results must be between 1 and 2500',
    }),
  }),
  searchDatasets: z.object({ experiment_ids: listOf(Text) }),

  createModel: z.object({
    experiment_id: Text,
    name: Optional,
    model_type: Optional,
    source_run_id: Optional,
    params: listOf(z.object({ key: Text, value: Optional })),
    tags: listOf(AnyTag),
  }),
  finalizeModel: z.object({
    model_id: Text,
    status: z
      .union([
        z.enum(['LOGGED_MODEL_PENDING', 'LOGGED_MODEL_READY', 'LOGGED_MODEL_UPLOAD_FAILED']),
        z
          .union([z.literal(1), z.literal(2), z.literal(3)])
          .transform(
            (status) =>
              (['LOGGED_MODEL_PENDING', 'LOGGED_MODEL_READY', 'LOGGED_MODEL_UPLOAD_FAILED'] as const)[status - 1] ??
              'LOGGED_MODEL_PENDING',
          ),
      ])
      .default('LOGGED_MODEL_PENDING'),
  }),
  modelId: z.object({ model_id: Text }),
  modelParams: z.object({ model_id: Text, params: listOf(z.object({ key: Text, value: Optional })) }),
  modelTags: z.object({ model_id: Text, tags: listOf(AnyTag) }),
  modelTagKey: z.object({ model_id: Text, tag_key: Text }),
  modelDirectory: z.object({ model_id: Text, artifact_directory_path: Optional }),
  searchModels: z.object({
    experiment_ids: listOf(Text),
    filter: Optional,
    datasets: listOf(z.object({ dataset_name: Text.min(1), dataset_digest: Optional })),
    max_results: Integer.default(50),
    order_by: listOf(
      z.object({
        field_name: Text,
        ascending: Flag.default(true),
        dataset_name: Optional,
        dataset_digest: Optional,
      }),
    ),
    page_token: Optional,
  }),

  createRegistered: z.object({ name: Name, description: Optional, tags: listOf(AnyTag), deployment_job_id: Optional }),
  registeredName: z.object({ name: Name }),
  renameRegistered: z.object({ name: Name, new_name: Name }),
  updateRegistered: z.object({ name: Name, description: Optional }),
  registeredTag: z.object({ name: Name, key: Key('Tag'), value: atMost('Tag value', 100_000).default('') }),
  registeredTagKey: z.object({ name: Name, key: Name }),
  setAlias: z.object({ name: Name, alias: Name, version: Name }),
  aliasName: z.object({ name: Name, alias: Name }),
  latestVersions: z.object({ name: Name, stages: listOf(Text) }),
  searchRegistered: z.object({ filter: Optional, order_by: listOf(Text), ...page(1000, 100) }),
  createVersion: z.object({
    name: Name,
    source: Text.min(1),
    run_id: Optional,
    run_link: Optional,
    description: Optional,
    model_id: Optional,
    tags: listOf(AnyTag),
  }),
  versionOf: z.object({ name: Name, version: Name }),
  updateVersion: z.object({ name: Name, version: Name, description: Optional }),
  versionTag: z.object({ name: Name, version: Name, key: Key('Tag'), value: atMost('Tag value', 100_000).default('') }),
  versionTagKey: z.object({ name: Name, version: Name, key: Name }),
  transition: z.object({
    name: Name,
    version: Name,
    stage: Text,
    archive_existing_versions: Flag.default(false),
  }),
  searchVersions: z.object({ filter: Optional, order_by: listOf(Text), ...page(200_000, 10_000) }),

  ...webhookForms,
} as const;
export type FormName = keyof typeof forms;
export type Form<F extends FormName> = z.infer<(typeof forms)[F]>;
