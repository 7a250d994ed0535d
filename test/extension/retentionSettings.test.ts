import { describe, expect, it } from 'vitest';
import { retentionOf } from '../../src/extension/house/retentionSettings';

const DAY_MS = 24 * 3600 * 1000;
const of = (settings: Record<string, unknown>) => retentionOf((name) => settings[name]);

describe('the settings of retention', () => {
  it.each<[Record<string, unknown>, object]>([
    [{ 'retention.maxAgeDays': 90 }, { olderThanMs: 90 * DAY_MS }],
    [{ 'retention.maxRuns': 20, 'retention.maxSizeGB': 0 }, { keepPerExperiment: 20 }],
    [{ 'retention.maxSizeGB': 1.5 }, { maxSizeBytes: 1_500_000_000 }],
    [
      { 'retention.maxAgeDays': 0.5, 'retention.maxRuns': 1, 'retention.maxSizeGB': 2 },
      { olderThanMs: DAY_MS / 2, keepPerExperiment: 1, maxSizeBytes: 2_000_000_000 },
    ],
    // Never fewer than was said.
    [{ 'retention.maxRuns': 0.5 }, { keepPerExperiment: 1 }],
  ])('%j', (settings, rules) => {
    expect(of(settings)).toEqual(rules);
  });

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, '30', null, true, [30]])('%j is no rule', (value) => {
    const settings = { 'retention.maxAgeDays': value, 'retention.maxRuns': value, 'retention.maxSizeGB': value };
    expect(of(settings)).toBeNull();
  });
});
