/** How a group of runs reads in the tree. Pure. */
import { RunStatus } from '../../../protocol/entities';
import type { RunGroup, RunGrouping } from '../../../protocol/lists';
import type { Localizer } from '../../l10n';
import { behind, plain } from '../../text';
import type { Item } from './collect';
import { describeExperiment, lookOf } from './format';

const ICONS = {
  experiment: 'beaker',
  script: 'file-code',
  branch: 'git-branch',
  day: 'calendar',
  tag: 'tag',
  status: 'circle-outline',
} as const satisfies Record<RunGrouping['by'], string>;

/** @param formatDay a day as people write it; gets its noon */
export function groupItem(
  grouping: RunGrouping,
  group: RunGroup,
  nowMs: number,
  l10n: Localizer,
  formatDay: (timeMs: number) => string,
): Item {
  const label = labelOf(grouping, group.value, nowMs, l10n, formatDay);
  const description = describeExperiment(group, l10n);
  const status = grouping.by === 'status' ? RunStatus.safeParse(group.value).data : undefined;
  const look = status && lookOf(status, l10n);
  return {
    label,
    description: behind(label, description),
    // What spins is a run, not the drawer it lies in.
    icon: look ? look.icon.replace('~spin', '') : ICONS[grouping.by],
    color: look ? look.color : null,
    contextValue: `group:${grouping.by}`,
    speech: `${spokenKind(grouping, label, l10n)}, ${description}`,
    // An experiment or script may have a name that no row has room for.
    ...(group.value === null || group.value === label ? {} : { tooltip: plain(group.value, 1000) }),
  };
}

function labelOf(
  { by, key }: RunGrouping,
  value: string | null,
  nowMs: number,
  l10n: Localizer,
  formatDay: (timeMs: number) => string,
): string {
  switch (by) {
    case 'experiment':
    case 'script':
      return value === null ? l10n.t('Unknown') : plain(value);
    case 'branch':
      return value === null ? l10n.t('No branch') : plain(value);
    case 'tag':
      return value === null ? l10n.t('Without {0}', plain(key, 80)) : plain(value) || l10n.t('(empty)');
    case 'day':
      return dayOf(value, nowMs, l10n, formatDay);
    case 'status': {
      const word = lookOf(RunStatus.safeParse(value).data ?? 'SCHEDULED', l10n).word;
      return word.charAt(0).toUpperCase() + word.slice(1);
    }
  }
}

/** @param value `2026-01-31` */
function dayOf(value: string | null, nowMs: number, l10n: Localizer, formatDay: (timeMs: number) => string): string {
  const noon = Date.parse(`${value ?? ''}T12:00`);
  if (Number.isNaN(noon)) return value === null ? l10n.t('Unknown') : plain(value);
  const today = new Date(nowMs);
  const isDaysAgo = (days: number) =>
    new Date(today.getFullYear(), today.getMonth(), today.getDate() - days, 12).getTime() === noon;
  if (isDaysAgo(0)) return l10n.t('Today');
  return isDaysAgo(1) ? l10n.t('Yesterday') : formatDay(noon);
}

function spokenKind({ by, key }: RunGrouping, label: string, l10n: Localizer): string {
  switch (by) {
    case 'experiment':
      return l10n.t('Experiment {0}', label);
    case 'script':
      return l10n.t('Script {0}', label);
    case 'branch':
      return l10n.t('Branch {0}', label);
    case 'tag':
      return l10n.t('Tag {0} {1}', plain(key, 80), label);
    case 'day':
    case 'status':
      return label;
  }
}
