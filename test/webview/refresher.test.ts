import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Refresher } from '../../webview/ui/refresher';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('refreshing', () => {
  it('happens at once, then no more often than the interval', async () => {
    const task = vi.fn(() => Promise.resolve());
    const refresher = new Refresher(task, 250);
    refresher.ask();
    await vi.advanceTimersByTimeAsync(1);
    expect(task).toHaveBeenCalledTimes(1);
    for (let ask = 0; ask < 100; ask++) {
      refresher.ask();
      await vi.advanceTimersByTimeAsync(10);
    }
    expect(task.mock.calls.length).toBeGreaterThanOrEqual(4);
    expect(task.mock.calls.length).toBeLessThanOrEqual(5);
  });

  it('never runs twice at a time, and once more for what was asked meanwhile', async () => {
    const endings: (() => void)[] = [];
    const task = vi.fn(() => new Promise<void>((resolve) => endings.push(resolve)));
    const refresher = new Refresher(task, 250);
    refresher.ask();
    await vi.advanceTimersByTimeAsync(1);
    refresher.ask();
    refresher.ask();
    await vi.advanceTimersByTimeAsync(5000);
    expect(task).toHaveBeenCalledTimes(1);
    endings[0]?.();
    await vi.advanceTimersByTimeAsync(1);
    expect(task).toHaveBeenCalledTimes(2);
  });
});
