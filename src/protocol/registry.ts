/** The registry of models: registered models, their versions, and what happened to them. */
import * as z from 'zod';
import { Headline, RunId } from './entities';

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

export const Stage = z.enum(['None', 'Staging', 'Production', 'Archived']);
export type Stage = z.infer<typeof Stage>;

export const Alias = z.object({ alias: z.string(), version: z.number().int() });

export const RegisteredModelRow = z.object({
  name: z.string(),
  description: z.string(),
  createdMs: z.number(),
  updatedMs: z.number(),
  /** Of those that are not deleted. */
  versionCount: z.number().int(),
  latestVersion: z.number().int().nullable(),
  aliases: z.array(Alias),
});
export type RegisteredModelRow = z.infer<typeof RegisteredModelRow>;

export const ModelVersionRow = z.object({
  name: z.string(),
  version: z.number().int(),
  createdMs: z.number(),
  updatedMs: z.number(),
  user: z.string(),
  description: z.string(),
  stage: Stage,
  aliases: z.array(z.string()),
  /** Where its files are, as whoever registered it said. */
  source: z.string(),
  modelId: z.string().nullable(),
  /** The run that made it, where that is known; `name` is null for one that is not in the store any more. */
  run: z.object({ runId: z.string(), name: z.string().nullable() }).nullable(),
  /** The run's metric that a reader would look for first. */
  headline: Headline.nullable(),
});
export type ModelVersionRow = z.infer<typeof ModelVersionRow>;

/** What happened to a version, or to its model. */
export const RegistryEvent = z.object({
  atMs: z.number(),
  what: z.enum([
    'created',
    'described',
    'tagged',
    'renamed',
    'deleted',
    'restored',
    'versionCreated',
    'versionDeleted',
    'versionRestored',
    'aliasSet',
    'aliasRemoved',
    'stage',
  ]),
  version: z.number().int().nullable(),
  /** The alias, the stage, the former name, or the keys of the tags; empty for the others. */
  detail: z.string(),
  /** Who did it, where that was told. */
  by: z.string().nullable(),
  /** Why, in the words of who did it. */
  why: z.string().nullable(),
});
export type RegistryEvent = z.infer<typeof RegistryEvent>;

const Name = z.string().min(1);
const VersionOf = { name: Name, version: z.number().int().min(1) };
const Why = z.string().trim().min(1).max(2000).optional();
export const MAX_DESCRIPTION = 100_000;

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
  z.object({ op: z.literal('alias'), ...VersionOf, alias: AliasName, why: Why }),
  z.object({ op: z.literal('removeAlias'), name: Name, alias: z.string(), why: Why }),
  z.object({ op: z.literal('stage'), ...VersionOf, stage: Stage, archiveOthers: z.boolean().default(false), why: Why }),
  z.object({ op: z.literal('describe'), name: Name, description: z.string().max(MAX_DESCRIPTION) }),
  z.object({ op: z.literal('describeVersion'), ...VersionOf, description: z.string().max(MAX_DESCRIPTION) }),
  z.object({ op: z.literal('rename'), name: Name, newName: ModelName }),
  z.object({ op: z.literal('delete'), name: Name, why: Why }),
  z.object({ op: z.literal('restore'), name: Name }),
  z.object({ op: z.literal('deleteVersion'), ...VersionOf, why: Why }),
  z.object({ op: z.literal('restoreVersion'), ...VersionOf }),
  /** The same files as a version of another model. */
  z.object({ op: z.literal('copyVersion'), ...VersionOf, to: ModelName }),
]);
export type RegistryEdit = z.infer<typeof RegistryEdit>;
