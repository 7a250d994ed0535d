/** What front ends need to compare two tables: the command of the job, and what it has written. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type DriftOrder, DriftReport } from '../protocol/drift';
import { DRIFT_RESULT } from '../protocol/driftNames';

export interface DriftProgram {
  readonly runtime: string;
  /** `drift.js`. */
  readonly file: string;
}

/** The words of a tracked run. */
export const driftCommand = ({ runtime, file }: DriftProgram, order: DriftOrder): string[] => [
  runtime,
  file,
  JSON.stringify(order),
];

/** Of the run in this folder; null of one that has not ended well. */
export function driftReportIn(folder: string): DriftReport | null {
  const path = join(folder, 'artifacts', DRIFT_RESULT);
  return existsSync(path) ? DriftReport.parse(JSON.parse(readFileSync(path, 'utf8'))) : null;
}
