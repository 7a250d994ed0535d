/** Finding the cell that a record of a run is about in a notebook that may have been edited since. Pure. */
import type { Execution } from '../../protocol/notebooks';

/** papermill's tag of the cell that sets a run's parameters; the user's notebook does not have it. */
export const INJECTED = 'injected-parameters';

/** Where a cell stands, as a run's records say it. */
export interface CellPlace {
  readonly cellId: string | null;
  readonly cellIndex: number | null;
}

/**
 * Where a cell was put into the notebook that was executed; null where none was.
 *
 * @param tags of the user's own cells: one of theirs with the tag is replaced, and no other moves
 */
export function injectedIndexOf(
  executions: readonly Pick<Execution, 'cellIndex' | 'tags'>[],
  tags: readonly (readonly string[])[],
): number | null {
  if (tags.some((own) => own.includes(INJECTED))) return null;
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

/** The beginning of a cell, as `python/inspection/reading.py` takes it. */
const MARKER = /^#\s?%%(%*)(?:[ \t]+(.*?))?[ \t]*$/;

export const hasCells = (text: string): boolean => text.split(LINE_END).some((line) => MARKER.test(line));

/** The lines on which the cells of a script in percent format begin; what stands before the first marker is one, too. */
export function percentCellLines(text: string): number[] {
  const lines = text.split(LINE_END);
  const header = headerEnd(lines);
  const markers = lines.flatMap((line, index) => (index >= header && MARKER.test(line) ? [index] : []));
  const preamble = lines.slice(header, markers[0]).findIndex((line) => line.trim() !== '');
  return preamble >= 0 && markers.length > 0 ? [header + preamble, ...markers] : markers;
}

const LINE_END = /\r\n|\r|\n/;

/** The line behind the header that jupytext writes above the first cell. */
function headerEnd(lines: readonly string[]): number {
  const start = lines.findIndex((line) => line.trim() !== '' && !/^(#!|# -\*-|# coding)/.test(line));
  if (start < 0 || lines[start]?.trimEnd() !== '# ---') return 0;
  const end = lines.findIndex((line, index) => index > start && (line.trimEnd() === '# ---' || !line.startsWith('#')));
  return end >= 0 && lines[end]?.trimEnd() === '# ---' ? end + 1 : 0;
}
