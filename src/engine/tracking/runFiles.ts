/** What launcher and runner have written about a run. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RunnerState, RunSpec } from '../../protocol/runFolder';

export function readSpec(folder: string): RunSpec | null {
  const spec = RunSpec.safeParse(readJson(join(folder, 'spec.json')));
  return spec.success ? spec.data : null;
}

export function readRunner(folder: string): RunnerState | null {
  const state = RunnerState.safeParse(readJson(join(folder, 'runner.json')));
  return state.success ? state.data : null;
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return null; // not there yet, or caught in the middle of a write: the next round reads it again
  }
}
