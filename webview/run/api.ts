/** The run page's own conversation with the extension. */
import { type Host, HostError } from '../host';
import { type runPageCommands, type runPageRequests } from '../../src/protocol/pages/run';

export type RunHost = Host<typeof runPageRequests, typeof runPageCommands>;

export function causeOf(error: unknown): string {
  if (error instanceof HostError || error instanceof Error) return error.message;
  return String(error);
}
