/** Files of models. */
import * as z from 'zod';
import { ModelId, RunId } from '../entities';
import type { GraphDiff } from '../graphDiff';
import type { ModelInspection } from '../inspection';
import type { ModelCard } from '../modelCard';
import { read } from './define';

/** Those that are kept for registered versions. Generated, so that no name of a model leads anywhere. */
const VersionFilesId = z.string().regex(/^v-[0-9a-f]{32}$/);

/**
 * Where a model's file or folder lies: among the artifacts of a run or of a logged model, or the files that are kept for a
 * registered version. Empty is all of them.
 */
export const ModelPlace = z.discriminatedUnion('owner', [
  z.object({ owner: z.literal('run'), runId: RunId, path: z.string() }),
  z.object({ owner: z.literal('model'), modelId: ModelId, path: z.string() }),
  z.object({ owner: z.literal('version'), files: VersionFilesId, path: z.string() }),
]);
export type ModelPlace = z.infer<typeof ModelPlace>;

/** Whoever shows it checks it by its schema, which not every window needs. */
const told = <T>(key: string) => z.custom<T>((given) => typeof given === 'object' && given !== null && key in given);

export const modelRequests = {
  /** What is in a model's file, told from its bytes: nothing of it is loaded or run. `inspection.ts` has its form. */
  'models/inspect': read(ModelPlace, told<ModelInspection>('format')),
  /** The same of a file elsewhere on this machine, by its absolute path. */
  'models/inspectFile': read(z.object({ file: z.string() }), told<ModelInspection>('format')),
  /** Which nodes of two ONNX models' graphs differ, and in what. `graphDiff.ts` has its form. */
  'models/compareGraphs': read(z.object({ left: ModelPlace, right: ModelPlace }), told<GraphDiff>('differences')),
  /** What stands beside it in its folder: signature, example, forms. `modelCard.ts` has its form. */
  'models/card': read(ModelPlace, told<ModelCard>('signature')),
} as const;
