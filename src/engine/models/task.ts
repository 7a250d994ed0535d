/** The job that looks into a model's file. */
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { basename, isAbsolute } from 'node:path';
import { LoopwrightError } from '../../protocol/errors';
import type { GraphDiff } from '../../protocol/graphDiff';
import type { ModelInspection } from '../../protocol/inspection';
import type { ModelPlace } from '../../protocol/requests';
import type { JobContext } from '../jobs';
import { fit } from './fit';
import { compareGraphs } from './graphDiff/compare';
import { fileAt } from './place';
import { inspectOnnx } from './onnx/model';
import { containerOf } from './pickle/container';
import { inspectPickle } from './pickle/pickle';

/** A version is known by the files that are kept for it. */
export type KeptPlace =
  | Exclude<ModelPlace, { owner: 'version' }>
  | { readonly owner: 'version'; readonly files: string; readonly path: string };

/** A model begins with its version, which is a small number, and goes on with a field that a model has. */
// eslint-disable-next-line no-control-regex -- these are what is looked for
const ONNX_HEAD = /^\x08[\x01-\x1f][\x12\x1a\x22\x28\x32\x3a\x42\x72]/;
const HEAD_BYTES = 16;

/** @throws LoopwrightError `not_found`, or `bad_request` for a file that is not what its name says, or that is damaged */
export async function inspectModel(
  { store, place }: { readonly store: string; readonly place: KeptPlace },
  { progress }: Pick<JobContext, 'progress'>,
): Promise<ModelInspection> {
  // The limit on its time begins now, not when it was asked for.
  progress(null);
  return inspectFile(fileAt(store, place));
}

/** @throws LoopwrightError `not_found`, `bad_request` for what is no file or no absolute path */
export async function inspectElsewhere(
  { file }: { readonly file: string },
  { progress }: Pick<JobContext, 'progress'>,
): Promise<ModelInspection> {
  progress(null);
  if (!isAbsolute(file)) throw new LoopwrightError('bad_request', `${file} is no absolute path.`);
  const found = statSync(file, { throwIfNoEntry: false });
  if (!found) throw new LoopwrightError('not_found', `There is no file ${file} any more.`);
  if (!found.isFile()) throw new LoopwrightError('bad_request', `${file} is no file. Name a model's file in it.`);
  return inspectFile(file);
}

/** @throws LoopwrightError as `inspectModel`, and `bad_request` for what is no ONNX model */
export function compareGraphsOf(
  { store, left, right }: { readonly store: string; readonly left: KeptPlace; readonly right: KeptPlace },
  { progress }: Pick<JobContext, 'progress'>,
): Promise<GraphDiff> {
  progress(null);
  return Promise.resolve(compareGraphs(fileAt(store, left), fileAt(store, right)));
}

export async function inspectFile(path: string): Promise<ModelInspection> {
  return fit(await read(path));
}

async function read(path: string): Promise<ModelInspection> {
  const name = basename(path);
  const fileBytes = statSync(path).size;
  const head = headOf(path);
  const isNamedOnnx = /\.(onnx|ort)$/i.test(name);
  if (isNamedOnnx && head.toString('latin1', 4, 8) === 'ORTM')
    return { format: 'unknown', fileBytes, reason: `${name} is in ONNX Runtime's own form, which is not read.` };
  if (isNamedOnnx || ONNX_HEAD.test(head.toString('latin1'))) return inspectOnnx(path);
  const container = containerOf(head, name);
  const pickle = container === null ? null : await inspectPickle(path, container);
  if (pickle !== null) return pickle;
  const what =
    container === 'torch-zip' ? 'an archive without the pickle of a Torch model' : 'neither an ONNX model nor a pickle';
  return { format: 'unknown', fileBytes, reason: `${name} is ${what}.` };
}

function headOf(path: string): Buffer {
  const descriptor = openSync(path, 'r');
  try {
    const head = Buffer.alloc(HEAD_BYTES);
    return head.subarray(0, readSync(descriptor, head, 0, HEAD_BYTES, 0));
  } finally {
    closeSync(descriptor);
  }
}
