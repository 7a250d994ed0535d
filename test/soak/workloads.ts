/** The kinds of runs that are started, each with what can be killed of it. */
import type { ChildProcess } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { prepareRun } from '../../src/client/launch';
import { DEFAULT_CAPTURE } from '../../src/protocol/capture';
import type { RunRow } from '../../src/protocol/entities';
import { RunnerState } from '../../src/protocol/runFolder';
import { type Place, until } from './place';
import { notebook } from './scripts';

export const WORKLOADS = ['script', 'capture', 'command', 'sweep', 'notebook'] as const;
export type Workload = (typeof WORKLOADS)[number];

export const VICTIMS = ['script', 'relay', 'keeper', 'observer', 'command', 'engine', 'window', 'nobody'] as const;
export type Victim = (typeof VICTIMS)[number];

/** Whoever dies here is not noticed by the script. */
export const UNNOTICED: ReadonlySet<Victim> = new Set<Victim>(['observer', 'engine', 'window', 'nobody']);

/** A command line exists only where a run was started by one. */
export function victimsOf(workload: Workload): readonly [Victim, ...Victim[]] {
  const all = ['script', 'relay', 'keeper', 'observer', 'engine', 'window', 'nobody'] as const;
  return workload === 'script' || workload === 'capture' ? all : [...all, 'command'];
}

/** A run and the file in which its script notes how far it is. */
export interface Watched {
  readonly runId: string;
  readonly side: string;
}

export interface Started {
  readonly name: string;
  /** The command line, where one started it. */
  readonly command: ChildProcess | null;
  /** Side files of the scripts that will run, in the order in which they begin. */
  readonly sides: readonly string[];
  /** What the runs are, as far as they exist. */
  runs(): Promise<readonly Watched[]>;
  /** The run whose processes are to be killed. */
  readonly main: () => Promise<string>;
}

const SWEEP_VALUES = ['1', '2', '3'];

export function startWorkload(place: Place, workload: Workload, round: number, steps: number): Started {
  const name = `round-${String(round)}`;
  const side = place.file(`${name}.side`);
  if (workload === 'script' || workload === 'capture') return startDetached(place, workload, name, side, steps);
  const started = ['--experiment', name];
  const kept = ['--capture', 'none', ...started];
  if (workload === 'notebook') {
    const file = place.file(`${name}.ipynb`);
    writeFileSync(file, notebook(side, steps));
    const python = place.notebookPython ?? place.python;
    return byCommand(place, name, ['run', '--python', python, ...kept, file], { '': side });
  }
  const python = ['--python', place.python];
  if (workload === 'command')
    return byCommand(place, name, ['run', ...python, ...kept, 'work.py', side, String(steps)], { '': side });
  const sides = Object.fromEntries(SWEEP_VALUES.map((value) => [value, `${side}.${value}`]));
  const sweep = ['--sweep', `n=${SWEEP_VALUES.join(',')}`, '--jobs', '2'];
  const words = ['run', ...python, ...kept, ...sweep, 'work.py', `${side}.{n}`, String(steps)];
  return byCommand(place, name, words, sides);
}

function startDetached(place: Place, workload: Workload, name: string, side: string, steps: number): Started {
  const run = prepareRun(
    place.paths.root,
    {
      target: { kind: 'script', file: place.file('work.py'), args: [side, String(steps)] },
      python: place.python,
      cwd: place.folder,
      experiment: name,
      capture: workload === 'capture' ? DEFAULT_CAPTURE : { ...DEFAULT_CAPTURE, kinds: [] },
    },
    { folder: join(place.repository, 'python') },
  );
  const [command = '', ...args] = run.runner;
  // As a window starts it: the runner has a session and a pseudo-terminal of its own.
  place.spawn(name, command, [...args, '--detach'], true);
  const { run_id: runId } = run.spec;
  return {
    name,
    command: null,
    sides: [side],
    runs: () => Promise.resolve([{ runId, side }]),
    main: () => Promise.resolve(runId),
  };
}

/** @param sides by the value of the parameter `n` of the run that has it; '' for the only run */
function byCommand(
  place: Place,
  name: string,
  words: readonly string[],
  sides: Readonly<Record<string, string>>,
): Started {
  const command = place.command(name, words);
  const all = () => runsOf(place, name);
  return {
    name,
    command,
    sides: Object.values(sides),
    runs: async () => {
      const watched: Watched[] = [];
      for (const { runId, parentRunId, childCount } of await all()) {
        const only = sides[''];
        if (only !== undefined) watched.push({ runId, side: only });
        if (only !== undefined || (parentRunId === null && childCount > 0)) continue;
        const { params } = await place.ask((engine) => engine.request('runs/params', { runId }));
        const side = sides[params.find(({ key }) => key === 'n')?.value ?? ''];
        if (side !== undefined) watched.push({ runId, side });
      }
      return watched;
    },
    main: () =>
      until(`${name} is in the store`, async () => {
        const [first] = (await all()).filter(({ parentRunId }) => parentRunId === null);
        return first?.runId ?? null;
      }),
  };
}

/** Each round has an experiment of its own. */
export async function runsOf(place: Place, experiment: string): Promise<RunRow[]> {
  const { runs } = await place.ask((engine) => engine.request('runs/list', { experiment, allLevels: true, limit: 50 }));
  return runs;
}

export function runnerOf(place: Place, runId: string): RunnerState | null {
  try {
    return RunnerState.parse(JSON.parse(readFileSync(join(place.paths.runFolder(runId), 'runner.json'), 'utf8')));
  } catch {
    return null; // not written yet, or caught in the middle of a write
  }
}
