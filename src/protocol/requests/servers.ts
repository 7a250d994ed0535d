/** Looking at tracking servers elsewhere. Nothing of the store is changed, and nothing there. */
import * as z from 'zod';
import { Headline, RunTiming } from '../entities';
import { ForeignId, ServerAccess } from '../servers';
import { nextPage, read } from './define';

export const ServerExperiment = z.object({ id: ForeignId, name: z.string() });
export type ServerExperiment = z.infer<typeof ServerExperiment>;

/** A run in the list of its experiment. */
export const ServerRun = z.object({
  id: ForeignId,
  /** Null for one of the top level. */
  parentId: ForeignId.nullable(),
  name: z.string(),
  user: z.string(),
  timing: RunTiming,
  headline: Headline.nullable(),
});
export type ServerRun = z.infer<typeof ServerRun>;

/** Asks a server: what it does not answer with is an error of the request. */
const page = { server: ServerAccess, pageToken: z.string().optional() };

export const serverRequests = {
  /** By name, those that are not deleted. */
  'servers/experiments': read(
    z.object(page),
    z.object({ experiments: z.array(ServerExperiment).max(500), ...nextPage }),
  ),
  /** Newest first, children among them. */
  'servers/runs': read(
    z.object({ ...page, experimentId: ForeignId }),
    z.object({ runs: z.array(ServerRun).max(500), ...nextPage }),
  ),
} as const;
