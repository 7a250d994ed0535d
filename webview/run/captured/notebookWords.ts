/** What the page says about a notebook as a whole. Pure. */
import { type NotebookSummary, type RunPageModel } from '../../../src/protocol/pages/run';
import { countWords } from '../words';

export interface ObservedWords {
  readonly label: string;
  /** What was seen that way, and what was not. */
  readonly title: string;
}

/** How a notebook was observed that was followed while somebody worked in it; null for one that was run whole. */
export function observedWords(observed: NotebookSummary['observed']): ObservedWords | null {
  switch (observed) {
    case 'cells':
      return {
        label: 'From cell events only',
        title:
          'Known from VS Code’s events: the cells that were executed, their source, times and outputs. What went on inside the kernel was not seen: metrics, models, files and packages.',
      };
    case 'kernel':
      return {
        label: 'From cell events and inside the kernel',
        title:
          'Known from VS Code’s events, and from inside the kernel since the cell with %load_ext loopwright was executed. What went on in the kernel before that cell was not seen.',
      };
    case 'whole':
    case undefined:
      return null;
  }
}

/** `Not reproducible as it stands: 3 reasons`; null where none was found. */
export function findingWords(notebook: Pick<NotebookSummary, 'findingCount'> | null): string | null {
  const count = notebook?.findingCount ?? 0;
  if (count === 0) return null;
  return `Not reproducible as it stands: ${countWords(count, count)} ${count === 1 ? 'reason' : 'reasons'}`;
}

/** How many cells: of all that there are to be executed, as long as the notebook is run whole. */
export function cellCount({ notebook, totals, run }: Pick<RunPageModel, 'notebook' | 'totals' | 'run'>): string {
  const { executions } = totals;
  const whole = run.kind === 'notebook' ? (notebook?.codeCells ?? executions) : executions;
  return whole === 0 ? '' : countWords(executions, whole);
}

type Executions = Pick<RunPageModel['totals'], 'executions'>;

/** A notebook that was run once for each of several values has none of its own: its children have them. */
export function hasCells({ run, totals }: Pick<RunPageModel, 'run'> & { totals: Executions }): boolean {
  return totals.executions > 0 || run.kind === 'followed' || (run.kind === 'notebook' && run.childCount === 0);
}
