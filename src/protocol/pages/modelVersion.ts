/** What the page of a model version and the extension say to each other. */
import * as z from 'zod';
import { LineageFile } from '../capture';
import { CodeSummary } from '../codeWords';
import { Provenance, RunRow } from '../entities';
import { ModelInspection } from '../inspection';
import { ModelCard } from '../modelCard';
import { MAX_DESCRIPTION } from '../registry';
import { registryRequests } from '../requests/registry';
import { SavedPicture } from './charts';

/** Rows in one answer. */
export const VERSION_ROWS = 100;
/** Of the data that its run read. */
export const INPUTS_SHOWN = 5;

/** What VS Code keeps of a page, as far as the extension must know it; the rest is the page's. */
export const ModelVersionState = z.object({
  name: z.string(),
  version: z.number().int(),
  /** The folder of its store, where the page was opened from. */
  store: z.string().optional(),
});
export type ModelVersionState = z.infer<typeof ModelVersionState>;

/** The run that made it, what that read and which code it was. */
export const VersionOrigin = z.object({
  run: RunRow,
  provenance: Provenance,
  inputs: z.array(LineageFile),
  /** Of which `inputs` are the first. */
  inputCount: z.number(),
  /** Null as long as it is not known. */
  code: CodeSummary.nullable(),
});
export type VersionOrigin = z.infer<typeof VersionOrigin>;

export const ModelVersionModel = registryRequests['registry/version'].result.extend({
  /** Null where no run is known, or where it is not in the store any more. */
  origin: VersionOrigin.nullable(),
  /** Whether the actions that change something are offered. */
  canAct: z.boolean(),
});
export type ModelVersionModel = z.infer<typeof ModelVersionModel>;

const metrics = registryRequests['registry/metrics'];
const files = registryRequests['registry/files'];
export type VersionMetrics = z.infer<typeof metrics.result>;
export type VersionMetric = VersionMetrics['metrics'][number];
export type VersionFile = z.infer<typeof files.result>['files'][number];
export const MAX_DESCRIPTION_CHARS = MAX_DESCRIPTION;

const More = z.object({ pageToken: z.string().optional() });
const OneFile = z.object({ path: z.string() });

export const modelVersionRequests = {
  load: { params: z.object({}), result: ModelVersionModel },
  metrics: { params: More.extend({ search: z.string() }), result: metrics.result },
  files: { params: More.extend({ under: z.string() }), result: files.result },
  /** Null where its files are not in this store. */
  card: { params: z.object({}), result: z.object({ card: ModelCard.nullable() }) },
  /** What is in a file of the version; empty for the version itself. Nothing of it is loaded or run. */
  inspect: { params: OneFile, result: ModelInspection },
  /** Answered when it is kept. */
  describe: { params: z.object({ description: z.string().max(MAX_DESCRIPTION) }), result: z.object({}) },
} as const;

export const modelVersionCommands = {
  openRun: z.object({}),
  openVersion: z.object({ version: z.number().int() }),
  /** A file that its run read, as it is now. */
  openInput: OneFile,
  openSource: z.object({}),
  /** What the run's code differs in from its commit. */
  compareCode: z.object({}),
  openFile: OneFile,
  saveFile: OneFile,
  revealFile: OneFile,
  copyFilePath: OneFile,
  promote: z.object({}),
  setAlias: z.object({}),
  /** With another version, which the user is asked for. */
  compare: z.object({}),
  approve: z.object({}),
  convert: z.object({}),
  removeAlias: z.object({}),
  setStage: z.object({}),
  copyUri: z.object({}),
  delete: z.object({}),
  /** A link in its description: `http` and `https` alone are opened. */
  openLink: z.object({ url: z.string() }),
  copy: z.object({ text: z.string() }),
  savePicture: SavedPicture,
  showLog: z.object({}),
} as const;
