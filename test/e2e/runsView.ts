/** Reading the Runs view in a window. */
import { DEFAULT_TIMEOUT_MS, waitFor } from './support/wait';
import type { WorkbenchWindow } from './support/window';

export const RUNS = 'Runs';

/** The codicons of the states. */
export const ICONS = {
  running: 'loading',
  finished: 'pass',
  failed: 'error',
  stopped: 'circle-slash',
} as const;
const GOING_ON: ReadonlySet<string> = new Set([ICONS.running, 'clock']);

export async function openRuns(window: WorkbenchWindow): Promise<void> {
  await window.trees.openContainer('Loopwright');
}

/** The runs in sight, newest first: `pass train auc 0.919 · 2s · just now`. */
export async function runRows(window: WorkbenchWindow): Promise<string[]> {
  const rows = await window.trees.rows(RUNS);
  return rows.filter(({ level }) => level > 1).map((row) => `${row.icon} ${row.label} ${row.description}`);
}

/**
 * Waits for a run to be in a state; for one in which it is over, none of that name may go on.
 *
 * @returns the grey text of the run
 */
export async function waitForRun(
  window: WorkbenchWindow,
  name: string,
  state: keyof typeof ICONS,
  timeoutMs = DEFAULT_TIMEOUT_MS,
): Promise<string> {
  return waitFor(
    `the run ${name} to be ${state}`,
    async () => {
      const rows = (await window.trees.rows(RUNS)).filter(({ level, label }) => level > 1 && label === name);
      if (state !== 'running' && rows.some(({ icon }) => GOING_ON.has(icon))) return undefined;
      return rows.find(({ icon }) => icon === ICONS[state])?.description;
    },
    { timeoutMs, seen: () => runRows(window) },
  );
}

/** Runs a file of the workspace as a user does: opens it, and clicks the button of its editor. */
export async function runFile(window: WorkbenchWindow, file: string): Promise<void> {
  await window.openFile(file);
  await window.editorAction('Run File as Tracked Run');
}

/** What went wrong in our extension, without what VS Code says itself when a window is left in the middle of something. */
export function realErrors(errors: readonly string[]): string[] {
  return errors.filter((error) => !/Unable to refresh tree view .*: Canceled/.test(error));
}
