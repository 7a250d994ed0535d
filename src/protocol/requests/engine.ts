/** The engine itself, and the beginning of a connection with it. */
import * as z from 'zod';
import { StoreState } from '../entities';
import { Nothing, read } from './define';

/** Version and build of a program; the later build of the same version takes over. */
export const ProgramInfo = z.object({ version: z.string(), build: z.number() });
export type ProgramInfo = z.infer<typeof ProgramInfo>;

export const engineRequests = {
  /** The first request of a connection. */
  initialize: read(
    z.object({
      protocol: z.number(),
      client: ProgramInfo.extend({ kind: z.enum(['extension', 'cli', 'test']) }),
      /** Whether the user trusts the folder; the engine refuses changes from a connection that says no. */
      trusted: z.boolean(),
    }),
    z.object({ engine: ProgramInfo.extend({ pid: z.number() }), store: StoreState }),
  ),
  'engine/status': read(
    Nothing,
    z.object({
      pid: z.number(),
      uptimeMs: z.number(),
      connections: z.number(),
      activeRuns: z.number(),
      store: StoreState,
      log: z.string(),
    }),
  ),
  /** Drains, commits and ends. Runs go on without it. */
  'engine/stop': read(z.object({ reason: z.enum(['user', 'handover']) }), Nothing),
} as const;
