/** Commands about runs: on those that they were called on, else on one that the user picks. */
import type { Log } from '../log';
import { StoreSession } from '../stores/session';
import type { Stores } from '../stores/stores';
import { RunNode } from '../views/runs/nodes';
import { pickRun, pickRuns, type RunRef, type Which } from './pickRun';
import type { Handler } from './registry';

export class OnRuns {
  constructor(
    private readonly stores: Stores,
    private readonly log: Log,
    /** Those that are selected in the view. */
    private readonly selected: () => readonly RunRef[],
  ) {}

  /** @param title of the list to pick from */
  readonly all =
    (which: Which, title: string, work: (runs: readonly RunRef[]) => Promise<void>): Handler =>
    async (...given) => {
      const runs = this.runsOf(given).filter((run) => isOf(which, run));
      if (runs.length > 0) return work(runs);
      const picked = await this.pick(which, title);
      if (picked) await work([picked]);
    };

  readonly one = (which: Which, title: string, work: (run: RunRef) => Promise<void> | void): Handler =>
    this.all(which, title, async ([run]) => {
      if (run) await work(run);
    });

  /** @param title of the list to pick several from */
  readonly some =
    (which: Which, title: string, work: (runs: readonly RunRef[]) => Promise<void>): Handler =>
    async (...given) => {
      const runs = runsIn(given).filter((run) => isOf(which, run));
      const chosen = runs.length > 0 ? runs : await pickRuns(this.stores.sessions, which, title, this.log);
      if (chosen.length > 0) await work(chosen);
    };

  pick(which: Which, title: string): Promise<RunRef | undefined> {
    return pickRun(this.stores.sessions, which, title, this.log);
  }

  private runsOf(given: readonly unknown[]): readonly RunRef[] {
    return isSelection(given[0]) ? this.selected() : runsIn(given);
  }
}

/** What a key binding gives: VS Code does not tell a command what is selected in a view. */
const isSelection = (given: unknown): boolean =>
  given !== null && typeof given === 'object' && 'selection' in given && given.selection === true;

/** The runs that a command was called on: a node, with the whole selection if the node is a part of that; or a run. */
export function runsIn([one, selected]: readonly unknown[]): RunRef[] {
  const nodes: readonly unknown[] = Array.isArray(selected) && selected.includes(one) ? selected : [one];
  return nodes.filter((node) => node instanceof RunNode || isRunRef(node));
}

/** Called by a part of our own: no other has a session. */
function isRunRef(given: unknown): given is RunRef {
  return given !== null && typeof given === 'object' && 'session' in given && given.session instanceof StoreSession
    ? 'row' in given
    : false;
}

function isOf(which: Which, { row }: RunRef): boolean {
  switch (which) {
    case 'all':
      return true;
    case 'running':
      return row.timing.endMs === null;
    case 'over':
      return row.timing.endMs !== null && !row.deleted;
    case 'deleted':
      return row.deleted;
  }
}
