/** A run that is followed: what is known of it, and whether any of its processes may still write. */
import { bootId, isAlive } from '../../protocol/node/processes';
import type { RunnerState, RunSpec } from '../../protocol/runFolder';
import type { EngineWork } from './engineWork';
import { writerOf } from './journalFile';
import type { Outcome } from './outcome';

/** How long after its last record a kernel that goes on is waited for, when the run of its notebook has ended. */
const LAST_RECORDS_MS = 2000;

export interface Journal {
  readonly path: string;
  readonly name: string;
  taken: number;
  damage: string | null;
}

export interface Followed {
  readonly spec: RunSpec;
  readonly seq: number;
  readonly folder: string;
  readonly journals: Map<string, Journal>;
  readonly work: EngineWork;
  outcome: Outcome | null;
  lastLookMs: number;
  /** When something was last taken from its journals. */
  takenMs: number;
  /** When the last input was told of that has no digest yet. */
  newInputsMs: number | null;
  isAnyoneAlive: boolean | null;
  saidHowTracked: boolean;
  /** One of its journals could not be read when it was last tried. */
  isBlocked: boolean;
  pass: Pass;
}

/** One look at each journal of a run; where there are many, it takes several rounds. */
interface Pass {
  readonly left: Set<string>;
  /** How the run stood when it began: what was written before that, it comes across. */
  readonly standing: Standing;
  isWhole: boolean;
}

export interface Standing {
  /** The script has ended, or is gone. */
  readonly isOver: boolean;
  /** Nobody is left who writes. */
  readonly isQuiet: boolean;
}

export const NO_PASS: Pass = { left: new Set(), standing: { isOver: false, isQuiet: false }, isWhole: true };

/** Looks for the processes of runs, as far as they are on this machine. */
export class Liveness {
  private readonly boot = bootId();

  constructor(private readonly host: string) {}

  /** null: on another machine, where nobody here can tell. */
  isAnyoneAlive({ spec }: Followed, runner: RunnerState | null): boolean | null {
    if (spec.host !== this.host) return null;
    if (runner === null) return true;
    return [runner.keeper, runner.runner, runner.child].some(
      (one) => one !== null && isAlive(one, runner.boot_id, this.boot),
    );
  }

  /** A process that outlives the script (a daemon, a worker, the observer) may still log. */
  hasLivingWriter(run: Followed, runner: RunnerState | null, nowMs: number): boolean {
    if (run.spec.host !== this.host) return false;
    // A kernel outlives the runs of its notebook; the hook in it only has to write down what it still knows.
    if (run.spec.kind === 'followed' && nowMs - Math.max(run.takenMs, runner?.ended_ms ?? 0) > LAST_RECORDS_MS)
      return false;
    // It may not have come to making its journal yet, when the script was short.
    if (runner?.observer && isAlive(runner.observer, runner.boot_id, this.boot)) return true;
    for (const journal of run.journals.values()) {
      const writer = writerOf(journal.path);
      if (writer && journal.damage === null && isAlive(writer, this.boot, this.boot)) return true;
    }
    return false;
  }
}
