/** The store as a whole: whose it is, the room it takes, what is removed. */
import * as z from 'zod';
import { StoreState } from '../entities';
import { GcPlan, GcResult, GcState, Retention, RetentionState } from '../house';
import { Nothing, read, write } from './define';

export const storeRequests = {
  /** The user takes responsibility for a store that came from elsewhere. */
  'store/adopt': write(Nothing, z.object({ store: StoreState })),
  /** Moves a database that can't be read aside and makes it again from the run folders. */
  'store/repair': write(Nothing, z.object({ store: StoreState, keptAs: z.string().nullable() })),
  /** The room that the store takes on the disk, the largest part first. */
  'store/usage': read(
    Nothing,
    z.object({
      parts: z.array(
        z.object({
          part: z.enum(['runs', 'models', 'data', 'code', 'database', 'other']),
          sizeBytes: z.number(),
          fileCount: z.number(),
        }),
      ),
    }),
  ),
  /** What would be removed by these rules. Nothing is. */
  'store/planGc': read(Retention, z.object({ plan: GcPlan })),
  /** Removes what `store/planGc` has shown; refused if that would be something else by now. Answers when it is done. */
  'store/gc': write(Retention.extend({ planId: z.string() }), GcResult),
  'store/gcState': read(Nothing, GcState),
  /** Removal ends soon; runs that were not begun with stay. */
  'store/cancelGc': write(Nothing, Nothing),
  'store/retention': read(Nothing, RetentionState),
  /** The user has seen what these rules remove and wants them applied from now on; null for none any more. */
  'store/confirmRetention': write(z.object({ rules: Retention.nullable() }), Nothing),
} as const;
