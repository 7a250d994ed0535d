/** How a run reads in the tree. Pure. */
import { fromWireNumber, type RunRow, type RunStatus } from '../../../protocol/entities';
import { formatDuration, formatNumber, formatRelative } from '../../../protocol/format';
import type { RunColumn } from '../../../protocol/lists';
import type { Localizer } from '../../l10n';
import { behind, isolated, plain } from '../../text';

const SEPARATOR = ' · ';
const STAR = '★';
/** A row has room for little beside the name. */
const KEY_LIMIT = 24;
const VALUE_LIMIT = 32;

export interface StateLook {
  readonly icon: string;
  /** A theme colour, always beside an icon of its own shape. */
  readonly color: string | null;
  readonly word: string;
}

export function lookOf(status: RunStatus, l10n: Localizer): StateLook {
  switch (status) {
    case 'RUNNING':
      return { icon: 'loading~spin', color: 'charts.blue', word: l10n.t('running') };
    case 'SCHEDULED':
      return { icon: 'clock', color: 'testing.iconQueued', word: l10n.t('starting') };
    case 'FINISHED':
      return { icon: 'pass', color: 'testing.iconPassed', word: l10n.t('finished') };
    case 'FAILED':
      return { icon: 'error', color: 'testing.iconFailed', word: l10n.t('failed') };
    case 'KILLED':
      return { icon: 'circle-slash', color: 'testing.iconSkipped', word: l10n.t('stopped') };
  }
}

/**
 * The grey text behind a run's name: `auc 0.941 · 2m 14s · just now`.
 *
 * @param columns what the user wants to see in place of the headline; the row's values are in their order
 */
export function describeRun(row: RunRow, nowMs: number, l10n: Localizer, columns: readonly RunColumn[] = []): string {
  const star = row.starred ? STAR : null;
  const parts = [star, ...factsOf(row, nowMs, l10n, columns)].filter((part) => part !== null);
  return behind(row.name, parts.join(SEPARATOR));
}

function factsOf(row: RunRow, nowMs: number, l10n: Localizer, columns: readonly RunColumn[]): string[] {
  const { timing } = row;
  const parts = [endOf(row, l10n), ...(columns.length === 0 ? [headlineOf(row)] : valuesOf(row, columns))];
  switch (timing.status) {
    case 'SCHEDULED':
      parts.push(l10n.t('starting'));
      break;
    case 'RUNNING':
      // Whole seconds: tenths would flicker.
      parts.push(formatDuration(Math.floor((nowMs - timing.startMs) / 1000) * 1000));
      break;
    case 'FINISHED':
    case 'FAILED':
    case 'KILLED':
      parts.push(formatDuration(timing.endMs - timing.startMs), formatRelative(timing.endMs, nowMs));
      break;
  }
  if (row.pinned) parts.push(l10n.t('pinned'));
  return parts.filter((part) => part !== null);
}

/** What a screen reader says: the same, with the state that the icon shows, and words for signs. */
export function speakRun(row: RunRow, nowMs: number, l10n: Localizer, columns: readonly RunColumn[] = []): string {
  const words = [plain(row.name), lookOf(row.timing.status, l10n).word, ...(row.starred ? [l10n.t('starred')] : [])];
  return [...words, factsOf(row, nowMs, l10n, columns).join(SEPARATOR)].join(', ');
}

/** `depth 8`; what a run lacks is left out. */
function valuesOf({ values }: RunRow, columns: readonly RunColumn[]): (string | null)[] {
  return columns.map(({ kind, key }, index) => {
    const value = values[index] ?? null;
    if (value === null) return null;
    const text = kind === 'metric' ? formatNumber(Number(value)) : isolated(plain(String(value), VALUE_LIMIT));
    return `${isolated(plain(key, KEY_LIMIT))} ${text}`;
  });
}

export function headlineOf(row: RunRow): string | null {
  if (!row.headline) return null;
  return `${isolated(plain(row.headline.key, 40))} ${formatNumber(fromWireNumber(row.headline.value))}`;
}

export function describeExperiment(experiment: { runCount: number; runningCount: number }, l10n: Localizer): string {
  const runs = experiment.runCount === 1 ? l10n.t('1 run') : l10n.t('{0} runs', formatNumber(experiment.runCount));
  if (experiment.runningCount === 0) return runs;
  return runs + SEPARATOR + l10n.t('{0} running', formatNumber(experiment.runningCount));
}

/** `cell [4]: ValueError`, by the number in brackets of a notebook that is run whole. */
function cellOf(ordinal: number, error: string | undefined, l10n: Localizer): string {
  const place = l10n.t('cell [{0}]', ordinal + 1);
  return error === undefined ? place : `${place}: ${isolated(plain(error, 40))}`;
}

/** What a sweep says of itself (python/sweep): its exit code is 1 however many of its runs failed. */
const SWEEP_FAILED = /^(\d+) of (\d+) runs failed/;

function partOf({ childCount, reason }: RunRow, l10n: Localizer): string | null {
  const [, failed, total] = (childCount > 0 ? SWEEP_FAILED.exec(reason ?? '') : null) ?? [];
  return failed === undefined || total === undefined ? null : l10n.t('{0} of {1} failed', failed, total);
}

/** How a run ended that did not simply finish, in a few words. */
function endOf(row: RunRow, l10n: Localizer): string | null {
  switch (row.timing.status) {
    case 'RUNNING':
    case 'SCHEDULED':
    case 'FINISHED':
      return null;
    case 'KILLED':
      return l10n.t('stopped');
    case 'FAILED':
      if (row.stoppedAt?.state === 'failed') return cellOf(row.stoppedAt.ordinal, row.stoppedAt.error?.name, l10n);
      return partOf(row, l10n) ?? exitOf(row, l10n);
  }
}

function exitOf(row: RunRow, l10n: Localizer): string {
  if (row.exitCode !== null) return l10n.t('exit code {0}', row.exitCode);
  if (row.signal !== null) return row.signal;
  return l10n.t('not started');
}
