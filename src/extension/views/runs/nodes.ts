/** The nodes of the Runs tree. A node stays the same object for as long as it is shown; what it shows changes. */
import type { Experiment, RunRow } from '../../../protocol/entities';
import type { Problem } from '../../stores/problem';
import type { StoreSession } from '../../stores/session';
import type { RunList } from './runList';

export type Node = FolderNode | ProblemNode | ExperimentNode | RunNode | MoreNode;

export class FolderNode {
  readonly kind = 'folder';
  constructor(readonly session: StoreSession) {}
  get id(): string {
    return `folder:${this.session.paths.root}`;
  }
}

export class ProblemNode {
  readonly kind = 'problem';
  constructor(
    readonly session: StoreSession,
    readonly problem: Problem,
  ) {}
  get id(): string {
    return `problem:${this.session.paths.root}`;
  }
}

export class ExperimentNode {
  readonly kind = 'experiment';
  constructor(
    readonly session: StoreSession,
    public experiment: Experiment,
    readonly runs: RunList,
  ) {}
  get id(): string {
    return `experiment:${this.session.paths.root}:${String(this.experiment.experimentId)}`;
  }
}

export class RunNode {
  readonly kind = 'run';
  /** The text that VS Code shows now, to tell whether it has to be told of another. */
  shown = '';
  constructor(
    readonly session: StoreSession,
    readonly parent: ExperimentNode | RunNode,
    public row: RunRow,
    readonly children: RunList,
  ) {}
  get id(): string {
    return `run:${this.session.paths.root}:${this.row.runId}`;
  }
}

/** Stands at the end of a list of which a part is shown. */
export class MoreNode {
  readonly kind = 'more';
  constructor(
    readonly session: StoreSession,
    readonly parent: ExperimentNode | RunNode | null,
    readonly load: () => Promise<void>,
  ) {}
  get id(): string {
    return `more:${this.session.paths.root}:${this.parent?.id ?? ''}`;
  }
}
