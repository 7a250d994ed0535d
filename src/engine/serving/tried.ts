/** Asks an endpoint with what somebody wrote, and makes tables of its answer. All of it is bounded. */
import * as z from 'zod';
import { parseJson } from '../../inference/json';
import { Refused } from '../../inference/refused';
import type { EndpointFile } from '../../protocol/endpoints';
import { LoopwrightError } from '../../protocol/errors';
import type { Given, ShownTensor, Tried } from '../../protocol/pages/endpoint';
import { keyOf } from '../../protocol/node/endpointKey';
import { askEndpoint } from './ask';
import { inferUrl, inputsOf, modelPath } from './call';
import { bodyOf, feedsOf, signatureOf } from './given';
import { shownTensor } from './shownTensor';

/** The endpoint tells of what takes too long itself. */
const GRACE_MS = 5_000;
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;
/** Nobody pastes more. */
const MAX_PASTED = 100_000;
const MAX_OUTPUTS = 20;
const MAX_ERROR = 2_000;

const Answer = z.object({
  outputs: z.array(
    z.object({ name: z.string(), datatype: z.string(), shape: z.array(z.number()), data: z.array(z.unknown()) }),
  ),
});
const Failed = z.object({ error: z.string() });

/** @throws LoopwrightError `bad_request` for what it can't take, `not_found` while it can't be asked */
export async function tryEndpoint(store: string, endpoint: EndpointFile, given: Given): Promise<Tried> {
  const inputs = await inputsOf(store, endpoint);
  const body = refusing(() => bodyOf(feedsOf(given, signatureOf(inputs))));
  const call = { url: inferUrl(endpoint), key: keyOf(store, endpoint), body: isPasted(body) ? body : null, inputs };
  const from = performance.now();
  const { status, text } = await answerTo(store, endpoint, body);
  const tookMs = Number((performance.now() - from).toPrecision(4));
  const told = refusing(() => parseJson(text, { exactIntegers: true }));
  const answer = Answer.safeParse(told);
  if (status === 200 && answer.success)
    return { call, status, tookMs, error: '', outputs: answer.data.outputs.slice(0, MAX_OUTPUTS).map(outputIn) };
  const error = (Failed.safeParse(told).data?.error ?? text).slice(0, MAX_ERROR);
  return { call, status, tookMs, error, outputs: [] };
}

/** Python's and JavaScript's readers of JSON stop at a bare `Infinity`. */
function isPasted(body: string): boolean {
  if (body.length > MAX_PASTED) return false;
  try {
    JSON.parse(body);
    return true;
  } catch {
    return false;
  }
}

function refusing<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof Refused) throw new LoopwrightError('bad_request', error.message, { cause: error });
    throw error;
  }
}

async function answerTo(
  store: string,
  endpoint: EndpointFile,
  body: string,
): Promise<{ status: number; text: string }> {
  const { name, deadlineMs } = endpoint;
  try {
    const answer = await askEndpoint(store, endpoint, `${modelPath(endpoint)}/infer`, {
      body,
      limitMs: deadlineMs + GRACE_MS,
    });
    return { status: answer.status, text: await boundedText(answer) };
  } catch (error) {
    if (error instanceof LoopwrightError) throw error;
    const why = error instanceof TypeError ? 'took no connection, or ended meanwhile' : 'did not answer in time';
    throw new LoopwrightError('not_found', `The endpoint ${name} ${why}. Try again.`, { cause: error });
  }
}

async function boundedText({ body }: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of body ?? []) {
    const bytes = part as Uint8Array;
    size += bytes.length;
    // Whoever leaves the loop ends the connection.
    if (size > MAX_ANSWER_BYTES)
      throw new LoopwrightError('bad_request', 'The answer is larger than 16 MiB. Ask the endpoint itself.');
    parts.push(bytes);
  }
  return Buffer.concat(parts).toString();
}

/** JSON has no word for NaN. */
const outputIn = (output: z.infer<typeof Answer>['outputs'][number]): ShownTensor =>
  shownTensor({ ...output, data: output.data.map((value) => value ?? NaN) });
