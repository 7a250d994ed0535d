/** Sides of a comparison for drift that are more than a path. */
import * as z from 'zod';
import type { DriftKnown, DriftModel } from '../driftSides';
import { RunId } from '../entities';
import { write } from './define';

const Which = z.union([z.number().int(), z.string()]);
/** One of several tables: its path, or how it ends. Null where there is one to be meant. */
const File = z.string().min(1).max(4096).nullable();
const Time = z.number().nullable();

export const DriftSource = z.discriminatedUnion('kind', [
  /** A table that a run has read, as it was then. */
  z.object({ kind: z.literal('run'), runId: RunId, file: File }),
  /** The training data of a registered version: a table that its run has read. */
  z.object({ kind: z.literal('version'), name: z.string(), which: Which, file: File }),
  /** What any run has read or written, by its digest. */
  z.object({ kind: z.literal('content'), md5: z.string().regex(/^[0-9a-f]{32}(\.dir)?$/) }),
  /** What an endpoint was asked in some time, and what it answered. `label` is the column that labels without a name are about. */
  z.object({
    kind: z.literal('endpoint'),
    name: z.string(),
    fromMs: Time,
    toMs: Time,
    label: z.string().nullable(),
  }),
]);
export type DriftSource = z.infer<typeof DriftSource>;

export const driftRequests = {
  /** Where it lies, and what is known of the model that it belongs to. A content that has changed is never taken for what was read. */
  'drift/side': write(DriftSource, z.custom<DriftKnown>()),
  /** What a registered version takes, and what it makes most of. */
  'drift/model': write(z.object({ name: z.string(), which: Which }), z.custom<DriftModel>()),
} as const;
