/** The nodes of the Runs tree. A node stays the same object for as long as it is shown; what it shows changes. */
import type { RunRow } from '../../../protocol/entities';
import type { RunGroup, RunGrouping } from '../../../protocol/lists';
import type { Problem } from '../../stores/problem';
import type { StoreSession } from '../../stores/session';
import type { OtherNode } from './otherNodes';
import type { RunList } from './runList';

export type StoreNode = FolderNode | ProblemNode | NothingNode | GroupNode | RunNode | MoreNode;
export type Node = StoreNode | OtherNode;

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

/** Stands where a filter leaves no run, or is not understood. */
export class NothingNode {
  readonly kind = 'nothing';
  constructor(
    readonly session: StoreSession,
    /** Why the filter is not understood; null if it is. */
    readonly reason: string | null,
  ) {}
  get id(): string {
    return `nothing:${this.session.paths.root}`;
  }
}

export class GroupNode {
  readonly kind = 'group';
  constructor(
    readonly session: StoreSession,
    readonly grouping: RunGrouping,
    public group: RunGroup,
    readonly runs: RunList,
  ) {}
  get id(): string {
    const { by, key } = this.grouping;
    return `group:${this.session.paths.root}:${JSON.stringify([by, key, this.group.value])}`;
  }
}

export class RunNode {
  readonly kind = 'run';
  /** The text that VS Code shows now, to tell whether it has to be told of another. */
  shown = '';
  constructor(
    readonly session: StoreSession,
    readonly parent: GroupNode | RunNode,
    public row: RunRow,
    readonly children: RunList,
  ) {}
  /** The same wherever it stands, so that it stays selected when runs are grouped in another way. */
  get id(): string {
    return `run:${this.session.paths.root}:${this.row.runId}`;
  }
}

/** Stands at the end of a list of which a part is shown. */
export class MoreNode {
  readonly kind = 'more';
  constructor(
    readonly session: StoreSession,
    readonly parent: GroupNode | RunNode | null,
    readonly load: () => Promise<void>,
  ) {}
  get id(): string {
    return `more:${this.session.paths.root}:${this.parent?.id ?? ''}`;
  }
}
