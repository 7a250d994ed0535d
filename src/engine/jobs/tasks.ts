/**
 * What a job process can do, by name. A task gets what it needs as plain data, leaves its results in files (most of them
 * in the journals of a run) and answers with little. Adding one is adding a line here.
 */
import { withDrift } from '../config/withDrift';
import { readConfig } from '../config/task';
import { checkLoaded, takeSnapshot, treeOfNow } from '../code';
import { digestRun } from '../data';
import { findAnswerers } from '../driftSides/answerers';
import { findImportances } from '../driftSides/importances';
import { findInput } from '../driftSides/input';
import { sendRuns } from '../exporters/send/send';
import { writeExport } from '../exporters/task';
import { importRuns, outlineImport } from '../importers';
import { compareGraphsOf, inspectElsewhere, inspectModel, readCard } from '../models';
import { comparePredictions } from '../predictions/task';
import { browseExperiments, browseRuns } from '../remotes';
import { readLogged } from '../serving/logged';
import { readTableRows } from '../serving/tableRows';
import { readSignatures } from '../registry/signatures';
import { hashKept, keepFiles, originOf, takeFiles, verifyVersions } from '../versions';
import { planGc, removeFolders, storeUsage, sweepCode, sweepData, sweepVersions } from '../house';

export interface JobContext {
  /** Aborted when the engine wants the job to end; it is killed a little later. */
  readonly signal: AbortSignal;
  /** Something for the engine's log. */
  readonly log: (message: string) => void;
  /** How far it has come, in the task's own words. */
  readonly progress: (value: unknown) => void;
}

type Task = (params: never, context: JobContext) => Promise<unknown>;

export const tasks = {
  'data/digest': digestRun,
  'store/usage': storeUsage,
  'code/snapshot': takeSnapshot,
  'code/check': checkLoaded,
  'code/tree': treeOfNow,
  'import/outline': outlineImport,
  'import/runs': importRuns,
  'models/inspect': inspectModel,
  'models/inspectFile': inspectElsewhere,
  'models/card': readCard,
  'models/compareGraphs': compareGraphsOf,
  'predictions/compare': comparePredictions,
  'drift/input': findInput,
  'drift/answerers': findAnswerers,
  'drift/importances': findImportances,
  'serving/logged': readLogged,
  'serving/tableRows': readTableRows,
  'registry/signatures': readSignatures,
  'versions/keep': keepFiles,
  'versions/take': takeFiles,
  'versions/origin': originOf,
  'versions/hash': hashKept,
  'versions/verify': verifyVersions,
  'house/plan': planGc,
  'house/removeFolders': removeFolders,
  'house/sweepVersions': sweepVersions,
  'house/sweepData': sweepData,
  'house/sweepCode': sweepCode,
  'export/write': writeExport,
  'export/send': sendRuns,
  'servers/experiments': browseExperiments,
  'servers/runs': browseRuns,
  'config/read': readConfig,
  'config/withDrift': withDrift,
} as const satisfies Record<string, Task>;

export type Tasks = typeof tasks;
export type TaskName = keyof Tasks;
export type TaskParams<Name extends TaskName> = Parameters<Tasks[Name]>[0];
export type TaskResult<Name extends TaskName> = Awaited<ReturnType<Tasks[Name]>>;
