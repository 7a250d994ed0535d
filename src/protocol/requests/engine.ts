/** The engine itself, and the beginning of a connection with it. */
import * as z from 'zod';
import { StoreState } from '../entities';
import { Nothing, read, write } from './define';

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
  /**
   * Where programs outside of runs find the store as a tracking server, and the token that they need. The engine stays for
   * them for an hour after the last that was heard of them.
   */
  'engine/tracking': write(
    z.object({
      /** That it shall have from now on. */
      port: z.number().int().min(1024).max(65_535).nullable().default(null),
    }),
    z.object({ uri: z.string(), token: z.string() }),
  ),
  /** Drains, commits and ends. Runs go on without it. */
  'engine/stop': read(z.object({ reason: z.enum(['user', 'handover']) }), Nothing),
} as const;
