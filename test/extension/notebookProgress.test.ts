import { describe, expect, it } from 'vitest';
import type { Execution } from '../../src/protocol/notebooks';
import {
  findCell,
  hasCells,
  injectedIndexOf,
  ownIndex,
  percentCellLines,
} from '../../src/extension/notebooks/runCellMatch';
import { describeCell, describeProgress, type OwnCell, RunProgress } from '../../src/extension/notebooks/runProgress';
import { l10n } from './support';

const START = 1_000_000;

function execution(change: Partial<Execution> & { ordinal: number }): Execution {
  const { ordinal } = change;
  const startMs = START + ordinal * 1_000;
  return {
    cellId: `c${String(ordinal)}`,
    cellIndex: ordinal,
    state: 'ok',
    startMs,
    endMs: startMs + 900,
    count: ordinal + 1,
    source: `x = ${String(ordinal)}`,
    isSourceCut: false,
    tags: [],
    error: null,
    outputs: [],
    moreOutputs: 0,
    ...change,
  };
}

const cell = (index: number, change: Partial<OwnCell> = {}): OwnCell => ({
  id: `c${String(index)}`,
  index,
  isCode: true,
  source: `x = ${String(index)}`,
  tags: [],
  ...change,
});

const running = (ordinal: number) => execution({ ordinal, state: 'running', endMs: null });
const duration = (index: number, medianMs: number) => ({ cellId: `c${String(index)}`, cellIndex: index, medianMs });

describe('the progress of a run', () => {
  it('is that of each cell', () => {
    const progress = new RunProgress(START, []);
    progress.take([execution({ ordinal: 0 }), running(1)]);
    const states = progress.ofCells([cell(0), cell(1), cell(2), cell(3, { isCode: false }), cell(4, { source: ' ' })]);
    expect(states).toEqual([
      { state: 'ok', durationMs: 900 },
      { state: 'running', sinceMs: START + 1_000 },
      { state: 'waiting' },
      undefined,
      undefined,
    ]);
  });

  it('asks again from the first cell that may have changed', () => {
    const progress = new RunProgress(START, []);
    expect(progress.from).toBe(0);
    progress.take([execution({ ordinal: 0 }), running(1)]);
    expect(progress.from).toBe(1);
    progress.take([execution({ ordinal: 1 })]);
    expect(progress.from).toBe(2);
  });

  it('says nothing of a cell that was edited since, and waits for none when it is over', () => {
    const progress = new RunProgress(START, []);
    progress.take([execution({ ordinal: 0 }), running(1)]);
    progress.endMs = START + 5_000;
    expect(progress.ofCells([cell(0, { source: 'x = 7' }), cell(1), cell(2)])).toEqual([
      undefined,
      { state: 'interrupted', durationMs: 4_000 },
      undefined,
    ]);
    expect(progress.failed?.ordinal).toBe(1);
  });

  it('finds cells without ids by their place, past one that was put in', () => {
    const bare = (ordinal: number, change: Partial<Execution> = {}) => execution({ ordinal, cellId: null, ...change });
    const progress = new RunProgress(START, []);
    progress.take([bare(0), bare(1, { tags: ['injected-parameters'] }), bare(2, { source: 'x = 1' })]);
    const own = (index: number) => cell(index, { id: undefined });
    expect(progress.ofCells([own(0), own(1), own(2)]).map((found) => found?.state)).toEqual(['ok', 'ok', 'waiting']);
  });

  it.each([
    ['before its first cell', [], [], 'starting'],
    ['without earlier runs', [execution({ ordinal: 0 }), running(1)], [], 'cell 2 of 4'],
    [
      'with earlier runs: what the cell still takes, and those behind it',
      [execution({ ordinal: 0 }), running(1)],
      [duration(0, 900), duration(1, 5_000), duration(2, 10_000), duration(3, 20_000)],
      'cell 2 of 4, about 35s left',
    ],
    [
      'longer than ever in a cell',
      [execution({ ordinal: 0 }), execution({ ordinal: 1 }), execution({ ordinal: 2 }), running(3)],
      [duration(0, 900), duration(1, 900), duration(2, 900), duration(3, 10)],
      'cell 4 of 4, about to end',
    ],
    [
      'with cells that are new: as long as the others',
      [running(0)],
      [duration(0, 4_000), duration(7, 2_000)],
      'cell 1 of 4, about 13s left',
    ],
  ])('%s', (_, executions, durations, text) => {
    const progress = new RunProgress(START, durations);
    progress.total = 4;
    progress.take(executions);
    expect(describeProgress(progress, (executions.at(-1)?.startMs ?? START) + 500, l10n)).toBe(text);
  });

  it('of a sweep goes by its runs', () => {
    const progress = new RunProgress(START, []);
    progress.sweep = { total: 12, done: 0 };
    expect(describeProgress(progress, START + 9_000, l10n)).toBe('run 1 of 12');
    progress.sweep = { total: 12, done: 3 };
    expect(describeProgress(progress, START + 9_000, l10n)).toBe('run 4 of 12, about 30s left');
  });

  it('reads in whole seconds while it goes on', () => {
    expect(describeCell({ state: 'running', sinceMs: START }, START + 12_700, l10n).text).toContain('running 12s');
    expect(describeCell({ state: 'ok', durationMs: 3 }, START, l10n).text).toContain('ran in <0.1s');
    const failed = describeCell({ state: 'failed', durationMs: 1_240, error: 'ValueError: no' }, START, l10n);
    expect(failed).toMatchObject({ text: '$(error) failed after 1.2s' });
    expect(failed.tooltip).toContain('ValueError: no');
  });
});

describe('finding a cell of a run', () => {
  it('goes by its id, else by where it stood', () => {
    expect(findCell(['a', 'b', 'c'], { cellId: 'c', cellIndex: 0 })).toBe(2);
    expect(findCell([undefined, undefined], { cellId: null, cellIndex: 1 })).toBe(1);
    expect(findCell([undefined, undefined], { cellId: 'a', cellIndex: 1 })).toBe(1);
  });

  it('finds none that was deleted', () => {
    expect(findCell(['a', 'b'], { cellId: 'x', cellIndex: 1 })).toBeUndefined();
    expect(findCell(['a'], { cellId: null, cellIndex: 1 })).toBeUndefined();
    expect(findCell(['a'], { cellId: null, cellIndex: null })).toBeUndefined();
  });

  it('counts without the cell that set the parameters', () => {
    const executions = [{ cellIndex: 2, tags: ['injected-parameters'] }];
    expect(injectedIndexOf(executions, [[], ['parameters']])).toBe(2);
    // The user's own one was replaced where it stood.
    expect(injectedIndexOf(executions, [[], ['injected-parameters']])).toBeNull();
    expect([1, 2, 3].map((index) => ownIndex(index, 2))).toEqual([1, null, 2]);
    expect(ownIndex(5, null)).toBe(5);
  });
});

describe('a script in percent format', () => {
  it.each([
    ['a script', 'x = 1\n# 5 %% of it\n', []],
    ['cells', '# %%\nx = 1\n\n# %% [markdown]\n# text\n#%%\ny = 2\n', [0, 3, 5]],
    ['a first cell without a marker', '#!/usr/bin/env python\n\nimport os\n# %%\nx = 1', [0, 3]],
    ['the header of jupytext', '# ---\n# jupyter: x\n# ---\n\n# %%\nx = 1', [4]],
    ['lines of Windows', '# %%\r\nx = 1\r\n# %% second\r\n', [0, 2]],
    ['nothing before the first', '\n\n# %%\n', [2]],
  ])('has %s', (_, text, lines) => {
    expect(percentCellLines(text)).toEqual(lines);
    expect(hasCells(text)).toBe(lines.length > 0);
  });
});
