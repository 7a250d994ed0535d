/** How far the run of a notebook has come, and what is known of each of its cells. Pure. */
import type { CellDuration, Execution } from '../../protocol/notebooks';
import { formatDuration } from '../../protocol/format';
import type { Localizer } from '../l10n';
import { plain } from '../text';
import { injectedIndexOf, ownIndex } from './runCellMatch';

/** A cell as it is in the user's editor. */
export interface OwnCell {
  readonly id: string | undefined;
  readonly index: number;
  readonly isCode: boolean;
  readonly source: string;
  readonly tags: readonly string[];
}

export type CellProgress =
  | { readonly state: 'waiting' }
  | { readonly state: 'running'; readonly sinceMs: number }
  | { readonly state: 'ok'; readonly durationMs: number }
  | { readonly state: 'failed'; readonly durationMs: number; readonly error: string }
  | { readonly state: 'interrupted'; readonly durationMs: number };

/** Runs of a sweep, as far as they are over. */
export interface SweepProgress {
  readonly total: number;
  readonly done: number;
}

type Seen = Omit<Execution, 'outputs'>;

export class RunProgress {
  private readonly executions: Seen[] = [];
  /** Cells to be executed, once the run has said it. */
  total: number | null = null;
  sweep: SweepProgress | null = null;
  endMs: number | null = null;

  constructor(
    readonly startMs: number,
    /** Of earlier runs. */
    private readonly durations: readonly CellDuration[],
  ) {}

  /** From where on the executions are to be asked for: what is known of those before is final. */
  get from(): number {
    const open = this.executions.findIndex(({ state }) => state === 'running');
    return open < 0 ? this.executions.length : open;
  }

  get seen(): readonly Seen[] {
    return this.executions;
  }

  take(executions: readonly Seen[]): void {
    for (const execution of executions) this.executions[execution.ordinal] = execution;
  }

  /** The cell that failed, or that was running when the run came to its end. */
  get failed(): Seen | undefined {
    return this.executions.find(
      ({ state }) => state === 'failed' || state === 'interrupted' || (state === 'running' && this.endMs !== null),
    );
  }

  /** @returns for each cell what is known of it; undefined where there is nothing to say, as for text */
  ofCells(cells: readonly OwnCell[]): (CellProgress | undefined)[] {
    const injected = injectedIndexOf(
      this.executions,
      cells.map(({ tags }) => tags),
    );
    const byId = new Map(this.executions.flatMap((seen) => (seen.cellId === null ? [] : [[seen.cellId, seen]])));
    const byIndex = new Map(this.executions.map((seen) => [ownIndex(seen.cellIndex, injected), seen]));
    return cells.map((cell) => {
      if (!cell.isCode || cell.source.trim() === '') return undefined;
      const seen = cell.id === undefined ? byIndex.get(cell.index) : byId.get(cell.id);
      if (!seen) return this.isWaited(cell) ? { state: 'waiting' } : undefined;
      // What was written since has not run.
      if (!seen.isSourceCut && !isSameText(seen.source, cell.source)) return undefined;
      return this.ofExecution(seen);
    });
  }

  /** How much longer it will take, going by earlier runs; null where nothing is known of it. */
  leftMs(nowMs: number): number | null {
    if (this.sweep) return leftOfSweep(this.sweep, nowMs - this.startMs);
    if (this.total === null || this.durations.length === 0) return null;
    const started = new Set(this.executions.map(keyOf));
    const open = this.durations.filter((duration) => !started.has(keyOf(duration)));
    const count = Math.max(this.total - this.executions.length, 0);
    const mean = sum(this.durations) / this.durations.length;
    // Cells that came or went since are taken as cells of the usual kind.
    const waiting = open.length === count ? sum(open) : mean * count;
    const last = this.executions.at(-1);
    const usual = last && this.durations.find((duration) => keyOf(duration) === keyOf(last))?.medianMs;
    const rest = last?.state === 'running' && usual !== undefined ? Math.max(0, usual - (nowMs - last.startMs)) : 0;
    return waiting + rest;
  }

  private isWaited({ tags }: OwnCell): boolean {
    return this.endMs === null && !tags.includes('skip-execution');
  }

  private ofExecution({ state, startMs, endMs, error }: Seen): CellProgress {
    const durationMs = (endMs ?? this.endMs ?? startMs) - startMs;
    switch (state) {
      case 'running':
        return this.endMs === null ? { state, sinceMs: startMs } : { state: 'interrupted', durationMs };
      case 'ok':
      case 'interrupted':
        return { state, durationMs };
      case 'failed':
        return { state, durationMs, error: error ? `${error.name}: ${error.message}` : '' };
    }
  }
}

/** `cell 3 of 10, about 40s left`. */
export function describeProgress(progress: RunProgress, nowMs: number, l10n: Localizer): string {
  const parts = [placeOf(progress, l10n), leftOf(progress, nowMs, l10n)];
  return parts.filter((part) => part !== null).join(', ');
}

function placeOf({ sweep, seen, total }: RunProgress, l10n: Localizer): string {
  if (sweep) return l10n.t('run {0} of {1}', Math.min(sweep.done + 1, sweep.total), sweep.total);
  if (seen.length === 0) return l10n.t('starting');
  return total === null || total < seen.length
    ? l10n.t('cell {0}', seen.length)
    : l10n.t('cell {0} of {1}', seen.length, total);
}

function leftOf(progress: RunProgress, nowMs: number, l10n: Localizer): string | null {
  const leftMs = progress.leftMs(nowMs);
  if (leftMs === null) return null;
  return leftMs < 1000 ? l10n.t('about to end') : l10n.t('about {0} left', formatDuration(rounded(leftMs)));
}

/** Coarser the longer it takes: nobody knows it better. */
function rounded(durationMs: number): number {
  const step = durationMs < 20_000 ? 1_000 : durationMs < 120_000 ? 5_000 : durationMs < 3_600_000 ? 60_000 : 600_000;
  return Math.ceil(durationMs / step) * step;
}

export interface CellLook {
  readonly text: string;
  readonly tooltip: string;
}

export function describeCell(cell: CellProgress, nowMs: number, l10n: Localizer): CellLook {
  switch (cell.state) {
    case 'waiting':
      return { text: `$(clock) ${l10n.t('waiting')}`, tooltip: l10n.t('A tracked run will come to this cell.') };
    case 'running': {
      // Whole seconds: tenths would flicker.
      const duration = formatDuration(Math.floor((nowMs - cell.sinceMs) / 1000) * 1000);
      return {
        text: `$(loading~spin) ${l10n.t('running {0}', duration)}`,
        tooltip: l10n.t('A tracked run is at this cell. Open its page.'),
      };
    }
    case 'ok':
      return {
        text: `$(pass) ${l10n.t('ran in {0}', shortDuration(cell.durationMs))}`,
        tooltip: l10n.t('In a tracked run. Open its page.'),
      };
    case 'failed':
      return {
        text: `$(error) ${l10n.t('failed after {0}', shortDuration(cell.durationMs))}`,
        tooltip: l10n.t('{0}\n\nIn a tracked run. Open its page.', plain(cell.error, 500)),
      };
    case 'interrupted':
      return {
        text: `$(circle-slash) ${l10n.t('stopped after {0}', shortDuration(cell.durationMs))}`,
        tooltip: l10n.t('The tracked run was stopped in this cell. Open its page.'),
      };
  }
}

/** A cell that took no time to speak of took some all the same. */
function shortDuration(durationMs: number): string {
  return durationMs < 50 ? '<0.1s' : formatDuration(durationMs);
}

function leftOfSweep({ total, done }: SweepProgress, elapsedMs: number): number | null {
  return done === 0 ? null : (elapsedMs / done) * (total - done);
}

const keyOf = ({ cellId, cellIndex }: Pick<Execution, 'cellId' | 'cellIndex'>) => cellId ?? `#${String(cellIndex)}`;

const sum = (durations: readonly CellDuration[]) => durations.reduce((total, { medianMs }) => total + medianMs, 0);

const isSameText = (left: string, right: string) => unix(left) === unix(right);
const unix = (text: string) => text.replaceAll('\r\n', '\n');
