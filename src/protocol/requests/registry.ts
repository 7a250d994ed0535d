/** The registry of models: what there is, what happened to it, and changing it. */
import * as z from 'zod';
import { ComparedRow } from '../compared';
import { ComparedFile, FilesSide, VersionKind } from '../comparedVersions';
import { WireNumber } from '../entities';
import {
  type FileOrigin,
  type GateJudgement,
  ModelVersionRow,
  RegisteredModelRow,
  RegistryEvent,
  UsedDataset,
  Verified,
  type VersionApproval,
} from '../registry';
import type { AskedEdit } from '../registryEdit';
import { nextPage, Page, read, write } from './define';
import { ModelPlace } from './models';

const MAX_DATASETS = 20;

const OneVersion = { name: z.string(), version: z.number().int().min(1) };

/** MLflow's language, and more: `protocol/filter/models.ts`. Words alone are looked for in the name. */
const Filter = z.string().max(100_000).default('');

const TwoVersions = z.array(z.object(OneVersion)).length(2);

export const registryRequests = {
  /** By name. */
  'registry/models': read(
    z.object({
      ...Page,
      /** A part of the name, in upper or lower case. */
      search: z.string().default(''),
      filter: Filter,
    }),
    z.object({ models: z.array(RegisteredModelRow), ...nextPage }),
  ),
  /** How much of it a filter chooses. */
  'registry/count': read(
    z.object({ filter: Filter }),
    z.object({ models: z.number().int(), versions: z.number().int() }),
  ),
  /** The newest first. One that says nothing of versions chooses all of them. */
  'registry/versions': read(
    z.object({ name: z.string(), filter: Filter, ...Page }),
    z.object({ versions: z.array(ModelVersionRow), ...nextPage }),
  ),
  /** One by its number or by an alias. */
  'registry/version': read(
    z.object({ name: z.string(), which: z.union([z.number().int(), z.string()]) }),
    z.object({
      model: RegisteredModelRow,
      version: ModelVersionRow,
      tags: z.array(z.object({ key: z.string(), value: z.string() })),
      /** Its files, where they are in this store. */
      place: ModelPlace.nullable(),
      /** What its run said that it was trained or tested with (MLflow's `log_input`), the first of them. */
      datasets: z.array(UsedDataset).max(MAX_DATASETS),
      /** Of the version and of what concerns its model as a whole; the newest first. */
      history: z.array(RegistryEvent).max(500),
      /** The newest first. */
      approvals: z.array(z.custom<VersionApproval>()),
    }),
  ),
  /**
   * The last values of what its run logged beside those of the champion and of the version before; what matters first.
   * What was measured of the machine is left out.
   */
  'registry/metrics': read(
    z.object({ ...OneVersion, search: z.string().max(1000).default(''), ...Page }),
    z.object({
      /** In the order of the values that follow on its own. */
      beside: z.array(z.object({ version: z.number().int(), as: z.enum(['champion', 'previous', 'both']) })),
      metrics: z.array(z.object({ key: z.string(), values: z.array(WireNumber.nullable()) })),
      /** Of all pages, as the search has them. */
      total: z.number().int(),
      ...nextPage,
    }),
  ),
  /** One level of its files: what is in a folder of them (`data/`, empty for the top), folders first. */
  'registry/files': read(
    z.object({ ...OneVersion, under: z.string().max(4096).default(''), ...Page }),
    z.object({
      files: z.array(z.object({ path: z.string(), isFolder: z.boolean(), sizeBytes: z.number() })),
      ...nextPage,
    }),
  ),
  /**
   * What the runs of two versions have of one kind, key by key. Metrics are the last values, what matters first; packages,
   * environment and data by their names, the rest of `ComparedKind` is no matter of versions.
   */
  'registry/compare': read(
    z.object({
      ...Page,
      versions: TwoVersions,
      what: VersionKind,
      onlyDifferences: z.boolean().default(false),
      search: z.string().max(1000).default(''),
    }),
    z.object({
      /** The run of each; null where it is not known, or not in the store any more. */
      runs: z.array(z.string().nullable()),
      rows: z.array(ComparedRow),
      ...nextPage,
    }),
  ),
  /** The files of two versions by their paths: those that were kept with the digest of each, others with their size alone. */
  'registry/compareFiles': read(
    z.object({ ...Page, versions: TwoVersions, onlyDifferences: z.boolean().default(false) }),
    z.object({
      sides: z.array(FilesSide),
      files: z.array(ComparedFile),
      /** Of all pages, and of what is the same, too. */
      counts: z.object({ same: z.number().int(), changed: z.number().int(), only: z.number().int() }),
      ...nextPage,
    }),
  ),
  /** Reads all files of a version, or of all versions of a model, and compares them with what was registered. */
  'registry/verify': read(
    z.object({ name: z.string(), which: z.union([z.number().int(), z.string()]).nullable() }),
    /** The newest first. */
    z.object({ versions: z.array(Verified) }),
  ),
  /** Which runs made a file, or what is in a folder, of this machine; the newest first. */
  'registry/originOf': read(
    z.object({ path: z.string().min(1).max(4096) }),
    z.object({ runs: z.array(z.custom<FileOrigin>()) }),
  ),
  /** What the gate of `loopwright.yaml` would say if the alias, or the stage, were moved to the version now. */
  'registry/judge': read(
    z.object({ name: z.string(), version: z.number().int(), kind: z.enum(['alias', 'stage']), to: z.string() }),
    /** null where there is no such gate. */
    z.object({ judgement: z.custom<GateJudgement | null>() }),
  ),
  /**
   * A model that a front end has made among the store's drafts, as a new version; the model is made if there is none. The
   * draft is needed as long as the version is pending.
   */
  'registry/take': write(
    z.object({
      name: z.string(),
      draft: z.string(),
      /** Of the version that it was made of. */
      runId: z.string().nullable(),
      description: z.string(),
      tags: z.record(z.string(), z.string()),
    }),
    z.object({ version: z.number().int() }),
  ),
  /** Each by itself: one that is refused leaves the others as they are. Their form is asked for where they are done. */
  'registry/edit': write(
    z.object({ edits: z.array(z.custom<AskedEdit>()).min(1).max(100) }),
    z.object({
      results: z.array(
        z.object({
          /** What was made or changed; null for a model as a whole. */
          version: z.number().int().nullable(),
          /** Why it was refused; a single edit that is refused is an error of the request. */
          problem: z.string().nullable(),
        }),
      ),
    }),
  ),
} as const;
