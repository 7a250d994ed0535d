/** What a format is to an export: one function that writes the runs of a source into files. */
import type { MlflowMajor } from '../../protocol/exports';
import type { ExportFiles } from './files';
import type { Pace } from './pace';
import type { ExportSource } from './source';

export interface FormatTask {
  readonly source: ExportSource;
  readonly files: ExportFiles;
  readonly pace: Pace;
  readonly mlflow: MlflowMajor;
  /** What can't be taken along; the export goes on. */
  readonly problem: (text: string) => void;
}

/** What there is beside the files: folders that were filled, and what lies in them. */
export interface Written {
  readonly folders: readonly string[];
  readonly artifacts: number;
  readonly artifactBytes: number;
}

export interface Format {
  /** Whether it holds deleted runs as such: then they are taken along by themselves. */
  readonly holdsDeleted: boolean;
  /** Closes the source when it has read all of it. */
  readonly write: (task: FormatTask) => Promise<Written>;
}

export const NO_FOLDERS: Written = { folders: [], artifacts: 0, artifactBytes: 0 };
