/** What the page that compares two versions of registered models and the extension say to each other. */
import * as z from 'zod';
import { RunId } from '../entities';
import { GraphDiff } from '../graphDiff';
import { ModelInspection } from '../inspection';
import { ModelCard } from '../modelCard';
import { ComparedPredictions, type PredictionsProgress } from '../predictions';
import { ModelVersionRow } from '../registry';
import { PredictionsOrder } from '../requests/predictions';
import { registryRequests } from '../requests/registry';
import { ModelPlace } from '../requests/models';
import { SavedPicture } from './charts';
import { compareCommands, compareRequests } from './compare';

/** Rows in one answer. */
export const PAIR_ROWS = 100;

export const VersionName = z.object({ name: z.string(), version: z.number().int() });
export type VersionName = z.infer<typeof VersionName>;

export const VersionFile = VersionName.extend({ path: z.string() });
export type VersionFile = z.infer<typeof VersionFile>;

/** What VS Code keeps of a page, as far as the extension must know it; the rest is the page's. */
export const CompareVersionsState = z.object({
  left: VersionName,
  right: VersionName,
  /** The folder of their store, where the page was opened from. */
  store: z.string().optional(),
});
/** What is compared with stands on the left, as in a diff editor. */
export type CompareVersionsState = z.infer<typeof CompareVersionsState>;

export const ComparedVersion = z.object({
  version: ModelVersionRow,
  /** Its files, where they are in this store. */
  place: ModelPlace.nullable(),
});
export type ComparedVersion = z.infer<typeof ComparedVersion>;

export const CompareVersionsModel = z.object({ left: ComparedVersion, right: ComparedVersion });
export type CompareVersionsModel = z.infer<typeof CompareVersionsModel>;

const rows = registryRequests['registry/compare'];
const files = registryRequests['registry/compareFiles'];
const GIVEN = { limit: true } as const;

/** A page names the versions that it means: it may have been swapped meanwhile. */
export const compareVersionsRequests = {
  load: { params: z.object({}), result: CompareVersionsModel },
  rows: { params: rows.params.omit(GIVEN), result: rows.result },
  files: { params: files.params.omit(GIVEN), result: files.result },
  /** Null where its files are not in this store. */
  card: { params: VersionName, result: z.object({ card: ModelCard.nullable() }) },
  /** What is in a file of the version. Nothing of it is loaded or run. */
  inspect: { params: VersionFile, result: ModelInspection },
  /** What differs between the graphs of two files, both of ONNX models. */
  graphs: { params: z.object({ left: VersionFile, right: VersionFile }), result: GraphDiff },
  /** Runs both on a table; who asks again while that goes on waits for the same. */
  predictions: { params: PredictionsOrder.extend({ anew: z.boolean() }), result: ComparedPredictions },
  predictionsState: {
    params: PredictionsOrder,
    result: z.object({ progress: z.custom<PredictionsProgress | null>() }),
  },
  /** Asks the reader for a table; null where none was chosen. */
  chooseTable: { params: z.object({}), result: z.object({ path: z.string().nullable() }) },
  /** What differs from the code of one run to that of the other. */
  code: compareRequests.code,
} as const;
export type PairRows = z.infer<typeof compareVersionsRequests.rows.result>;
export type PairFiles = z.infer<typeof compareVersionsRequests.files.result>;

export const compareVersionsCommands = {
  /** The page is told when they are. */
  swap: z.object({}),
  openVersion: VersionName,
  openRun: z.object({ runId: RunId }),
  openFile: VersionFile,
  openFileDiff: z.object({ left: VersionName, right: VersionName, path: z.string() }),
  cancelPredictions: PredictionsOrder,
  openTable: z.object({ path: z.string() }),
  openCodeDiff: compareCommands.openCodeDiff,
  copy: z.object({ text: z.string() }),
  savePicture: SavedPicture,
  showLog: z.object({}),
} as const;
