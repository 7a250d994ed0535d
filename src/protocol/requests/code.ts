/** The code of runs, as their snapshots have it. */
import * as z from 'zod';
import { ChangedFile } from '../capture';
import { OneRun, read } from './define';

export const MAX_CONTENT_BYTES = 256 * 1024;

export const codeRequests = {
  /** Files of a run's snapshot that differ from the user's commit, the first 2,000 of `count`. */
  'code/changes': read(
    OneRun,
    z.object({
      root: z.string(),
      commit: z.string().nullable(),
      branch: z.string().nullable(),
      files: z.array(ChangedFile),
      count: z.number(),
    }),
  ),
  /** From a run's snapshot to another run's, or to what its folder holds now; the first 2,000 files of `count`. */
  'code/compare': read(
    OneRun.extend({ with: z.union([z.literal('now'), OneRun]) }),
    z.object({
      root: z.string(),
      files: z.array(z.object({ path: z.string(), status: z.enum(['added', 'modified', 'deleted']) })),
      count: z.number(),
    }),
  ),
  /** A piece of a file: as the run's snapshot has it, or the commit that was checked out then. */
  'code/content': read(
    OneRun.extend({
      side: z.enum(['snapshot', 'commit']),
      /** Below the root of the run, with `/` between its parts. */
      path: z.string(),
      offset: z.number().int().min(0).default(0),
      limit: z.number().int().min(1).max(MAX_CONTENT_BYTES).default(MAX_CONTENT_BYTES),
    }),
    z.object({ offset: z.number(), sizeBytes: z.number(), base64: z.string() }),
  ),
} as const;
