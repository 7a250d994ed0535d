/** What shall be removed by itself, as the settings say. Pure. */
import type { Retention } from '../../protocol/house';

const DAY_MS = 24 * 3600 * 1000;
const GIGABYTE = 1_000_000_000;

export type RetentionRules = Pick<Retention, 'olderThanMs' | 'keepPerExperiment' | 'maxSizeBytes'>;

/**
 * Null where no rule is set. A value that is none of what a setting can be counts as not set: `settings.json` takes
 * anything, and this one deletes.
 */
export function retentionOf(get: (name: string) => unknown): RetentionRules | null {
  const days = positive(get('retention.maxAgeDays'));
  const runs = positive(get('retention.maxRuns'));
  const gigabytes = positive(get('retention.maxSizeGB'));
  const rules: RetentionRules = {
    ...(days === null ? {} : { olderThanMs: days * DAY_MS }),
    ...(runs === null ? {} : { keepPerExperiment: Math.ceil(runs) }),
    ...(gigabytes === null ? {} : { maxSizeBytes: Math.round(gigabytes * GIGABYTE) }),
  };
  return Object.keys(rules).length === 0 ? null : rules;
}

const positive = (value: unknown): number | null =>
  typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : null;
