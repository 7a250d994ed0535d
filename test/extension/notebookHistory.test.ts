import { describe, expect, it } from 'vitest';
import { type CellSummary, ExecutionHistory, type HistoryChange } from '../../src/extension/notebooks/history';

const running = (executionOrder: number): CellSummary => ({ executionOrder });
const over = (executionOrder: number, startTime: number, success = true): CellSummary => ({
  executionOrder,
  success,
  timing: { startTime, endTime: startTime + 10 },
});

function watched() {
  const history = new ExecutionHistory();
  const see = (key: string, source: string, summary: CellSummary | undefined, nowMs = 0) =>
    kinds(history.observe({ key, source, summary }, nowMs));
  const run = (key: string, source: string, order: number, startTime = order * 100) => [
    ...see(key, source, {}, startTime),
    ...see(key, source, running(order), startTime),
    ...see(key, source, over(order, startTime), startTime + 10),
  ];
  const sources = () => history.executions.map(({ source, order }) => [source, order]);
  return { history, see, run, sources };
}
const kinds = (changes: readonly HistoryChange[]) => changes.map(({ kind }) => kind);

describe('the executions of a notebook', () => {
  it('are begun when the kernel gives a number, and ended with time and success', () => {
    const { history, see } = watched();
    expect(see('a', 'x = 1', {}, 5)).toEqual([]);
    expect(see('a', 'x = 1', running(1), 7)).toEqual(['started']);
    expect(history.executions).toEqual([
      { key: 'a', source: 'x = 1', order: 1, startMs: 7, endMs: null, success: null },
    ]);
    expect(see('a', 'x = 1', over(1, 8, false), 20)).toEqual(['ended']);
    expect(history.executions).toEqual([
      { key: 'a', source: 'x = 1', order: 1, startMs: 8, endMs: 18, success: false },
    ]);
    expect(history.lastOf('a')).toBe(history.executions[0]);
  });

  it('keep the source that was started, whatever is typed meanwhile', () => {
    const { see, sources } = watched();
    see('a', 'x = 1', running(1));
    see('a', 'x = 2', over(1, 100));
    expect(sources()).toEqual([['x = 1', 1]]);
  });

  it('are in the order of their start, a cell twice where it was executed twice', () => {
    const { run, sources } = watched();
    run('b', 'y = 1', 1);
    run('a', 'x = 1', 2);
    run('b', 'y = 2', 3);
    expect(sources()).toEqual([
      ['y = 1', 1],
      ['x = 1', 2],
      ['y = 2', 3],
    ]);
  });

  it('are not made by cleared outputs, nor by the same news again', () => {
    const { run, see, sources } = watched();
    run('a', 'x = 1', 1);
    expect(see('a', 'x = 1', over(1, 100))).toEqual([]);
    expect(see('a', 'x = 1', {})).toEqual([]);
    expect(see('a', 'x = 1', undefined)).toEqual([]);
    expect(sources()).toEqual([['x = 1', 1]]);
  });

  it('are told of even where VS Code only says that a cell is over', () => {
    const { see, sources } = watched();
    expect(see('a', 'x = 1', over(4, 100))).toEqual(['started', 'ended']);
    expect(sources()).toEqual([['x = 1', 4]]);
  });

  it('are told of for a kernel that does not number', () => {
    const { see, history } = watched();
    const timed = (startTime: number) => ({ success: true, timing: { startTime, endTime: startTime + 1 } });
    expect(see('a', 'x = 1', timed(10))).toEqual(['started', 'ended']);
    expect(see('a', 'x = 1', timed(10))).toEqual([]);
    expect(see('a', 'x = 1', timed(20))).toEqual(['started', 'ended']);
    expect(history.executions).toHaveLength(2);
  });

  it('leave out empty cells, which kernels do not count', () => {
    const { run, sources } = watched();
    run('a', 'x = 1', 1);
    expect(run('b', '  \n', 1)).toEqual([]);
    run('c', 'y = 1', 2);
    expect(sources()).toEqual([
      ['x = 1', 1],
      ['y = 1', 2],
    ]);
  });
});

describe('a kernel that was restarted', () => {
  it('is seen by the numbers going back, and what was before is forgotten', () => {
    const { run, sources } = watched();
    run('a', 'x = 1', 1);
    run('b', 'y = 1', 2);
    expect(run('b', 'y = 1', 1, 900)).toEqual(['restarted', 'started', 'ended']);
    expect(sources()).toEqual([['y = 1', 1]]);
  });

  it('is seen when the only cell gets the same number again', () => {
    const { run, see, sources } = watched();
    run('a', 'x = 1', 1);
    expect(run('a', 'x = 2', 1, 500)).toEqual(['restarted', 'started', 'ended']);
    expect(see('a', 'x = 3', over(1, 900))).toEqual(['restarted', 'started', 'ended']);
    expect(sources()).toEqual([['x = 3', 1]]);
  });

  it('forgets a cell that was still being executed', () => {
    const { see, run, history, sources } = watched();
    run('a', 'x = 1', 1);
    see('b', 'while True: pass', running(2));
    run('a', 'x = 1', 1, 900);
    expect(sources()).toEqual([['x = 1', 1]]);
    expect(history.lastOf('b')).toBeUndefined();
  });

  it('can be told of before anything is executed', () => {
    const { run, history } = watched();
    run('a', 'x = 1', 1);
    history.forget();
    expect(history.executions).toEqual([]);
    expect(run('a', 'x = 1', 1, 500)).toEqual(['started', 'ended']);
  });
});

it('does not grow without end', () => {
  const { run, history } = watched();
  for (let order = 1; order <= 2_100; order += 1) run(order === 1 ? 'first' : 'a', `x = ${String(order)}`, order);
  expect(history.executions).toHaveLength(2_000);
  expect(history.executions.at(-1)?.order).toBe(2_100);
  expect(history.lastOf('first')).toBeUndefined();
});
