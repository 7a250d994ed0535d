/**
 * Endpoints as the engine sees them: processes that it did not start, found by their files, and the files of models that are
 * to be served.
 */
import type { EndpointCall, ServedModel } from '../../protocol/endpoints';
import { LoopwrightError } from '../../protocol/errors';
import { forgetEndpoint, livingEndpoint, livingEndpoints, startingEndpoint } from '../../protocol/node/endpointFolder';
import { cardInJob } from '../models';
import type { RequestHandlers } from '../rpc/dispatch';
import { callOf } from './call';
import { findOnnx, type OnnxParts } from './onnxFile';
import { EndpointRows } from './rows';

export { findOnnx, type FoundOnnx, type OnnxParts } from './onnxFile';

/** An endpoint waits 10 s for what it has begun. */
const END_LIMIT_MS = 12_000;
const LOOK_MS = 30;

export type ServingParts = OnnxParts;

type Served =
  'endpoints/list' | 'endpoints/rows' | 'endpoints/call' | 'endpoints/forget' | 'endpoints/stop' | 'endpoints/model';

export function servingHandlers(parts: ServingParts): Pick<RequestHandlers, Served> {
  const { store } = parts;
  const rows = new EndpointRows(store);
  return {
    'endpoints/list': () => ({ endpoints: livingEndpoints(store) }),
    'endpoints/rows': () => rows.now(),
    'endpoints/call': ({ name }) => callTo(parts, name),
    'endpoints/forget': ({ name }) => {
      forget(store, name);
      return {};
    },
    'endpoints/stop': async ({ name }) => {
      await stop(store, name);
      return {};
    },
    'endpoints/model': (of) => modelOf(parts, of),
  };
}

/** @throws LoopwrightError `not_found`, `bad_request` for one that lives */
function forget(store: string, name: string): void {
  if (livingEndpoint(store, name) ?? startingEndpoint(store, name))
    throw new LoopwrightError('bad_request', `The endpoint ${name} runs: stop it first.`);
  if (!forgetEndpoint(store, name)) throw noEndpoint(name);
}

async function callTo(parts: ServingParts, name: string): Promise<EndpointCall> {
  const found = livingEndpoint(parts.store, name);
  if (!found) throw noEndpoint(name);
  return callOf(found, found.digest === null ? null : await exampleOf(parts, found));
}

/** The input example of the version; null where there is none any more. */
async function exampleOf(parts: ServingParts, { model, version }: ServedModel) {
  try {
    const { place } = await parts.version({ name: model, which: Number(version) });
    return place && ((await cardInJob(parts.jobs, parts.store, place)).example?.table ?? null);
  } catch (error) {
    if (['not_found', 'bad_request'].includes(LoopwrightError.from(error).code)) return null; // it was deleted meanwhile
    throw error;
  }
}

const noEndpoint = (name: string) =>
  new LoopwrightError('not_found', `No endpoint ${name} runs. "loopwright endpoints list" has them.`);

/** One that is still loading its model is stopped as well. @throws LoopwrightError `not_found` */
async function stop(store: string, name: string): Promise<void> {
  const look = () => livingEndpoint(store, name) ?? startingEndpoint(store, name);
  const found = look();
  if (!found) throw noEndpoint(name);
  const { pid } = found.process;
  process.kill(pid, 'SIGTERM');
  const deadline = Date.now() + END_LIMIT_MS;
  while (look()?.process.pid === pid) {
    if (Date.now() > deadline)
      throw new LoopwrightError('internal', `The endpoint ${name} (pid ${String(pid)}) does not end.`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

/** @throws LoopwrightError `not_found`, `bad_request` for files that are not what was registered, or no ONNX */
async function modelOf(parts: ServingParts, of: { name: string; which: number | string }): Promise<ServedModel> {
  const found = await findOnnx(parts, of);
  if (found.file !== null) {
    const { name: model, version, file, digest } = found;
    return { model, version: String(version), file, digest };
  }
  const model = found.modelFile === null ? '' : ` (its model is ${found.modelFile})`;
  throw new LoopwrightError(
    'bad_request',
    `${found.name}/${String(found.version)} has no ONNX model${model}: only ONNX is served.`,
  );
}
