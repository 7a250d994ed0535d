/** What is read straight from a run's folder. */
import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { LoopwrightError } from '../../protocol/errors';
import { isMissing } from '../../protocol/node/addresses';
import type { Result } from '../../protocol/requests';
import { RunSpec } from '../../protocol/runFolder';

/** A piece of `output.log`; a negative offset counts from the end. A run without output has an empty one. */
export function readOutput(folder: string, offset: number, limit: number): Result<'runs/output'> {
  let descriptor: number;
  try {
    descriptor = openSync(join(folder, 'output.log'), 'r');
  } catch (error) {
    if (isMissing(error)) return { offset: 0, sizeBytes: 0, base64: '' };
    throw error;
  }
  try {
    const sizeBytes = fstatSync(descriptor).size;
    const start = Math.min(sizeBytes, offset < 0 ? Math.max(0, sizeBytes + offset) : offset);
    const buffer = Buffer.alloc(Math.min(limit, sizeBytes - start));
    const count = readSync(descriptor, buffer, 0, buffer.length, start);
    return { offset: start, sizeBytes, base64: buffer.toString('base64', 0, count) };
  } finally {
    closeSync(descriptor);
  }
}

/** @throws LoopwrightError `not_found` if the run's folder was deleted by hand */
export function readSpecOf(folder: string): RunSpec {
  try {
    return RunSpec.parse(JSON.parse(readFileSync(join(folder, 'spec.json'), 'utf8')));
  } catch (error) {
    throw new LoopwrightError(
      'not_found',
      `How this run was started is not known any more: ${join(folder, 'spec.json')} can't be read.`,
      { cause: error },
    );
  }
}
