/** What can be told of a model before it is loaded: whether that executes anything, and what of it is odd. */
import { readdirSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
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

/** Forms of the libraries' own, which hold numbers alone. */
const NUMBERS = new Set(['.txt', '.lgb', '.json', '.ubj', '.xgb']);
/** What stands beside models and is never loaded as one. */
const BESIDE = new Set(['.yaml', '.yml', '.md', '.npy', '.csv', '.parquet', '.py', '.onnx', '']);
const MAX_FILES = 40;
const DEPTH = 3;

/**
 * Of a folder all that may be loaded is looked into: which of it is, is told when it is.
 *
 * @param engine null where there is no store, and so nobody who looks into files
 */
export async function lookInto(engine: Asked | null, path: string): Promise<Looked> {
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  const files = isFolder ? filesBelow(path, DEPTH) : [path];
  const isOnnx = files.some(isNamedOnnx) && files.every((file) => isNamedOnnx(file) || !mayExecute(file));
  const pickles = files.filter((file) => mayExecute(file) && !isNamedOnnx(file));
  if (!engine) return { suspicious: [], executes: pickles.length > 0, isOnnx };
  const told = await Promise.all(pickles.slice(0, MAX_FILES).map((file) => suspiciousIn(engine, file)));
  const all = told.flat();
  const names = new Set(all.map(({ name }) => name));
  return {
    suspicious: [...names].flatMap((name) => all.find((one) => one.name === name) ?? []),
    executes: pickles.length > 0,
    isOnnx,
  };
}

const isNamedOnnx = (file: string): boolean => extname(file).toLowerCase() === '.onnx';

const mayExecute = (file: string): boolean => {
  const ending = extname(file).toLowerCase();
  return !NUMBERS.has(ending) && !BESIDE.has(ending);
};

/** Links are not followed: what is loaded through one is told as what it is called there. */
function filesBelow(folder: string, depth: number): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return depth > 0 ? filesBelow(path, depth - 1) : [];
    return entry.isFile() || entry.isSymbolicLink() ? [path] : [];
  });
}

async function suspiciousIn(engine: Asked, file: string): Promise<Looked['suspicious']> {
  try {
    const told = await engine.request('models/inspectFile', { file });
    return told.format === 'pickle' ? told.suspicious.items : [];
  } catch (error) {
    // Damaged, or too large to be looked into: loading it says so, or it takes what it takes.
    if (LoopwrightError.from(error).code === 'bad_request') return [];
    throw error;
  }
}
