/**
 * Endpoints as the engine sees them: processes that it did not start, found by their files, and the files of models that are
 * to be served.
 */
import { basename } from 'node:path';
import type { EndpointFile, ServedModel } from '../../protocol/endpoints';
import { LoopwrightError } from '../../protocol/errors';
import {
  endpointsIn,
  forgetEndpoint,
  livingEndpoint,
  livingEndpoints,
  startingEndpoint,
} from '../../protocol/node/endpointFolder';
import { Given } from '../../protocol/pages/endpoint';
import { cardInJob, inspectFileInJob } from '../models';
import type { RequestHandlers } from '../rpc/dispatch';
import { callOf, inputsOf, type Table } from './call';
import { changeEndpoint } from './change';
import { type EmbeddedModel, embeddedModel, embeddingCode } from './embedding';
import { formFor } from './form';
import { columnsOf, findOnnx, type FoundOnnx, type OnnxParts } from './onnxFile';
import { loggedInJob } from './logged';
import { EndpointRows } from './rows';
import { tableRowsInJob } from './tableRows';
import { tryEndpoint } from './tried';

export { columnsOf, findOnnx, type FoundOnnx, type OnnxParts } from './onnxFile';

/** An endpoint waits 10 s for what it has begun. */
const END_LIMIT_MS = 12_000;
const LOOK_MS = 30;

export type ServingParts = OnnxParts;

type Served =
  | 'endpoints/list'
  | 'endpoints/rows'
  | 'endpoints/look'
  | 'endpoints/call'
  | 'endpoints/form'
  | 'endpoints/try'
  | 'endpoints/table'
  | 'endpoints/logged'
  | 'endpoints/forget'
  | 'endpoints/stop'
  | 'endpoints/change'
  | 'endpoints/model'
  | 'scoring/model'
  | 'endpoints/embedding'
  | 'endpoints/embeddingOfFile';

export function servingHandlers(parts: ServingParts): Pick<RequestHandlers, Served> {
  const { store } = parts;
  const rows = new EndpointRows(store);
  return {
    'endpoints/list': () => ({ endpoints: livingEndpoints(store) }),
    'endpoints/rows': () => rows.now(),
    'endpoints/look': ({ name, sinceMs }) => rows.look(name, sinceMs),
    'endpoints/call': async ({ name }) => {
      const found = living(store, name);
      return callOf(store, found, await exampleFor(parts, found));
    },
    'endpoints/form': async ({ name }) => {
      const found = living(store, name);
      return formFor(await inputsOf(store, found), await exampleFor(parts, found));
    },
    'endpoints/try': ({ name, given }) => tryEndpoint(store, living(store, name), givenIn(given)),
    'endpoints/table': async ({ name, path }) => {
      const found = living(store, name);
      const { inputs, columns, isExample } = formFor(await inputsOf(store, found), await exampleFor(parts, found));
      if (columns !== null) return tableRowsInJob(parts.jobs, { path, inputs, columns, isExample });
      throw new LoopwrightError('bad_request', `${name} takes more than a row of a table has.`);
    },
    'endpoints/logged': ({ name, id, timeMs, tookMs }) => {
      // Also of one that was killed: what it had written is there.
      const found = endpointsIn(store).find(({ endpoint }) => endpoint.name === name)?.endpoint;
      if (!found) throw noEndpoint(name);
      if (found.requestLog) return loggedInJob(parts.jobs, { store, name: found.name, id, timeMs, tookMs });
      throw new LoopwrightError('bad_request', `The endpoint ${name} keeps no log of its requests.`);
    },
    'endpoints/forget': ({ name }) => {
      forget(store, name);
      return {};
    },
    'endpoints/stop': async ({ name }) => {
      await stop(store, name);
      return {};
    },
    'endpoints/change': ({ name, change }) => changeEndpoint(store, living(store, name), change),
    'endpoints/model': async (of) => servedIn(await onnxOf(parts, of)),
    'scoring/model': async (of) => {
      const found = await onnxOf(parts, of);
      const { name, version, file } = found;
      return {
        label: `${name} v${String(version)}`,
        file,
        version: { name, version },
        columns: columnsOf(found),
        python: null,
      };
    },
    'endpoints/embedding': async ({ language, ...of }) => {
      const found = await onnxOf(parts, of);
      const { file, digest } = found;
      const label = `${found.name} version ${String(found.version)}`;
      const model = await embedded(parts, { label, digest, file }, found.card.example?.table ?? null);
      return { code: embeddingCode(model, language) };
    },
    'endpoints/embeddingOfFile': async ({ file, language }) => {
      const model = await embedded(parts, { label: basename(file), digest: null, file }, null);
      return { code: embeddingCode(model, language) };
    },
  };
}

/** @throws LoopwrightError `bad_request` for what is no ONNX model */
async function embedded(
  { jobs }: ServingParts,
  of: Pick<EmbeddedModel, 'label' | 'digest' | 'file'>,
  example: Table,
): Promise<EmbeddedModel> {
  const inspection = await inspectFileInJob(jobs, of.file);
  if (inspection.format === 'onnx') return embeddedModel(of, inspection, example);
  throw new LoopwrightError('bad_request', `${of.label} is no ONNX model: only ONNX is run by this code.`);
}

/** @throws LoopwrightError `not_found`, `bad_request` for one that lives */
function forget(store: string, name: string): void {
  if (livingEndpoint(store, name) ?? startingEndpoint(store, name))
    throw new LoopwrightError('bad_request', `The endpoint ${name} runs: stop it first.`);
  if (!forgetEndpoint(store, name)) throw noEndpoint(name);
}

/** @throws LoopwrightError `not_found` */
function living(store: string, name: string): EndpointFile {
  const found = livingEndpoint(store, name);
  if (!found) throw noEndpoint(name);
  return found;
}

/** Not every window loads its schema. @throws LoopwrightError `bad_request` */
function givenIn(raw: unknown): Given {
  const read = Given.safeParse(raw);
  if (read.success) return read.data;
  throw new LoopwrightError('bad_request', read.error.issues[0]?.message ?? 'What is given is not of its form.');
}

const exampleFor = (parts: ServingParts, endpoint: EndpointFile) =>
  endpoint.digest === null ? null : exampleOf(parts, endpoint);

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

type FoundFile = FoundOnnx & { readonly file: string };

/** @throws LoopwrightError `not_found`, `bad_request` for files that are not what was registered, or no ONNX */
async function onnxOf(parts: ServingParts, of: { name: string; which: number | string }): Promise<FoundFile> {
  const found = await findOnnx(parts, of);
  const { file } = found;
  if (file !== null) return { ...found, file };
  const model = found.modelFile === null ? '' : ` (its model is ${found.modelFile})`;
  throw new LoopwrightError(
    'bad_request',
    `${found.name}/${String(found.version)} has no ONNX model${model}: only ONNX is run here.`,
  );
}

const servedIn = ({ name: model, version, file, digest }: FoundFile): ServedModel => ({
  ...{ model, version: String(version), file, digest },
});
