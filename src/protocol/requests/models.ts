/** Files of models. */
import * as z from 'zod';
import { ModelId, RunId } from '../entities';
import type { ModelInspection } from '../inspection';
import { read } from './define';

/** Where a model's file lies: among the artifacts of a run or of a logged model, or the files of a registered version. */
export const ModelPlace = z.discriminatedUnion('owner', [
  z.object({ owner: z.literal('run'), runId: RunId, path: z.string().min(1) }),
  z.object({ owner: z.literal('model'), modelId: ModelId, path: z.string().min(1) }),
  z.object({
    owner: z.literal('version'),
    name: z.string(),
    which: z.union([z.number().int(), z.string()]),
    path: z.string().min(1),
  }),
]);
export type ModelPlace = z.infer<typeof ModelPlace>;

export const modelRequests = {
  /** What is in a model's file, told from its bytes: nothing of it is loaded or run. `inspection.ts` has its form. */
  'models/inspect': read(
    ModelPlace,
    z.custom<ModelInspection>((told) => typeof told === 'object' && told !== null && 'format' in told),
  ),
} as const;
