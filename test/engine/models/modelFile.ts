/** Files of models in a folder that goes with the test. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { inspectFile } from '../../../src/engine/models/task';
import {
  type ModelInspection,
  ModelInspection as Inspection,
  type OnnxInspection,
  type PickleInspection,
} from '../../../src/protocol/inspection';

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'lw-models-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function fileOf(bytes: Buffer | string, name: string): string {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, bytes);
  return path;
}

/** What is told, which is always of its form. */
export async function inspect(path: string): Promise<ModelInspection> {
  const told = await inspectFile(path);
  Inspection.parse(told);
  return told;
}

export async function inspectOnnx(bytes: Buffer): Promise<OnnxInspection> {
  const told = await inspect(fileOf(bytes, 'model.onnx'));
  if (told.format !== 'onnx') throw new Error(`told as ${told.format}`);
  return told;
}

export async function inspectPickle(path: string): Promise<PickleInspection> {
  const told = await inspect(path);
  if (told.format !== 'pickle') throw new Error(`told as ${told.format}`);
  return told;
}
