import { describe, expect, it } from 'vitest';
import { addRecord, addToSummary, emptyBatch, type Summary } from '../../src/engine/tracking/batch';
import { parseFilter } from '../../src/engine/tracking/filter';
import { headlineKey } from '../../src/engine/tracking/headline';
import { outcomeOf, type Observed } from '../../src/engine/tracking/outcome';
import type { RunnerState, RunSpec } from '../../src/protocol/runFolder';

describe('collecting records', () => {
  it('sorts them by what they add to', () => {
    const batch = emptyBatch();
    addRecord(batch, ['metric', 10, 1, { loss: 0.5, acc: 'NaN' }]);
    addRecord(batch, ['metric', 11, 2, { loss: 0.4 }]);
    addRecord(batch, ['param', 12, 'api', { lr: '1' }]);
    addRecord(batch, ['tag', 12, { kind: 'x' }]);
    expect(batch.points.get('loss')).toEqual([
      { step: 1, timestampMs: 10, value: 0.5 },
      { step: 2, timestampMs: 11, value: 0.4 },
    ]);
    expect(batch.points.get('acc')?.[0]?.value).toBeNaN();
    expect(batch.params).toEqual([{ key: 'lr', value: '1', source: 'api' }]);
    expect(batch.tags).toEqual([{ key: 'kind', value: 'x' }]);
    expect(batch.records).toBe(4);
  });

  it('keeps keys that are names of object properties apart from them', () => {
    const batch = emptyBatch();
    addRecord(batch, JSON.parse('["metric", 1, 0, {"__proto__": 1, "constructor": 2}]') as never);
    expect([...batch.points.keys()]).toEqual(['__proto__', 'constructor']);
  });
});

describe("a metric's summary", () => {
  const summarise = (points: [number, number][]): Summary => {
    const summary: Summary = {
      count: 0,
      last: Number.NaN,
      lastStep: Number.NEGATIVE_INFINITY,
      lastMs: 0,
      min: null,
      max: null,
    };
    points.forEach(([step, value], index) => addToSummary(summary, { step, value, timestampMs: index }));
    return summary;
  };

  it.each<[string, [number, number][], Partial<Summary>]>([
    [
      'takes the last of rising steps',
      [
        [0, 3],
        [1, 2],
      ],
      { last: 2, lastStep: 1, min: 2, max: 3, count: 2 },
    ],
    [
      'keeps the highest step when points arrive out of order',
      [
        [5, 9],
        [2, 1],
      ],
      { last: 9, lastStep: 5, min: 1, max: 9 },
    ],
    [
      'takes the later of a repeated step',
      [
        [1, 4],
        [1, 7],
      ],
      { last: 7, lastStep: 1 },
    ],
    [
      'leaves infinities out of the bounds',
      [
        [0, 1],
        [1, Infinity],
      ],
      { last: Infinity, min: 1, max: 1 },
    ],
    ['has no bounds where nothing is finite', [[0, Number.NaN]], { last: Number.NaN, min: null, max: null }],
    [
      'takes negative steps',
      [
        [-5, 1],
        [-7, 2],
      ],
      { last: 1, lastStep: -5 },
    ],
  ])('%s', (_, points, expected) => {
    expect(summarise(points)).toMatchObject(expected);
  });
});

describe('the headline metric', () => {
  it.each([
    [['loss', 'val/auc', 'auc'], 'val/auc'],
    [['train/loss', 'val/loss'], 'val/loss'],
    [['system/cpu', 'epoch_time'], 'epoch_time'],
    [['system/cpu_percent', 'system/memory_mb'], null],
    [['accuracy', 'loss'], 'accuracy'],
    [['drift_effect/f1', 'drift_share', 'drift_effect/val/loss'], 'drift_share'],
    [[], null],
  ])('of %j is %s', (keys, expected) => {
    expect(headlineKey(keys)).toBe(expected);
  });
});

describe('a filter', () => {
  it('becomes conditions with bound values', () => {
    const conditions = parseFilter("status = 'FAILED' AND metrics.val/auc >= 0.9 and params.`a b` != 'x'");
    expect(conditions.map((condition) => condition.values)).toEqual([['FAILED'], ['val/auc', 0.9], ['a b', 'x']]);
  });

  it.each([
    ["name = 'a' XOR name = 'b'", 12],
    ['metrics.a = "x"', 1],
    ["colour = 'red'", 1],
    ['status = FAILED', 1],
    ["status = 'x' AND ", 18],
    ['params.x = three', 1],
    ["status = 'x'; DROP TABLE runs", 13],
  ])('%s is refused with the place', (filter, position) => {
    expect(() => parseFilter(filter)).toThrow(new RegExp(`at character ${String(position)} `));
  });
});

describe('what became of a run', () => {
  const spec = { created_ms: 1000, host: 'here' } as RunSpec;
  const gone = { pid: 1, start: '1' };
  const runner = (state: Partial<RunnerState>): RunnerState => ({
    state: 'exited',
    keeper: gone,
    runner: gone,
    child: gone,
    observer: null,
    boot_id: 'b',
    started_ms: 2000,
    ended_ms: 5000,
    exit_code: 0,
    signal: null,
    stop_requested: false,
    tty: true,
    error: null,
    output_lost: null,
    socket_error: null,
    observer_error: null,
    hook: 'loaded',
    ...state,
  });
  const observe = (observed: Partial<Observed>) =>
    outcomeOf({
      spec,
      runner: null,
      isAnyoneAlive: true,
      nowMs: 2000,
      lastSignMs: () => 4000,
      saidReason: () => null,
      ...observed,
    });

  it.each<[string, Partial<Observed>, object]>([
    ['is scheduled until the runner speaks', {}, { status: 'SCHEDULED' }],
    [
      'failed when the runner never spoke',
      { nowMs: 60_000 },
      { status: 'FAILED', reason: expect.stringMatching(/never started/) },
    ],
    ['runs', { runner: runner({ state: 'running', ended_ms: null }) }, { status: 'RUNNING', startMs: 2000 }],
    [
      'failed for the reason that the program says which drove it',
      { runner: runner({ exit_code: 1 }), saidReason: () => 'Cell [2] failed: KeyError: 1' },
      { status: 'FAILED', exitCode: 1, reason: 'Cell [2] failed: KeyError: 1' },
    ],
    ['finished with code 0', { runner: runner({}) }, { status: 'FINISHED', endMs: 5000, exitCode: 0, reason: null }],
    [
      'failed with another code',
      { runner: runner({ exit_code: 3 }) },
      { status: 'FAILED', exitCode: 3, reason: 'Exit code 3.' },
    ],
    [
      'failed as the program of ours says that carried it out',
      { runner: runner({ exit_code: 1 }), saidReason: () => '2 of 6 runs failed.' },
      { status: 'FAILED', exitCode: 1, reason: '2 of 6 runs failed.' },
    ],
    [
      'finished whatever was said, if it gave no other code',
      { runner: runner({}), saidReason: () => 'It failed.' },
      { status: 'FINISHED', reason: null },
    ],
    [
      'was killed by a signal that people send',
      { runner: runner({ exit_code: null, signal: 'SIGKILL' }) },
      { status: 'KILLED', signal: 'SIGKILL' },
    ],
    [
      'failed by a signal of a crash',
      { runner: runner({ exit_code: null, signal: 'SIGSEGV' }) },
      { status: 'FAILED', reason: 'Ended by SIGSEGV.' },
    ],
    [
      'was stopped, whatever code it gave',
      { runner: runner({ stop_requested: true }) },
      { status: 'KILLED', exitCode: 0, reason: 'Stopped on request.' },
    ],
    [
      'was killed when its processes left nothing',
      { runner: runner({ state: 'running', ended_ms: null }), isAnyoneAlive: false },
      { status: 'KILLED', endMs: 4000 },
    ],
    [
      'still runs as far as another machine can tell',
      { runner: runner({ state: 'running', ended_ms: null }), isAnyoneAlive: null },
      { status: 'RUNNING' },
    ],
    [
      'failed when it could not be started',
      { runner: runner({ state: 'failed_to_start', error: 'no such file' }) },
      { status: 'FAILED', reason: 'no such file' },
    ],
  ])('%s', (_, observed, expected) => {
    expect(observe(observed)).toMatchObject(expected);
  });

  it('never ends before it began', () => {
    expect(observe({ runner: runner({ ended_ms: 10 }) })).toMatchObject({ startMs: 2000, endMs: 2000 });
  });
});
