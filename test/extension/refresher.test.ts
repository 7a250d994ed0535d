import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Refresher } from '../../src/extension/views/runs/refresher';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('passes on a burst of changes as a few', () => {
  const refresh = vi.fn<(changed: { structure: boolean; runIds: readonly string[] }) => void>();
  const refresher = new Refresher(refresh, true);
  for (let n = 0; n < 100; n++) {
    refresher.add({ structure: n === 50, runIds: [`r${String(n % 3)}`] });
    vi.advanceTimersByTime(10);
  }
  vi.advanceTimersByTime(1_000);
  expect(refresh.mock.calls.length).toBeLessThan(7);
  const changes = refresh.mock.calls.map(([changed]) => changed);
  expect(changes.filter(({ structure }) => structure)).toHaveLength(1);
  expect(new Set(changes.flatMap(({ runIds }) => runIds))).toEqual(new Set(['r0', 'r1', 'r2']));
});

it('waits until somebody looks', () => {
  const refresh = vi.fn();
  const refresher = new Refresher(refresh, false);
  refresher.add({ structure: false, runIds: ['a'] });
  refresher.add({ structure: false, runIds: ['b'] });
  vi.advanceTimersByTime(60_000);
  expect(refresh).not.toHaveBeenCalled();
  refresher.setActive(true);
  vi.advanceTimersByTime(1);
  expect(refresh.mock.calls).toEqual([[{ structure: false, runIds: ['a', 'b'] }]]);
});
