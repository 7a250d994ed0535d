/** What can be changed of the registry of models. Only who makes or checks a change loads this. */
import * as z from 'zod';
import { RunId } from './entities';
import { Stage } from './registry';

/** Names stand in addresses (`models:/NAME/3`), in which these have a meaning of their own. */
const RESERVED = /[/:%"'@]/;
export const MAX_MODEL_NAME = 256;

/** MLflow's rule of names. */
export const ModelName = z
  .string()
  .min(1)
  .max(MAX_MODEL_NAME)
  .refine((name) => !RESERVED.test(name), {
    error: 'The name of a model has none of / : % " \' @: it stands in addresses such as models:/NAME/3.',
  });

/** `latest` and `v3` mean a version by themselves, as in MLflow. */
export const AliasName = z
  .string()
  .min(1)
  .max(MAX_MODEL_NAME)
  .regex(/^[\w-]+$/, { error: 'An alias has letters, digits, _ and - only.' })
  .refine((alias) => alias.toLowerCase() !== 'latest' && !/^v\d+$/i.test(alias), {
    error: '"latest" and names such as "v3" mean a version by themselves: choose another alias.',
  });

const Name = z.string().min(1);
const VersionOf = { name: Name, version: z.number().int().min(1) };
const Why = z.string().trim().min(1).max(2000).optional();
/** Whether it moves although the gate fails: on purpose, so that a reason alone passes nothing by. */
const Past = z.boolean().default(false);
const withReason = ({ past, why }: { readonly past: boolean; readonly why?: string | undefined }): boolean =>
  !past || why !== undefined;
const REASON = { error: 'Moving past a gate takes a reason, which is kept with the version.', path: ['why'] };
const MAX_DESCRIPTION = 100_000;

/** What can be changed of the registry. */
export const RegistryEdit = z.discriminatedUnion('op', [
  /** A file or folder among a run's artifacts as a new version; the model is made if there is none. */
  z.object({
    op: z.literal('register'),
    name: ModelName,
    runId: RunId,
    path: z.string().max(4096),
    description: z.string().max(MAX_DESCRIPTION).default(''),
  }),
  /** A file or folder of this machine that is no artifact: it is copied, then registered. */
  z.object({
    op: z.literal('registerFile'),
    name: ModelName,
    /** Absolute. */
    file: z.string().min(1).max(4096),
    /** The run that made it, where that is known. */
    runId: RunId.nullable().default(null),
    description: z.string().max(MAX_DESCRIPTION).default(''),
  }),
  z.object({ op: z.literal('alias'), ...VersionOf, alias: AliasName, past: Past, why: Why }).refine(withReason, REASON),
  z.object({ op: z.literal('removeAlias'), name: Name, alias: z.string(), why: Why }),
  z
    .object({
      op: z.literal('stage'),
      ...VersionOf,
      stage: Stage,
      archiveOthers: z.boolean().default(false),
      past: Past,
      why: Why,
    })
    .refine(withReason, REASON),
  /** Of the content that the version has now. */
  z.object({ op: z.literal('approve'), ...VersionOf, why: Why }),
  /** One's own. */
  z.object({ op: z.literal('withdrawApproval'), ...VersionOf, why: Why }),
  z.object({ op: z.literal('describe'), name: Name, description: z.string().max(MAX_DESCRIPTION) }),
  z.object({ op: z.literal('describeVersion'), ...VersionOf, description: z.string().max(MAX_DESCRIPTION) }),
  z.object({ op: z.literal('rename'), name: Name, newName: ModelName }),
  z.object({ op: z.literal('delete'), name: Name, why: Why }),
  z.object({ op: z.literal('restore'), name: Name }),
  z.object({ op: z.literal('deleteVersion'), ...VersionOf, why: Why }),
  /** With the aliases that it lost, unless another has them or they were taken away since. */
  z.object({ op: z.literal('restoreVersion'), ...VersionOf, withAliases: z.boolean().default(false) }),
  /** The same files as a version of another model. */
  z.object({ op: z.literal('copyVersion'), ...VersionOf, to: ModelName }),
]);
export type RegistryEdit = z.output<typeof RegistryEdit>;
/** As it is asked for. */
export type AskedEdit = z.input<typeof RegistryEdit>;
