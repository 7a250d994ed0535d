/** What front ends need to compare two tables: the command of the job, and what it has written. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type DriftOrder, DriftReport } from '../protocol/drift';
import { DRIFT_RESULT } from '../protocol/driftNames';
import type { DriftKnown, DriftModel, DriftSides } from '../protocol/driftSides';

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

/** A file, or a folder of files, that nothing more is known of. */
export const driftFile = (label: string, path: string): DriftKnown => ({
  side: { label, path },
  ...{ model: null, prediction: null },
});

/** @param model one that was named for itself, in place of those that the sides belong to. Pure. */
export function driftSides(reference: DriftKnown, current: DriftKnown, named: DriftModel | null): DriftSides {
  const model = named ?? reference.model ?? current.model;
  const prediction = current.prediction ?? reference.prediction;
  const source = model?.importancesFrom ?? null;
  const from =
    model === null || source === null ? [] : [`How much ${model.label} makes of its features: by ${source}.`];
  const notes = [...(reference.side.notes ?? []), ...from];
  const predicted = model?.predicted ?? null;
  return {
    reference: notes.length === 0 ? reference.side : { ...reference.side, notes },
    current: current.side,
    prediction,
    label: predicted === prediction ? null : predicted,
    importances: { ...model?.importances },
    ...(model && model.taken.length > 0 ? { taken: [...model.taken] } : {}),
  };
}
