/**
 * The form of `loopwright.yaml` as people write it (`docs/config.md`). Its descriptions are what hovers and completion show:
 * `media/loopwright.schema.json` is made of this. An `error` completes the sentence "`key` …".
 */
import * as z from 'zod';
import { goalOf } from '../goal';
import { DriftForm } from '../driftForm';
import { CONFIG_FILE } from './file';
import { snippet } from './snippet';

const metricName = () =>
  z.string({ error: 'is the name of a metric, as auc' }).min(1, { error: 'is the name of a metric, as auc' });
const bound = (description: string, example: number) =>
  z
    .number({ error: `is a number, as ${String(example)}` })
    .optional()
    .meta({ description });

const MetricBounds = z
  .strictObject(
    {
      min: bound('The least that passes; the bound itself does.', 0.9),
      max: bound('The most that passes; the bound itself does.', 0.3),
    },
    { error: 'has min, max or both, as {min: 0.9}' },
  )
  .superRefine(({ min, max }, context) => {
    if (min === undefined && max === undefined)
      context.addIssue({ code: 'custom', message: 'asks for nothing: give it min, max or both, as {min: 0.9}' });
    else if (min !== undefined && max !== undefined && min > max)
      context.addIssue({ code: 'custom', path: ['max'], message: 'is below min: nothing can pass' });
  })
  .meta({
    description: 'Bounds of this metric. A version without it, or with NaN, fails.',
    ...snippet('min', { min: '${1:0.9}' }),
  });

const BY = 'is a number or a share, as 0.005 or 1%';

const Comparison = z
  .strictObject(
    {
      alias: z
        .string({ error: 'is an alias or a stage, as champion' })
        .min(1, { error: 'is an alias or a stage, as champion' })
        .optional()
        .meta({
          description: 'Whose version it is compared with. Left out: the version that has the alias of this gate now.',
          suggest: 'alias',
        }),
      metric: metricName().meta({ description: 'The metric that both versions need.', suggest: 'metric' }),
      by: z
        .union([z.number(), z.string().regex(/^-?\d+(\.\d+)? ?%$/, { error: BY })], { error: BY })
        .optional()
        .meta({
          description:
            "How much better at least: `0.005`, or `1%` of the other's value. `0`: as good is enough. Negative: may be " +
            'worse by so much. Left out: better, however little.',
        }),
      direction: z.enum(['maximize', 'minimize'], { error: 'is maximize or minimize' }).optional().meta({
        description:
          "Whether more or less is better. Can be left out where the metric's name says it (`auc`, `log_loss`).",
      }),
    },
    { error: 'names a metric, as {metric: auc, by: 0.005}' },
  )
  .superRefine(({ metric, direction }, context) => {
    if (direction === undefined && goalOf(metric) === null)
      context.addIssue({
        code: 'custom',
        path: ['metric'],
        message: 'does not say by its name whether more is better: add direction: maximize, or minimize',
      });
  });

const COMPARISONS = 'is a comparison or a list of them, as {metric: auc, by: 0.005}';
const TAGS = 'is a list of tags, each a name or a name with its value, as [owner, validation: passed]';
const tagName = z.string().min(1, { error: 'is the name of a tag' });

export const FileGate = z
  .strictObject(
    {
      metrics: z
        .record(z.string(), MetricBounds, { error: 'is a map from metrics to their bounds, as {auc: {min: 0.9}}' })
        .optional()
        .meta({
          description: 'Bounds of metrics, as `auc: {min: 0.9}`.',
          suggest: 'metric',
          ...snippet('metrics', { '${1:auc}': { min: '${2:0.9}' } }),
        }),
      better_than: z
        .union([Comparison, z.array(Comparison).min(1, { error: 'is empty: name a metric, or leave it out' })], {
          error: COMPARISONS,
        })
        .optional()
        .meta({
          description:
            'How the version has to compare with the one that has an alias now: one comparison, or a list. Where nobody has ' +
            'the alias yet there is nothing to be better than.',
          ...snippet('better_than', { metric: '${1:auc}', by: '${2:0.005}' }),
        }),
      tags: z
        .array(
          z.union(
            [
              tagName,
              z.record(tagName, z.string({ error: 'is text: put it in quotes, as "1.0"' }), {
                error: 'is a name or name: value',
              }),
            ],
            { error: 'is a name or a name with its value, as validation: passed' },
          ),
          { error: TAGS },
        )
        .optional()
        .meta({
          description: 'Tags that the version needs: a name, or a name with its value (`validation: passed`).',
          suggest: 'tag',
        }),
      signature: z.enum(['unchanged', 'any'], { error: 'is unchanged or any' }).optional().meta({
        description:
          '`unchanged`: inputs, outputs and parameters are those of the version it replaces. `any` (also if left out): not asked.',
      }),
      approval: z.enum(['required', 'none'], { error: 'is required or none' }).optional().meta({
        description: '`required`: a person has to approve this very content. `none` (also if left out): not asked.',
      }),
      approvers: z
        .array(z.string({ error: 'is a name' }).min(1, { error: 'is a name' }), {
          error: 'is a list of names, as [anna, ben]',
        })
        .min(1, { error: 'is empty: nobody could approve' })
        .optional()
        .meta({ description: 'Who may approve; everybody if left out. Nothing proves the names.' }),
    },
    { error: 'is a map of what is asked, as signature: unchanged' },
  )
  .superRefine(({ approval, approvers, better_than: comparisons }, context) => {
    if (approvers !== undefined && approval !== 'required')
      context.addIssue({ code: 'custom', path: ['approvers'], message: 'has no effect without approval: required' });
    const all = Array.isArray(comparisons) ? comparisons : [];
    const other = all.findIndex(({ alias }) => alias !== all[0]?.alias);
    if (other > 0)
      context.addIssue({
        code: 'custom',
        path: ['better_than', other],
        message: 'compares with another alias than the first: one gate compares with one version',
      });
  })
  .meta({
    description: 'What has to hold before this alias, or stage, is moved to a version.',
    ...snippet('gate', { metrics: { '${1:auc}': { min: '${2:0.9}' } } }),
  });
export type FileGate = z.output<typeof FileGate>;

const MODELS = 'is a map from models to the gates of their aliases';

const ModelGates = z
  .record(z.string(), FileGate, { error: 'is a map from aliases to gates, as champion: {signature: unchanged}' })
  .meta({
    description:
      'The gates of this registered model, by alias or stage. `"*"` stands for every model that says nothing itself.',
    suggest: 'alias',
    ...snippet('gates of a model', { '${1:champion}': { metrics: { '${2:auc}': { min: '${3:0.9}' } } } }),
  });

const later = (what: string) =>
  z
    .unknown()
    .meta({ description: `${what}. Kept for later: not used yet.` })
    .optional();
export const ConfigForm = z
  .strictObject(
    {
      version: z.literal(1, { error: 'is 1' }).meta({ description: 'The version of this form: 1.' }),
      gates: z
        .record(z.string(), ModelGates, { error: MODELS })
        .optional()
        .meta({
          description: 'What has to be true of a model version before an alias or a stage is moved to it.',
          suggest: 'model',
          ...snippet('gates', {
            '${1:model}': { '${2:champion}': { metrics: { '${3:auc}': { min: '${4:0.9}' } }, signature: 'unchanged' } },
          }),
        }),
      drift: DriftForm.optional(),
      endpoints: later('Models that are served'),
      monitors: later('What is watched for drift'),
      triggers: later('What makes a pipeline run again'),
      views: later('Views of runs that a team shares'),
    },
    { error: 'is a map that begins with version: 1' },
  )
  .meta({
    title: CONFIG_FILE,
    description: 'What a team agrees on about its models.',
    // Keys for the user's own anchors: taken out before the form is looked at.
    patternProperties: { '^x-': {} },
  });
export type ConfigForm = z.output<typeof ConfigForm>;
