/** What two registered versions predict on a table. */
import * as z from 'zod';
import type { ComparedPredictions, PredictionsProgress } from '../predictions';
import { Nothing, read, write } from './define';

const VersionName = z.object({ name: z.string(), version: z.number().int().min(1) });

/** A file of this machine, or the input example that came with one of the two versions. */
export const PredictionTable = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('file'), path: z.string().min(1).max(4096) }),
  z.object({ kind: z.literal('example'), of: VersionName }),
]);
export type PredictionTable = z.infer<typeof PredictionTable>;

export const PredictionsOrder = z.object({
  versions: z.array(VersionName).length(2),
  table: PredictionTable,
  tolerance: z.number().min(0).optional(),
});
export type PredictionsOrder = z.infer<typeof PredictionsOrder>;

export const predictionRequests = {
  /**
   * Runs both on it, in processes of their own. Who asks for what is under way waits for that; what was found a short while
   * ago is told again, unless it is to be found anew. `predictions.ts` has its form.
   */
  'predictions/compare': write(
    PredictionsOrder.extend({ anew: z.boolean().default(false) }),
    z.custom<ComparedPredictions>((given) => typeof given === 'object' && given !== null && 'agree' in given),
  ),
  /** Null where it is not under way. */
  'predictions/state': read(PredictionsOrder, z.object({ progress: z.custom<PredictionsProgress | null>() })),
  'predictions/cancel': write(PredictionsOrder, Nothing),
} as const;
