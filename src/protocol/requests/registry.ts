/** The registry of models: what there is, what happened to it, and changing it. */
import * as z from 'zod';
import { ComparedRow } from '../compared';
import { ComparedFile, FilesSide, VersionKind } from '../comparedVersions';
import { WireNumber } from '../entities';
import {
  type GateJudgement,
  ModelVersionRow,
  RegisteredModelRow,
  RegistryEvent,
  Verified,
  type VersionApproval,
} from '../registry';
import type { AskedEdit } from '../registryEdit';
import { nextPage, Page, read, write } from './define';
import { ModelPlace } from './models';

const OneVersion = { name: z.string(), version: z.number().int().min(1) };

const TwoVersions = z.array(z.object(OneVersion)).length(2);

export const registryRequests = {
  /** By name. */
  'registry/models': read(
    z.object({
      ...Page,
      /** A part of the name, in upper or lower case. */
      search: z.string().default(''),
    }),
    z.object({ models: z.array(RegisteredModelRow), ...nextPage }),
  ),
  /** The newest first. */
  'registry/versions': read(
    z.object({ name: z.string(), ...Page }),
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
  /** What the gate of `loopwright.yaml` would say if the alias, or the stage, were moved to the version now. */
  'registry/judge': read(
    z.object({ name: z.string(), version: z.number().int(), kind: z.enum(['alias', 'stage']), to: z.string() }),
    /** null where there is no such gate. */
    z.object({ judgement: z.custom<GateJudgement | null>() }),
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
