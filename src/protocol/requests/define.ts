/** What the requests of every kind are made of. */
import * as z from 'zod';
import { RunId } from '../entities';

/** Lists are paged: at most this many rows in one reply, so that no message comes near 1 MB. */
export const MAX_PAGE = 500;

export const Page = { limit: z.number().int().min(1).max(MAX_PAGE).default(100), pageToken: z.string().optional() };
export const nextPage = { nextPageToken: z.string().nullable() };
export const OneRun = z.object({ runId: RunId });
export const RunPage = z.object({ runId: RunId, ...Page });
export const Nothing = z.object({});

export interface Request {
  readonly params: z.ZodType;
  readonly result: z.ZodType;
  /** Whether it changes anything: refused from an untrusted connection and on a read-only store. */
  readonly writes: boolean;
}

export const read = <P extends z.ZodType, R extends z.ZodType>(params: P, result: R) =>
  ({ params, result, writes: false }) as const;
export const write = <P extends z.ZodType, R extends z.ZodType>(params: P, result: R) =>
  ({ params, result, writes: true }) as const;
