/** Ages and sizes as people write them, and the document of `gc --json`. Pure. */
import { LoopwrightError } from '../protocol/errors';
import type { GcPart, GcPlan, GcResult, RetentionState } from '../protocol/house';
import { iso } from './documents';

const AGES: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
const SIZES: Readonly<Record<string, number>> = {
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
};

/** `90d`, `12h`, `2w`. @returns milliseconds; throws LoopwrightError `bad_request` */
export function parseAge(text: string): number {
  const [, digits = '', unit = ''] = /^(\d+(?:\.\d+)?)([mhdw])$/i.exec(text.trim()) ?? [];
  const factor = AGES[unit.toLowerCase()];
  if (factor !== undefined) return Number(digits) * factor;
  throw new LoopwrightError(
    'bad_request',
    `An age is a number with m, h, d or w behind it, such as 90d; not "${text}".`,
  );
}

/** `10GB`, `500 MB`, `1GiB`. @returns bytes; throws LoopwrightError `bad_request` */
export function parseSize(text: string): number {
  const [, digits = '', unit = ''] = /^(\d+(?:\.\d+)?)\s*([kmgt]?i?b)$/i.exec(text.trim()) ?? [];
  const factor = SIZES[unit.toLowerCase()];
  if (factor !== undefined) return Math.round(Number(digits) * factor);
  throw new LoopwrightError('bad_request', `A size is a number with its unit, such as 10GB or 500MB; not "${text}".`);
}

const partsDocument = (parts: readonly GcPart[]) =>
  Object.fromEntries(parts.map(({ part, count, sizeBytes }) => [part, { count, size: sizeBytes }]));

/** @param result null where nothing was done */
export const gcDocument = (plan: GcPlan, result: GcResult | null) => ({
  plan: {
    id: plan.planId,
    total: plan.totalBytes,
    store_size: plan.storeBytes,
    parts: partsDocument(plan.parts),
    run_count: plan.runCount,
    reasons: Object.fromEntries(plan.reasons.map(({ reason, count }) => [reason, count])),
    kept: Object.fromEntries(plan.kept.map(({ reason, count }) => [reason, count])),
    runs: plan.runs.map(({ runId, name, experiment, startMs, sizeBytes, reason }) => ({
      run_id: runId,
      name,
      experiment,
      start_time: iso(startMs),
      size: sizeBytes,
      reason,
    })),
  },
  removed: result === null ? null : { total: result.totalBytes, parts: partsDocument(result.parts) },
  problems: result?.problems ?? plan.problems,
});

/** The document of `gc --history --json`. */
export const retentionDocument = ({ rules, appliedMs, history }: RetentionState) => ({
  retention:
    rules === null
      ? null
      : {
          older_than_days: rules.olderThanMs === undefined ? null : rules.olderThanMs / (AGES.d ?? 1),
          keep: rules.keepPerExperiment ?? null,
          max_size: rules.maxSizeBytes ?? null,
          applied: appliedMs === null ? null : iso(appliedMs),
        },
  removals: history.map(({ atMs, by, runs, sizeBytes, problems }) => ({
    time: iso(atMs),
    by,
    runs,
    size: sizeBytes,
    problems,
  })),
});
