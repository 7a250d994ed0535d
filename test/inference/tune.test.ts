import { describe, expect, it } from 'vitest';
import type { NamedTensor } from '../../src/inference/datatype';
import { Refused } from '../../src/inference/refused';
import type { Model } from '../../src/inference/session';
import { bestOf, tuned } from '../../src/inference/tune';

/** Whose runs take what they are told to, by a clock of their own: what is decided rests on times alone. */
function timed(msOf: (rows: number, threads: number) => number) {
  const opened: number[] = [];
  const released: number[] = [];
  const runs: number[] = [];
  let nowMs = 0;
  const open = (threads: number): Promise<Model> => {
    opened.push(threads);
    return Promise.resolve({
      signature: {
        inputs: [{ name: 'x', datatype: 'FP32', shape: ['N', 3] }],
        ...{ outputs: [], unreadable: [], labels: {} },
      },
      run: (feeds: readonly NamedTensor[]) => {
        const rows = feeds[0]?.shape[0] ?? 0;
        runs.push(rows);
        nowMs += msOf(rows, threads);
        return Promise.resolve([]);
      },
      release: () => {
        released.push(threads);
        return Promise.resolve();
      },
    });
  };
  return { open, opened, released, runs, on: (cores: number) => ({ cores, now: () => nowMs }) };
}

const yes = () => Promise.resolve(true);
const no = () => Promise.resolve(false);
const NO_WISHES = { threads: null, batchRows: null };

describe('how a model is best run', () => {
  it('is in batches that are as large as they gain something', async () => {
    // A third of a millisecond for each call, and next to nothing for a row up to 16 of them.
    const model = timed((rows) => 0.3 + Math.max(0, rows - 16) * 0.3);
    const { tuning, answersBatches } = await tuned(model.open, yes, NO_WISHES, model.on(1));
    expect(answersBatches).toBe(true);
    expect(tuning).toMatchObject({ threads: 1, batchRows: 16 });
    expect(tuning.tried.map(({ rows }) => rows)).toEqual([1, 2, 4, 8, 16, 32, 64]);
  });

  it('is row by row where rows together take as long, and where they are answered otherwise', async () => {
    const slow = timed((rows) => rows * 4);
    expect((await tuned(slow.open, yes, NO_WISHES, slow.on(1))).tuning.batchRows).toBe(1);
    // A run that takes more than those who wait should wait for is not tried.
    expect(Math.max(...slow.runs)).toBeLessThanOrEqual(4);

    const quick = timed(() => 0.1);
    expect((await tuned(quick.open, no, NO_WISHES, quick.on(1))).tuning).toEqual({
      threads: 1,
      batchRows: 1,
      tried: [],
    });
  });

  it('is with more threads where they pay', async () => {
    const shared = timed((_, threads) => 6 / threads);
    const { tuning, model } = await tuned(shared.open, no, NO_WISHES, shared.on(4));
    expect(tuning).toMatchObject({ threads: 4, batchRows: 1 });
    expect(tuning.tried.map(({ threads }) => threads)).toEqual([1, 4]);
    expect([shared.opened, shared.released]).toEqual([[1, 4], [1]]);
    await model.run([]);

    const alone = timed((_, threads) => (threads === 1 ? 3 : 2.6));
    expect((await tuned(alone.open, no, NO_WISHES, alone.on(4))).tuning.threads).toBe(1);
    expect([alone.opened, alone.released]).toEqual([[1, 4], [4]]);

    const short = timed(() => 0.05);
    await tuned(short.open, no, NO_WISHES, short.on(4));
    expect(short.opened).toEqual([1]);
  });

  it('is what somebody told, and then nothing is tried', async () => {
    const model = timed(() => 1);
    const { tuning } = await tuned(model.open, yes, { threads: 3, batchRows: 7 }, model.on(4));
    expect(tuning).toEqual({ threads: 3, batchRows: 7, tried: [] });
    expect([model.opened, model.runs]).toEqual([[3], []]);
  });

  it('is as usual where made-up rows are refused', async () => {
    const model = timed(() => {
      throw new Refused('Not these.');
    });
    const { tuning } = await tuned(model.open, yes, NO_WISHES, model.on(4));
    expect(tuning).toEqual({ threads: 1, batchRows: 64, tried: [] });
  });

  it('is as far as it could be tried, where more is refused or there is no room for it twice', async () => {
    const few = timed((rows) => {
      if (rows > 4) throw new Refused('At most 4.');
      return 1;
    });
    expect((await tuned(few.open, yes, NO_WISHES, few.on(1))).tuning).toMatchObject({ batchRows: 4 });

    const large = timed(() => 9);
    const once = (threads: number) => (threads === 1 ? large.open(threads) : Promise.reject(new Error('no memory')));
    const { tuning, model } = await tuned(once, no, NO_WISHES, large.on(4));
    expect(tuning).toEqual({ threads: 1, batchRows: 1, tried: [{ threads: 1, rows: 1, ms: 9 }] });
    expect(large.released).toEqual([]);
    await model.run([]);
  });

  it('takes the fewest rows among those that cost hardly more than at best', () => {
    const tried = [
      { threads: 1, rows: 1, ms: 1 },
      { threads: 1, rows: 2, ms: 1.05 },
      { threads: 1, rows: 4, ms: 2 },
    ];
    expect(bestOf(tried)).toBe(2);
    expect(bestOf([])).toBe(1);
  });
});
