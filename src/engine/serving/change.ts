/** Putting another model behind an endpoint that runs. */
import * as z from 'zod';
import { EndpointChange, EndpointChanged, type EndpointFile } from '../../protocol/endpoints';
import { LoopwrightError } from '../../protocol/errors';
import { forgetChange, orderChange } from '../../protocol/node/endpointChange';
import { askEndpoint } from './ask';

/** A model is given two minutes to be loaded. */
const LIMIT_MS = 130_000;

const Failed = z.object({ error: z.string() });

/** @throws LoopwrightError `bad_request` for a model that can't be served: the one before goes on */
export async function changeEndpoint(store: string, endpoint: EndpointFile, given: unknown): Promise<EndpointChanged> {
  const { success, data } = EndpointChange.safeParse(given);
  if (!success) throw new LoopwrightError('bad_request', 'That is no model to be served.');
  const { name } = endpoint;
  const id = orderChange(store, name, data);
  try {
    const answer = await askEndpoint(store, endpoint, '/loopwright/change', {
      body: JSON.stringify({ id }),
      limitMs: LIMIT_MS,
    });
    const body: unknown = await answer.json();
    if (answer.ok) return EndpointChanged.parse(body);
    const why = Failed.safeParse(body).data?.error ?? `status ${String(answer.status)}`;
    // One of an older build knows of no changes.
    const said = answer.status === 404 ? `${why} Restart the endpoint to serve another model.` : why;
    throw new LoopwrightError('bad_request', `${name} serves what it did before: ${said}`);
  } catch (error) {
    if (error instanceof LoopwrightError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new LoopwrightError('internal', `The endpoint ${name} did not answer: ${why}`);
  } finally {
    forgetChange(store, name, id);
  }
}
