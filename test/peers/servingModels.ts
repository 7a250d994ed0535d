/** The models that the peers of serving ask, made once for a file of tests, and the Python that asks them. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll } from 'vitest';
import { ensureVenv } from '../../scripts/lib/python.mjs';

export const run = promisify(execFile);
export const here = import.meta.dirname;
export const models = mkdtempSync(join(tmpdir(), 'lw-serving-'));
export const file = (name: string): string => join(models, `${name}.onnx`);

let made: string | null = null;

/** Of the environment with the clients. @throws before the tests of the file begin */
export function python(): string {
  if (made === null) throw new Error('the models are made before the first test');
  return made;
}

/** Call it once in a file of tests. */
export function servingModels(): void {
  beforeAll(async () => {
    made = await ensureVenv('venv-serving', join(here, 'serving.txt'));
    await run(made, [join(here, 'serving_models.py'), models]);
  });
  afterAll(() => rmSync(models, { recursive: true, force: true }));
}
