/** Runs as they lie in a store when they are over, without running anything. */
import path from 'node:path';
import { prepareRun } from '../../src/client/launch';
import { pythonParts, writeJournal, writeRunner } from '../engine/support';
import type { Workbench } from './support/workbench';

export interface MadeRun {
  readonly name: string;
  readonly script?: string;
  readonly experiment?: string;
  readonly parentRunId?: string;
  readonly params?: Readonly<Record<string, string>>;
  readonly metrics?: Readonly<Record<string, number>>;
  readonly tags?: Readonly<Record<string, string>>;
  readonly exitCode?: number;
  readonly minutesAgo?: number;
}

/** @returns the ids, in their order; the first is the newest */
export function makeRuns(workbench: Workbench, runs: readonly MadeRun[]): string[] {
  // Where this window's engine looks whether a store is its user's own.
  process.env.LOOPWRIGHT_STATE_DIR = workbench.folders.state;
  const store = path.join(workbench.folder, '.loopwright');
  return runs.map((run, index) => {
    const { name, script = 'train.py', experiment, parentRunId, params = {}, metrics = {}, tags = {} } = run;
    const target = { kind: 'script', file: script, args: ['--lr', '0.1', '--name', 'two words'] } as const;
    const { folder, spec } = prepareRun(
      store,
      { target, python: '/usr/bin/python3', cwd: workbench.folder, name, experiment, parentRunId, tags },
      pythonParts,
    );
    const startedMs = Date.now() - (run.minutesAgo ?? index + 1) * 60_000;
    writeJournal(folder, [
      ['open', startedMs, { pid: 1, start: '1', main: true, python: '3.12.0', executable: '/usr/bin/python3' }],
      ['param', startedMs, 'cli', params],
      ...(Object.keys(metrics).length > 0 ? [['metric', startedMs, 1, metrics]] : []),
    ]);
    writeRunner(folder, { started_ms: startedMs, ended_ms: startedMs + 30_000, exit_code: run.exitCode ?? 0 });
    return spec.run_id;
  });
}
