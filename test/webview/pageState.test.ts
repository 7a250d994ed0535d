import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readPageState, StateKeeper } from '../../webview/run/pageState';

const EMPTY = {
  ...{ scrollTop: 0, open: {}, zooms: {}, tables: [], layout: null, overrides: {}, rivals: [], filter: '' },
  ...{ artifactSearch: '', folders: [], outputSearch: '', outputMatchCase: false, steps: {}, logged: {} },
};

describe('what was kept', () => {
  it('comes back, with the run that the extension names', () => {
    const kept = { ...EMPTY, scrollTop: 120, zooms: { loss: { from: 1, to: 2 } }, metricLimit: 400 };
    expect(readPageState(kept, '{"runId":"r1"}')).toEqual({ ...kept, runId: 'r1' });
  });

  it.each([undefined, null, 'nonsense', 12, { scrollTop: 'x', open: 3, zooms: { loss: 1 }, metricLimit: -1 }])(
    'is forgotten where it makes no sense: %j',
    (kept) => {
      expect(readPageState(kept, undefined)).toMatchObject(EMPTY);
    },
  );

  it('does without a run that can’t be read', () => {
    expect(readPageState(undefined, '{')).toEqual(EMPTY);
  });

  it('is not that of another run, which the tab may have shown before', () => {
    const kept = { ...EMPTY, runId: 'r1', scrollTop: 300, zooms: { loss: { from: 1, to: 2 } } };
    expect(readPageState(kept, '{"runId":"r2"}')).toEqual({ ...EMPTY, runId: 'r2' });
  });
});

describe('keeping', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('writes many changes as one', () => {
    const write = vi.fn();
    const keeper = new StateKeeper(readPageState(undefined, undefined), write);
    for (let top = 1; top <= 50; top++) keeper.change({ scrollTop: top });
    expect(write).not.toHaveBeenCalled();
    vi.advanceTimersByTime(200);
    expect(write).toHaveBeenCalledExactlyOnceWith({ ...EMPTY, scrollTop: 50 });
  });

  it('writes at once when the page goes', () => {
    const write = vi.fn();
    const keeper = new StateKeeper(readPageState(undefined, undefined), write);
    keeper.change({ filter: 'loss' });
    keeper.flush();
    expect(write).toHaveBeenCalledExactlyOnceWith({ ...EMPTY, filter: 'loss' });
  });
});
