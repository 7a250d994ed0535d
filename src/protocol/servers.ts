/** Tracking servers of MLflow's elsewhere: how one is reached. */
import * as z from 'zod';

/**
 * How a server is called everywhere: without a slash at its end, and without what a browser puts behind it.
 *
 * @returns null for what is no address of one. A name and a password in it are none: they would be shown wherever the
 *   server is
 */
export function serverUrlOf(text: string): string | null {
  if (!URL.canParse(text)) return null;
  const { protocol, username, password, origin, pathname } = new URL(text);
  if (!/^https?:$/.test(protocol) || username !== '' || password !== '') return null;
  return `${origin}${pathname.replace(/\/+$/, '')}`;
}

export const ServerAccess = z.object({
  url: z.string().refine((text) => serverUrlOf(text) === text, 'no address of a server'),
  /** Sent as `Authorization: Bearer`; null for a server that wants none. */
  token: z.string().min(1).max(16_384).nullable(),
});
export type ServerAccess = z.infer<typeof ServerAccess>;

/** What a server calls a run or an experiment. */
export const ForeignId = z.string().min(1).max(250);
