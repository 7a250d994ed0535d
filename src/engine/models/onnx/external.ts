/**
 * Files beside a model that hold tensors of it (https://github.com/onnx/onnx/blob/main/docs/ExternalData.md). Whether they
 * are there and large enough is looked at; they are not opened.
 */
import { realpathSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { ExternalFile } from '../../../protocol/inspection';
import { externalPlace } from '../../../onnx/externalPlace';
import { cut, type Problems } from '../told';
import type { ExternalData } from './tensor';

const MAX_FILES = 1000;

export class ExternalFiles {
  /** How many bytes each has to have. */
  private readonly needed = new Map<string, number>();

  constructor(
    private readonly model: string,
    private readonly problems: Problems,
  ) {}

  add({ location, offset, length }: ExternalData, tensorBytes: number): void {
    if (length !== null && length !== tensorBytes)
      this.problems.add(
        `a tensor in the external file "${cut(location)}" has ${String(length)} bytes, where its shape needs ${String(tensorBytes)}`,
      );
    const end = offset + (length ?? tensorBytes);
    const known = this.needed.get(location);
    if (known === undefined && this.needed.size >= MAX_FILES) {
      this.problems.add(`only the first ${String(MAX_FILES)} external files are looked at`);
      return;
    }
    this.needed.set(location, Math.max(known ?? 0, end));
  }

  look(): ExternalFile[] {
    const folder = realpathSync(dirname(this.model));
    return [...this.needed].map(([location, needed]) => {
      const found = lookAt(folder, location, needed);
      if (found.problem !== null) this.problems.add(`the external file "${cut(location)}" ${found.problem}`);
      return { location: cut(location, 300), ...found };
    });
  }
}

function lookAt(folder: string, location: string, needed: number): Omit<ExternalFile, 'location'> {
  const leaves = { bytes: null, problem: "leads out of the model's folder: it was not looked at" };
  if (location === '') return { bytes: null, problem: 'has no name' };
  try {
    const place = externalPlace(folder, location);
    if (place === 'leaves') return leaves;
    if (place === 'missing') return { bytes: null, problem: 'is not there' };
    const found = statSync(place.path);
    if (!found.isFile()) return { bytes: null, problem: 'is no file' };
    const isShort = found.size < needed;
    return {
      bytes: found.size,
      problem: isShort ? `is too short: it has ${String(found.size)} bytes of ${String(needed)}` : null,
    };
  } catch (error) {
    return { bytes: null, problem: `can't be looked at: ${error instanceof Error ? error.message : String(error)}` };
  }
}
