import type { RunNode } from './nodes';

/** VS Code writes what is dragged as JSON, also what never leaves the view. Of a node, only the run's id can be. */
export class DraggedRuns {
  constructor(readonly runs: readonly RunNode[]) {}

  toJSON(): readonly string[] {
    return this.runs.map(({ row }) => row.runId);
  }
}
