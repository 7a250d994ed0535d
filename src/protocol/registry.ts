/** The registry of models: registered models, their versions, and what happened to them. */
import * as z from 'zod';
import type { GateVerdict } from './config/gate';
import { Headline } from './entities';

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

/** MLflow's words: a version is pending until its files are kept, and failed where they could not be. */
export const VersionStatus = z.enum(['PENDING_REGISTRATION', 'READY', 'FAILED_REGISTRATION']);
export type VersionStatus = z.infer<typeof VersionStatus>;

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
  status: VersionStatus,
  /** Why its files could not be kept, or which of them were left out; empty where there is nothing to say. */
  statusMessage: z.string(),
  /** SHA-256 of the list of its files as they were kept; null for files that are not kept in this store. */
  digest: z.string().nullable(),
  /** The run that made it, where that is known; `name` is null for one that is not in the store any more. */
  run: z.object({ runId: z.string(), name: z.string().nullable() }).nullable(),
  /** The run's metric that a reader would look for first. */
  headline: Headline.nullable(),
});
export type ModelVersionRow = z.infer<typeof ModelVersionRow>;

/** What was found when the files of a version were compared with what was registered. */
export const Verified = z.object({
  name: z.string(),
  version: z.number().int(),
  /** `elsewhere`: there is nothing to compare, its files are not kept in this store. */
  state: z.enum(['whole', 'changed', 'elsewhere', 'pending', 'failed']),
  digest: z.string().nullable(),
  fileCount: z.number().int(),
  sizeBytes: z.number(),
  /** Each names a file, or says why there is nothing to compare; the first of them. */
  problems: z.array(z.string()),
});
export type Verified = z.infer<typeof Verified>;

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
    'approved',
    'approvalWithdrawn',
  ]),
  version: z.number().int().nullable(),
  /** The alias, the stage, the former name, the keys of the tags, or the digest that was approved; empty for the others. */
  detail: z.string(),
  /** Who did it, where that was told. */
  by: z.string().nullable(),
  /** Why, in the words of who did it. */
  why: z.string().nullable(),
  /** What the gate said when an alias or a stage moved; one that failed was passed by with the reason in `why`. */
  verdict: z.custom<GateVerdict | null>(),
});
export type RegistryEvent = z.infer<typeof RegistryEvent>;

/** A data set that a run named. */
export const UsedDataset = z.object({
  name: z.string(),
  digest: z.string(),
  /** `training`, `eval`, or what else was said of its use. */
  context: z.string().nullable(),
  /** Where it came from, in words for people: a path, an address, or what the client wrote. */
  source: z.string(),
});
export type UsedDataset = z.infer<typeof UsedDataset>;

export const MAX_DESCRIPTION = 100_000;

/** Who has said that a version may go where a gate asks for that. */
export interface VersionApproval {
  readonly by: string;
  readonly atMs: number;
  readonly why: string | null;
  /** Of the content that was approved; null where it was not known. */
  readonly digest: string | null;
  /** Whether the version still has that content. */
  readonly isCurrent: boolean;
}

/** What the gate of an alias or of a stage says to a version, now. */
export interface GateJudgement {
  /** What it asks, a line for each check; none while `loopwright.yaml` has an error. */
  readonly asks: readonly string[];
  /** The alias or stage whose version it compares with, and that version: it has it now, or had it last. */
  readonly against: string;
  readonly comparedWith: number | null;
  readonly verdict: GateVerdict;
}

/** A run that made a file: it was seen to write one with this content, or has it among its artifacts. */
export interface FileOrigin {
  readonly runId: string;
  readonly name: string;
  readonly path: string;
  readonly how: 'written' | 'artifact';
}
