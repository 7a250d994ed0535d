import { describe, expect, it } from 'vitest';
import { CellWatch, type FollowedExecution, type SeenSummary } from '../../src/extension/notebooks/followCells';
import { MAX_CELL_TEXT } from '../../src/protocol/notebooks';
import { cellOf, errorOutput, outputOf, STDOUT, type TestCell } from './followSupport';

const SINCE = 1_000;

/** The executions run by run, as a run would be told of them. */
function watching(...cells: TestCell[]) {
  const runs: FollowedExecution[][] = [[]];
  let now = SINCE;
  const watch = new CellWatch(
    {
      restarted: () => runs.push([]),
      began: (execution) => runs.at(-1)?.push(execution),
      changed: () => undefined,
    },
    SINCE,
  );
  watch.start(cells);
  const summary = (cell: TestCell, executionSummary: SeenSummary) => {
    cell.executionSummary = executionSummary;
    watch.see(cell, { executionSummary }, ++now);
  };
  return {
    watch,
    runs,
    summary,
    outputs: (cell: TestCell, ...outputs: Parameters<typeof outputOf>[0][]) =>
      watch.see(cell, { outputs: outputs.map((items) => outputOf(items)) }, ++now),
    /** As VS Code tells of one execution: queued, started with its number, over. */
    execute: (cell: TestCell, executionOrder: number, success = true) => {
      summary(cell, {});
      summary(cell, { executionOrder });
      summary(cell, { executionOrder, success, timing: { startTime: ++now, endTime: ++now } });
    },
    later: (ms: number) => (now += ms),
  };
}

describe('executions of a notebook', () => {
  it('come in the order in which they were started, each with the text that the cell had then', () => {
    const [a, b] = [cellOf('a = 1', 0), cellOf('b = a', 1)];
    const { execute, runs, summary } = watching(a, b);
    execute(b, 1, false);
    execute(a, 2);
    summary(b, {});
    summary(b, { executionOrder: 3 });
    b.text = 'changed while it runs';
    summary(b, { executionOrder: 3, success: true, timing: { startTime: 5_000, endTime: 5_500 } });
    expect(runs).toEqual([
      [
        expect.objectContaining({ cell: 'id1', index: 1, source: 'b = a', state: 'failed', count: 1 }),
        expect.objectContaining({ cell: 'id0', index: 0, source: 'a = 1', state: 'ok', count: 2 }),
        expect.objectContaining({ source: 'b = a', state: 'ok', count: 3, startMs: 5_000, endMs: 5_500 }),
      ],
    ]);
  });

  it('are running from the moment when the number comes, and say how they failed', () => {
    const cell = cellOf('1 / 0');
    const { runs, summary, watch } = watching(cell);
    summary(cell, {});
    expect(runs).toEqual([[]]);
    summary(cell, { executionOrder: 1 });
    expect(runs[0]?.[0]).toMatchObject({ state: 'running', endMs: null, error: null });
    watch.see(cell, { outputs: [errorOutput('ZeroDivisionError', 'division by zero')] }, 1_010);
    summary(cell, { executionOrder: 1, success: false, timing: { startTime: 1_001, endTime: 1_011 } });
    expect(runs[0]?.[0]).toMatchObject({
      state: 'failed',
      error: { name: 'ZeroDivisionError', message: 'division by zero', traceback: 'Traceback …' },
    });
  });

  it('begin with their first output where the kernel gives no number', () => {
    const cell = cellOf('print(1)');
    const { runs, summary, outputs } = watching(cell);
    summary(cell, {});
    outputs(cell);
    expect(runs[0]).toHaveLength(0);
    outputs(cell, { [STDOUT]: '1' });
    summary(cell, { success: true, timing: { startTime: 1_001, endTime: 1_002 } });
    expect(runs).toEqual([[expect.objectContaining({ state: 'ok', count: null, outputs: [expect.anything()] })]]);
  });

  it('were interrupted by a KeyboardInterrupt, by no word of success, by the next of the same cell, by removing it', () => {
    const cells = [0, 1, 2, 3].map((index) => cellOf('pass', index)) as [TestCell, TestCell, TestCell, TestCell];
    const { runs, summary, watch } = watching(...cells);
    summary(cells[0], { executionOrder: 1 });
    watch.see(cells[0], { outputs: [errorOutput('KeyboardInterrupt', '')] }, 1_010);
    summary(cells[0], { executionOrder: 1, success: false });
    summary(cells[1], { executionOrder: 2 });
    summary(cells[1], { executionOrder: 2, timing: { startTime: 1, endTime: 2 } });
    summary(cells[2], { executionOrder: 3 });
    summary(cells[2], {});
    summary(cells[3], { executionOrder: 4 });
    watch.removed(cells[3], 2_000);
    expect(runs[0]?.map(({ state }) => state)).toEqual(['interrupted', 'interrupted', 'interrupted', 'interrupted']);
  });

  it('are not those that were there before, nor those that an undone edit brings back', () => {
    const cell = cellOf('old');
    cell.executionSummary = { executionOrder: 9, success: true, timing: { startTime: 10, endTime: 20 } };
    const before = cell.executionSummary;
    const { runs, summary, execute } = watching(cell);
    summary(cell, before);
    // Its outputs were cleared, and that was undone.
    summary(cell, {});
    summary(cell, before);
    // It was started before anybody looked.
    const running = cellOf('long', 1);
    summary(running, { executionOrder: 10, success: true, timing: { startTime: 900, endTime: 2_000 } });
    expect(runs).toEqual([[]]);
    execute(cell, 11);
    expect(runs[0]).toHaveLength(1);
  });

  it('are of another run when the kernel counts from the beginning again', () => {
    const [a, b] = [cellOf('a', 0), cellOf('b', 1)];
    const { runs, execute, summary } = watching(a, b);
    execute(a, 7);
    summary(b, { executionOrder: 8 });
    execute(a, 1);
    expect(runs.map((run) => run.map(({ source, state }) => `${source} ${state}`))).toEqual([
      ['a ok', 'b interrupted'],
      ['a ok'],
    ]);
  });

  it('go over to the next run when the number that tells of the restart comes after the beginning', () => {
    const cell = cellOf('a');
    const { runs, execute, summary, outputs } = watching(cell);
    execute(cell, 1);
    summary(cell, {});
    outputs(cell, { [STDOUT]: 'x' });
    summary(cell, { executionOrder: 1 });
    expect(runs.map((run) => run.length)).toEqual([2, 1]);
    expect(runs[1]?.[0]).toBe(runs[0]?.[1]);
  });

  it('take outputs that come a moment after the end, and none that come when somebody edits', () => {
    const cell = cellOf('a');
    const { runs, execute, outputs, later } = watching(cell);
    execute(cell, 1);
    outputs(cell, { [STDOUT]: 'late' });
    outputs(cell);
    expect(runs[0]?.[0]?.outputs).toHaveLength(1);
    later(60_000);
    outputs(cell, { [STDOUT]: 'a' }, { [STDOUT]: 'b' });
    expect(runs[0]?.[0]?.outputs).toHaveLength(1);
  });

  it('keep their cells apart where the file gives these no ids, also when the notebook is another document', () => {
    const cells = [cellOf('a', 0, {}), cellOf('b', 0, {})] as [TestCell, TestCell];
    const { runs, execute, watch } = watching(...cells);
    execute(cells[0], 1);
    execute(cells[1], 2);
    const moved = cells.map(({ text }, index) => cellOf(text, index, {})) as [TestCell, TestCell];
    watch.moved(cells, moved, 3_000);
    execute(moved[1], 3);
    expect(runs).toHaveLength(1);
    expect(runs[0]?.map(({ cell }) => cell)).toEqual(['cell-0', 'cell-0-2', 'cell-0-2']);
  });

  it('have tags, and a text that is cut where it is long', () => {
    const cell = cellOf('x'.repeat(MAX_CELL_TEXT + 1), 0, { id: 'a', metadata: { tags: ['parameters', 3] } });
    const { runs, execute } = watching(cell);
    execute(cell, 1);
    expect(runs[0]?.[0]).toMatchObject({ isSourceCut: true, tags: ['parameters'] });
    expect(runs[0]?.[0]?.source).toHaveLength(MAX_CELL_TEXT);
  });
});
