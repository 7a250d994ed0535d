/** Converting models to ONNX, as front ends see it: what lies where before and after, and that no half file is left. */
import { randomBytes } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { LoopwrightError } from '../../protocol/errors';
import type { PythonParts } from '../launch';
import type { Converted } from './conversion';
import { type ConversionOptions, runConversion } from './process';

export { comparisonWords, type Converted, factsOf, isDoubtful, opsetWords } from './conversion';
export { PackagesMissing, type Step } from './process';
export { findFile, findPlace, findVersion, type FoundModel, registerConverted } from './version';

export interface ModelToConvert {
  readonly model: string;
  readonly example: string | null;
  readonly search: readonly string[];
}

/** `model.onnx` for `model.joblib`, beside it. */
export const onnxBeside = (file: string): string =>
  join(dirname(file), `${basename(file, extname(file)) || basename(file)}.onnx`);

/**
 * @param keep is given the folder with `model.onnx` and what belongs to it, which is removed afterwards
 * @throws LoopwrightError as `runConversion`
 */
export async function convertInto<Kept>(
  drafts: string,
  python: string,
  parts: PythonParts,
  asked: ModelToConvert,
  options: ConversionOptions,
  keep: (folder: string, converted: Converted) => Promise<Kept> | Kept,
): Promise<{ converted: Converted; kept: Kept }> {
  const out = join(drafts, `convert-${randomBytes(6).toString('hex')}`);
  mkdirSync(out, { recursive: true });
  try {
    const converted = await runConversion(python, parts, { ...asked, out }, options);
    return { converted, kept: await keep(out, converted) };
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

/**
 * Puts the file in its place as a whole.
 *
 * @param mayReplace what is there
 * @throws LoopwrightError `bad_request` if something is there
 */
export function putFile(folder: string, target: string, mayReplace: boolean): void {
  const refuse = () =>
    new LoopwrightError('bad_request', `${target} is there already. Name another file, or replace it.`);
  if (!mayReplace && existsSync(target)) throw refuse();
  mkdirSync(dirname(target), { recursive: true });
  // Beside its place first: the draft may be on another disk.
  const near = join(dirname(target), `.loopwright-${randomBytes(4).toString('hex')}.onnx`);
  try {
    copyFileSync(join(folder, 'model.onnx'), near);
    if (!mayReplace && existsSync(target)) throw refuse(); // somebody was faster
    renameSync(near, target);
  } finally {
    rmSync(near, { force: true });
  }
}
