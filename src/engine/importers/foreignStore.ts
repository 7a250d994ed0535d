/**
 * What an importer reads from: the runs, models and files of another tool, told one by one so that a store of any size
 * goes through. A further source is one more file that opens such a store, and a line in `formats.ts`.
 */
import type { RunStatus } from '../../protocol/entities';
import type { ImportFormat } from '../../protocol/imports';
import type { DatasetRecord } from '../../protocol/records';

export type Texts = Readonly<Record<string, string>>;

export interface ForeignExperiment {
  readonly id: string;
  /** Unlike that of every other experiment of the store. */
  readonly name: string;
  readonly createdMs: number;
  readonly updatedMs: number;
  readonly isDeleted: boolean;
  readonly tags: Texts;
}

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
  points(): AsyncIterable<readonly ForeignPoint[]>;
}

export interface ForeignModelMetric {
  readonly key: string;
  readonly value: number;
  readonly timestampMs: number;
  readonly step: number;
  readonly runId: string;
  readonly datasetName: string;
  readonly datasetDigest: string;
}

export interface ForeignLoggedModel {
  readonly id: string;
  readonly experimentId: string;
  readonly name: string;
  readonly modelType: string | null;
  readonly sourceRunId: string | null;
  /** MLflow's number. */
  readonly status: number;
  readonly statusMessage: string | null;
  readonly createdMs: number;
  readonly updatedMs: number;
  readonly isDeleted: boolean;
  readonly params: Texts;
  readonly tags: Texts;
  readonly metrics: readonly ForeignModelMetric[];
  readonly artifacts: ForeignArtifacts;
}

export interface ForeignModelVersion {
  readonly version: number;
  readonly createdMs: number;
  readonly updatedMs: number;
  readonly description: string;
  readonly user: string;
  readonly stage: string;
  readonly source: string;
  readonly runId: string | null;
  readonly runLink: string;
  readonly modelId: string | null;
  readonly tags: Texts;
}

export interface ForeignRegisteredModel {
  readonly name: string;
  readonly createdMs: number;
  readonly updatedMs: number;
  readonly description: string;
  readonly tags: Texts;
  readonly aliases: Readonly<Record<string, number>>;
  readonly versions: readonly ForeignModelVersion[];
}

export interface ForeignFile {
  /** With `/` between the parts. */
  readonly path: string;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
  /** Writes the whole content into a file that is not there yet. */
  copyTo(target: string): Promise<void>;
}

export type ForeignArtifacts =
  | { readonly kind: 'files'; files(): AsyncIterable<ForeignFile> }
  /** They can't be had from here; `where` says where they are. */
  | { readonly kind: 'elsewhere'; readonly where: string };

export interface ForeignStore {
  readonly format: ImportFormat;
  /** The file or folder that is read. */
  readonly path: string;
  countRuns(): Promise<number>;
  experiments(): AsyncIterable<ForeignExperiment>;
  runs(): AsyncIterable<ForeignRun>;
  loggedModels(): AsyncIterable<ForeignLoggedModel>;
  registeredModels(): AsyncIterable<ForeignRegisteredModel>;
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
