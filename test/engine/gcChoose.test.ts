import { describe, expect, it } from 'vitest';
import { choose } from '../../src/engine/house/choose';
import { type StoredRun, unitsOf } from '../../src/engine/house/units';
import { Retention } from '../../src/protocol/house';

const DAY = 24 * 3600 * 1000;
const NOW = 1000 * DAY;

/** A run that ended so many days ago. */
function run(runId: string, daysAgo: number, more: Partial<StoredRun> = {}): StoredRun {
  return {
    seq: 0,
    runId,
    parentRunId: null,
    experiment: 'e',
    name: runId,
    startMs: NOW - daysAgo * DAY - 1000,
    endMs: NOW - daysAgo * DAY,
    deletedMs: null,
    isPinned: false,
    ...more,
  };
}

function chosen(runs: readonly StoredRun[], rules: Partial<Retention>, registered: readonly string[] = []) {
  const units = unitsOf(runs, new Set(registered), (runId) => runId.startsWith('active'));
  let bytes = units.length * 10;
  const room = {
    get bytes() {
      return bytes;
    },
    take: () => void (bytes -= 10),
  };
  const { removed, kept } = choose(units, Retention.parse(rules), NOW, () => room);
  return {
    removed: Object.fromEntries(removed.map(({ unit, reason }) => [unit.top.runId, reason])),
    kept: Object.fromEntries(kept.map(({ unit, reason }) => [unit.top.runId, reason])),
  };
}

describe('the rules of retention', () => {
  it('take deleted runs alone where nothing is said, after thirty days', () => {
    const runs = [
      run('old', 900),
      run('deleted', 900, { deletedMs: NOW - 31 * DAY }),
      run('just', 900, { deletedMs: NOW - 29 * DAY }),
      run('half', 1, { deletedMs: 0 }),
    ];
    expect(chosen(runs, {})).toEqual({ removed: { deleted: 'deleted', half: 'interrupted' }, kept: {} });
    expect(chosen(runs, { deletedOlderThanMs: 0 }).removed).toMatchObject({ just: 'deleted' });
  });

  it('take by age, and never what is pinned, registered or goes on', () => {
    const runs = [
      run('old', 91),
      run('young', 89),
      run('pinned', 91, { isPinned: true }),
      run('model', 91),
      run('going', 91, { endMs: null }),
      run('active', 91),
    ];
    expect(chosen(runs, { olderThanMs: 90 * DAY }, ['model'])).toEqual({
      removed: { old: 'age' },
      kept: { pinned: 'pinned', model: 'registered', going: 'running', active: 'running' },
    });
  });

  it('keep runs of the last day unless that is asked for', () => {
    expect(chosen([run('a', 0.5)], { olderThanMs: 0 })).toEqual({ removed: {}, kept: { a: 'recent' } });
    expect(chosen([run('a', 0.5)], { olderThanMs: 0, includeRecent: true }).removed).toEqual({ a: 'age' });
  });

  it('keep the newest of each experiment', () => {
    const runs = [run('a', 5), run('b', 4), run('c', 3), run('other', 9, { experiment: 'f' })];
    expect(chosen(runs, { keepPerExperiment: 2 }).removed).toEqual({ a: 'count' });
    expect(chosen(runs, { keepPerExperiment: 0 }).removed).toEqual({
      a: 'count',
      b: 'count',
      c: 'count',
      other: 'count',
    });
  });

  it('take the oldest until the store is small enough, those counted that go anyway', () => {
    const runs = [
      run('a', 9),
      run('b', 8, { isPinned: true }),
      run('c', 7),
      run('d', 6),
      run('x', 50, { deletedMs: 1 }),
    ];
    expect(chosen(runs, { maxSizeBytes: 30 })).toEqual({ removed: { x: 'deleted', a: 'size' }, kept: {} });
    expect(chosen(runs, { maxSizeBytes: 20 })).toEqual({
      removed: { x: 'deleted', a: 'size', c: 'size' },
      kept: { b: 'pinned' },
    });
  });

  it('take what was deleted before what was not, if the store is too large, but not what was deleted today', () => {
    const runs = [
      run('a', 9),
      run('late', 50, { deletedMs: NOW - 2 * DAY }),
      run('early', 8, { deletedMs: NOW - 20 * DAY }),
      run('today', 50, { deletedMs: NOW - 1000 }),
      run('pinned', 50, { deletedMs: NOW - 20 * DAY, isPinned: true }),
    ];
    expect(chosen(runs, { maxSizeBytes: 40 }).removed).toEqual({ early: 'deleted' });
    expect(chosen(runs, { maxSizeBytes: 0 })).toEqual({
      removed: { early: 'deleted', late: 'deleted', a: 'size' },
      kept: { pinned: 'pinned' },
    });
    expect(chosen(runs, { maxSizeBytes: 0, includeRecent: true }).removed).toMatchObject({ today: 'deleted' });
    expect(chosen(runs, { olderThanMs: 0 }).removed).toEqual({ a: 'age' });
  });

  it('treat a run and what is below it as one', () => {
    const runs = [
      run('top', 50),
      run('fold', 50, { parentRunId: 'top' }),
      run('deep', 50, { parentRunId: 'fold', isPinned: true }),
      run('other', 50),
      run('late', 2, { parentRunId: 'other' }),
      run('gone', 50, { parentRunId: 'other', deletedMs: NOW - 40 * DAY }),
      run('orphan', 50, { parentRunId: 'nowhere' }),
      run('circle', 50, { parentRunId: 'circle' }),
    ];
    expect(chosen(runs, { olderThanMs: 30 * DAY })).toEqual({
      removed: { gone: 'deleted', orphan: 'age' },
      kept: { top: 'pinned' },
    });
  });
});
