/** What people see of freeing space. Pure. */
import type {
  GcPart,
  GcPlan,
  GcResult,
  GcState,
  KeepReason,
  RemovalReason,
  Retention,
  RetentionState,
} from '../protocol/house';
import { formatAgo, formatSize, printable, shortIds, table } from './format';
import type { Paint } from './output';
import type { View } from './rendering';

const SHOWN_RUNS = 10;

const PARTS: Readonly<Record<GcPart['part'], string>> = {
  runs: 'run folders',
  models: 'files of deleted model versions',
  data: 'kept inputs',
  code: 'code snapshots',
  database: 'points of metrics',
  other: 'left over',
};

const REASONS: Readonly<Record<RemovalReason, string>> = {
  deleted: 'deleted',
  age: 'too old',
  count: 'more than --keep',
  size: 'store too large',
  interrupted: 'removal was interrupted',
};

const KEPT: Readonly<Record<KeepReason, string>> = {
  running: 'go on',
  pinned: 'are pinned',
  registered: 'have registered models whose files are not kept apart',
  recent: 'are of the last day (--include-recent takes them too)',
};

const partRows = (parts: readonly GcPart[]): string[][] =>
  parts
    .filter(({ count, sizeBytes }) => count > 0 || (sizeBytes ?? 0) > 0)
    .map(({ part, count, sizeBytes }) => [
      PARTS[part],
      String(count),
      sizeBytes === null ? 'known when done' : formatSize(sizeBytes),
    ]);

export function gcPlanLines(plan: GcPlan, { paint, width, nowMs }: View): string[] {
  const problems = plan.problems.map((text) => `${paint('yellow', '!')} ${printable(text)}`);
  const kept = plan.kept.map(({ reason, count }) => paint('dim', `Kept: ${String(count)} that ${KEPT[reason]}`));
  if (plan.parts.every(({ count }) => count === 0))
    return [`Nothing to remove. The store takes ${formatSize(plan.storeBytes)}.`, ...kept, ...problems];
  const ids = shortIds(plan.runs.map(({ runId }) => runId));
  const runs = plan.runs
    .slice(0, SHOWN_RUNS)
    .map((run, index) => [
      ids[index] ?? run.runId,
      run.name,
      run.experiment,
      formatAgo(run.startMs, nowMs),
      formatSize(run.sizeBytes),
      REASONS[run.reason],
    ]);
  const more = plan.runCount - runs.length;
  return [
    paint('bold', `Would be removed for good: ${formatSize(plan.totalBytes)} of ${formatSize(plan.storeBytes)}`),
    ...table(
      [{ title: '' }, { title: 'count', align: 'right' }, { title: 'size', align: 'right' }],
      partRows(plan.parts),
      width,
      (title) => paint('dim', title),
    ),
    ...(runs.length === 0
      ? []
      : [
          '',
          ...table(
            [
              { title: 'RUN' },
              { title: 'NAME', shrinks: true },
              { title: 'EXPERIMENT', shrinks: true },
              { title: 'STARTED' },
              { title: 'SIZE', align: 'right' },
              { title: 'WHY' },
            ],
            runs,
            width,
            (title) => paint('bold', title),
          ),
        ]),
    ...(more > 0 ? [paint('dim', `and ${String(more)} more`)] : []),
    ...kept,
    ...problems,
  ];
}

export function gcProgressLine({ step, doneRuns, totalRuns }: GcState): string {
  switch (step) {
    case null:
    case 'plan':
      return '';
    case 'runs':
      return `Removing runs: ${String(doneRuns)} of ${String(totalRuns)}`;
    case 'models':
      return 'Removing files of deleted model versions';
    case 'data':
      return 'Removing kept inputs';
    case 'code':
      return 'Removing code snapshots';
    case 'database':
      return 'Giving back room in the database';
  }
}

export function gcResultLines({ parts, totalBytes, problems }: GcResult, paint: Paint): string[] {
  return [
    paint('green', `✔ ${formatSize(totalBytes)} freed`),
    ...partRows(parts).map(([part = '', count = '', size = '']) => `  ${part}: ${count}, ${size}`),
    ...problems.map((text) => `${paint('yellow', '!')} ${printable(text)}`),
  ];
}

/** `older than 90 days, all but the newest 20 of each experiment` */
export function retentionText({ olderThanMs, keepPerExperiment, maxSizeBytes }: Retention): string {
  const rules = [
    ...(olderThanMs === undefined ? [] : [`runs older than ${String(olderThanMs / 86_400_000)} days`]),
    ...(keepPerExperiment === undefined ? [] : [`all but the newest ${String(keepPerExperiment)} of each experiment`]),
    ...(maxSizeBytes === undefined ? [] : [`the oldest above ${formatSize(maxSizeBytes)}`]),
  ];
  return rules.join(', ');
}

export function retentionLines({ rules, appliedMs, history }: RetentionState, { paint, width, nowMs }: View): string[] {
  const applied = appliedMs === null ? '' : `, last ${formatAgo(appliedMs, nowMs)}`;
  return [
    rules === null
      ? 'Nothing is removed by itself: no retention is confirmed for this store on this machine.'
      : `Removed by itself once a day: ${retentionText(rules)}${applied}.`,
    ...(history.length === 0
      ? ['Nothing was removed from this store yet.']
      : table(
          [
            { title: 'WHEN' },
            { title: 'BY' },
            { title: 'RUNS', align: 'right' },
            { title: 'FREED', align: 'right' },
            { title: '', paint: (cell) => paint('yellow', cell) },
          ],
          history.map(({ atMs, by, runs, sizeBytes, problems }) => [
            formatAgo(atMs, nowMs),
            by,
            String(runs),
            formatSize(sizeBytes),
            problems === 0 ? '' : `${String(problems)} could not be removed`,
          ]),
          width,
          (title) => paint('bold', title),
        )),
  ];
}
