/** What can be told of a model before it is loaded: whether that executes anything, and what of it is odd. */
import { closeSync, constants, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { LoopwrightError } from '../../protocol/errors';
import type { Method, Params, Result } from '../../protocol/requests';

/** An engine, or what stands for one. */
export interface Asked {
  request<M extends Method>(method: M, params: Params<M>): Promise<Result<M>>;
}

export interface Looked {
  /** What loading it could do beside making a model; empty does not say that it is harmless. */
  readonly suspicious: readonly { readonly name: string; readonly reason: string }[];
  /** Whether loading it executes what the file says. */
  readonly executes: boolean;
  readonly isOnnx: boolean;
}

/** What is unpickled by its name, in part or as a whole. */
const PICKLED = new Set(['.joblib', '.pkl', '.pickle', '.cloudpickle', '.pt', '.pth']);
/** Archives that name classes, which loading imports; what they would call is not told. */
const ARCHIVES = new Set(['.pt2', '.skops']);
/** Forms of the libraries' own, which hold numbers alone, and are refused where they do not begin so. */
const NUMBERS = new Set(['.txt', '.lgb', '.json', '.ubj', '.xgb', '.onnx']);
/**
 * Anything else is unpickled if it begins as a pickle of these protocols does (`loopwright_convert/sources.py`): with this
 * opcode and the protocol's number.
 */
const PROTO = 0x80;
const PROTOCOLS: ReadonlySet<number | undefined> = new Set([2, 3, 4, 5]);
/** In the place of a name. */
const UNKNOWN = 'what is not known';
const MAX_FILES = 40;
const MAX_ENTRIES = 5000;

/**
 * Of a folder all that may be loaded is looked into: which of it is, is told when it is.
 *
 * @param engine null where there is no store, and so nobody who looks into files
 */
export async function lookInto(engine: Asked | null, path: string): Promise<Looked> {
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  const { files, areAll } = isFolder ? filesBelow(path) : { files: [path], areAll: true };
  const pickles = files.filter(isUnpickled);
  const executes = pickles.length > 0 || files.some((file) => ARCHIVES.has(ending(file)));
  const isOnnx = !executes && files.some((file) => ending(file) === '.onnx');
  if (!engine) return { suspicious: [], executes, isOnnx };
  const told = (await Promise.all(pickles.slice(0, MAX_FILES).map((file) => suspiciousIn(engine, file)))).flat();
  // What nobody has looked into is no better than what was found to be odd.
  if (pickles.length > MAX_FILES || !areAll)
    told.push({ name: UNKNOWN, reason: 'it has more files than are looked into' });
  const names = new Set(told.map(({ name }) => name));
  return { suspicious: [...names].flatMap((name) => told.find((one) => one.name === name) ?? []), executes, isOnnx };
}

const ending = (file: string): string => extname(file).toLowerCase();

const isUnpickled = (file: string): boolean =>
  PICKLED.has(ending(file)) || (!ARCHIVES.has(ending(file)) && !NUMBERS.has(ending(file)) && startsAsPickle(file));

function startsAsPickle(file: string): boolean {
  try {
    // Not blocking: a pipe would hold us up.
    const descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const head = Buffer.alloc(2);
      return readSync(descriptor, head) === 2 && head[0] === PROTO && PROTOCOLS.has(head[1]);
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return false; // what can't be read is not loaded either
  }
}

/** Links to folders are not followed: what is loaded lies below the folder, and is found there. */
function filesBelow(folder: string): { readonly files: readonly string[]; readonly areAll: boolean } {
  const files: string[] = [];
  const pending = [folder];
  for (let at = pending.pop(); at !== undefined; at = pending.pop())
    for (const entry of readdirSync(at, { withFileTypes: true })) {
      const path = join(at, entry.name);
      if (entry.isDirectory()) pending.push(path);
      else if (entry.isFile() || entry.isSymbolicLink()) files.push(path);
      if (files.length + pending.length >= MAX_ENTRIES) return { files, areAll: false };
    }
  return { files, areAll: true };
}

async function suspiciousIn(engine: Asked, file: string): Promise<Looked['suspicious']> {
  const unknown = (why: string) => [{ name: UNKNOWN, reason: `${basename(file)} can't be looked into: ${why}` }];
  try {
    const told = await engine.request('models/inspectFile', { file });
    // Compressed in a way that is not taken apart, cut off, or more than is read.
    if (told.format === 'pickle')
      return [...told.suspicious.items, ...told.problems.slice(0, 1).flatMap((why) => unknown(why))];
    return unknown(told.format === 'unknown' ? told.reason : 'it is no pickle');
  } catch (error) {
    const { code, message } = LoopwrightError.from(error);
    if (code === 'bad_request') return unknown(message);
    throw error;
  }
}
