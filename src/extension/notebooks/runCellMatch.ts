/** Finding the cell that a record of a run is about in a notebook that may have been edited since. Pure. */
import type { Execution } from '../../protocol/notebooks';

/** papermill's tag of the cell that sets a run's parameters; the user's notebook does not have it. */
export const INJECTED = 'injected-parameters';

/** Where a cell stands, as a run's records say it. */
export interface CellPlace {
  readonly cellId: string | null;
  readonly cellIndex: number | null;
}

/** Where the injected cell stood in the notebook that was executed; null where nothing was injected. */
export function injectedIndexOf(executions: readonly Pick<Execution, 'cellIndex' | 'tags'>[]): number | null {
  return executions.find(({ tags }) => tags.includes(INJECTED))?.cellIndex ?? null;
}

/** The index in the user's own notebook: a cell was put in before those that follow the injected one. */
export function ownIndex(cellIndex: number | null, injected: number | null): number | null {
  if (cellIndex === null || injected === null || cellIndex < injected) return cellIndex;
  return cellIndex === injected ? null : cellIndex - 1;
}

/**
 * The cell by its id, else, where the notebook has no such id, by where it stood.
 *
 * @param ids of the notebook's cells; undefined for a cell without one
 */
export function findCell(ids: readonly (string | undefined)[], { cellId, cellIndex }: CellPlace): number | undefined {
  const byId = cellId === null ? -1 : ids.indexOf(cellId);
  if (byId >= 0) return byId;
  // A cell that has another id is another cell: the one that is meant was deleted.
  if (cellIndex === null || cellIndex >= ids.length) return undefined;
  return cellId !== null && ids[cellIndex] !== undefined ? undefined : cellIndex;
}

/** The lines on which the cells of a script in percent format begin; what stands before the first marker is one, too. */
export function percentCellLines(text: string): number[] {
  const lines = text.split(/\r\n|\r|\n/);
  const starts: number[] = [];
  lines.forEach((line, index) => {
    if (PERCENT.test(line)) starts.push(index);
  });
  const [first] = starts;
  const hasPreamble = first !== undefined && first > 0 && lines.slice(0, first).some((line) => line.trim() !== '');
  return hasPreamble ? [0, ...starts] : starts;
}

/** The beginning of a cell, as VS Code's Python extensions and jupytext take it. */
export const PERCENT = /^\s*#\s*%%(?!%)/;
