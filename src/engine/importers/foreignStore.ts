/**
 * What an importer reads from: the runs, models and files of another tool, told one by one so that a store of any size
 * goes through. A further source is one more file that opens such a store, and a line in `formats.ts`.
 */
import type { RunStatus } from '../../protocol/entities';
import type { ImportFormat } from '../../protocol/imports';
import type { DatasetRecord } from '../../protocol/records';
import type {
  ImportedExperiment,
  ImportedModel,
  ImportedModelMetric,
  ImportedRegistered,
  ImportedVersion,
  Texts,
} from '../clients';

/** One after the other: at once, or as they come from elsewhere. */
export type Told<T> = Iterable<T> | AsyncIterable<T>;

/** Of a name unlike that of every other experiment of the store. */
export type ForeignExperiment = ImportedExperiment;

export type ForeignPoint = readonly [key: string, value: number, timestampMs: number, step: number];

export interface ForeignRun {
  readonly id: string;
  readonly experimentId: string;
  readonly name: string;
  readonly user: string;
  readonly status: RunStatus;
  readonly startMs: number;
  readonly endMs: number | null;
  readonly isDeleted: boolean;
  readonly params: Texts;
  readonly tags: Texts;
  readonly datasets: readonly DatasetRecord[];
  /** Logged models that it read and made, by id. */
  readonly modelsIn: readonly string[];
  readonly modelsOut: readonly { readonly id: string; readonly step: number }[];
  readonly artifacts: ForeignArtifacts;
  /** The last point of each metric, where the points themselves take long to get. */
  readonly lastPoints?: readonly ForeignPoint[];
  /** All points, in pieces; those of one metric in their order. It can be asked for more than once. */
  points(): Told<readonly ForeignPoint[]>;
}

export type ForeignModelMetric = Omit<ImportedModelMetric, 'value'> & { readonly value: number };

/** As it is imported, but by the id of its experiment; `status` is MLflow's number. */
export type ForeignLoggedModel = Omit<ImportedModel, 'experiment' | 'metrics'> & {
  readonly experimentId: string;
  readonly metrics: readonly ForeignModelMetric[];
  readonly artifacts: ForeignArtifacts;
};

export type ForeignModelVersion = ImportedVersion;
export type ForeignRegisteredModel = ImportedRegistered;

export interface ForeignFile {
  /** With `/` between the parts. */
  readonly path: string;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
  /** Writes the whole content into a file that is not there yet. */
  copyTo(target: string): Promise<void>;
}

export type ForeignArtifacts =
  | { readonly kind: 'files'; files(): Told<ForeignFile> }
  /** They can't be had from here; `where` says where they are. */
  | { readonly kind: 'elsewhere'; readonly where: string };

export interface ForeignStore {
  readonly format: ImportFormat;
  /** The file or folder that is read. */
  readonly path: string;
  countRuns(): Promise<number>;
  experiments(): Told<ForeignExperiment>;
  runs(): Told<ForeignRun>;
  loggedModels(): Told<ForeignLoggedModel>;
  registeredModels(): Told<ForeignRegisteredModel>;
  close(): void;
}

/** What can't be read is told here, and the rest goes on. */
export interface Report {
  problem(text: string): void;
  /** A run that is left out. */
  unreadableRun(text: string): void;
}

export type OpenForeign = (path: string, report: Report) => Promise<ForeignStore>;

/** The tags in which MLflow's clients keep what is more than a tag. */
export const MLFLOW_TAGS = {
  name: 'mlflow.runName',
  parent: 'mlflow.parentRunId',
  source: 'mlflow.source.name',
  user: 'mlflow.user',
} as const;
