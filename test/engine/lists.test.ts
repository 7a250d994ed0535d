/** Lists of runs: every order page by page, filters, search, groups, keys. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunOrder } from '../../src/protocol/lists';
import type { Params } from '../../src/protocol/requests';
import { type FakeRun, type ListStore, listStore } from './lists.support';

let store: ListStore;
beforeEach(() => {
  store = listStore();
});
afterEach(() => {
  store.dispose();
});

const idsOf = (params: Params<'runs/list'>) => store.ask('runs/list', params).runs.map(({ runId }) => runId);

/** The whole list in pages of so many. */
function paged(params: Params<'runs/list'>, limit: number): string[] {
  const ids: string[] = [];
  for (let pageToken: string | null | undefined; pageToken !== null;) {
    const page = store.ask('runs/list', { ...params, limit, ...(pageToken === undefined ? {} : { pageToken }) });
    ids.push(...page.runs.map(({ runId }) => runId));
    pageToken = page.nextPageToken;
  }
  return ids;
}

/** Deterministic, so that a failure can be seen again. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
}

const ORDERS: readonly Omit<RunOrder, 'descending'>[] = [
  { by: 'start', key: '' },
  { by: 'end', key: '' },
  { by: 'duration', key: '' },
  { by: 'name', key: '' },
  { by: 'status', key: '' },
  { by: 'param', key: 'x' },
  { by: 'metric', key: 'auc' },
  { by: 'tag', key: 't' },
];

/** Runs with many equal values, missing ones, and all that is awkward to compare. */
function awkwardRuns(count: number): FakeRun[] {
  const next = random(7);
  const pick = <T>(...values: T[]): T | undefined => values[next(values.length)];
  const texts = [
    '1',
    '1.0',
    '2',
    '10',
    '-3',
    '1e-3',
    '1e999',
    '-1e999',
    'rf',
    'RF',
    '',
    'Größe',
    '名前'.repeat(900),
    '005',
  ];
  const numbers = [1, 1, 2.5, -1, Infinity, -Infinity, Number.NaN, 0, -0, 1e-300];
  return Array.from({ length: count }, () => {
    const startMs = 1000 + next(20);
    const endMs = pick(startMs, startMs + 5, startMs + next(50), null) ?? null;
    const text = pick(...texts);
    const tag = pick(...texts);
    const number = pick(...numbers);
    return {
      startMs,
      endMs,
      name: pick('a', 'A', 'b', 'ä', 'B', '<img onerror=x>') ?? '',
      status: endMs === null ? (pick('RUNNING', 'SCHEDULED') ?? '') : (pick('FINISHED', 'FAILED', 'KILLED') ?? ''),
      pinned: next(9) === 0,
      starred: next(3) === 0,
      ...(text === undefined || next(4) === 0 ? {} : { params: { x: text, y: '1' } }),
      ...(tag === undefined || next(4) === 0 ? {} : { tags: { t: tag } }),
      ...(number === undefined || next(4) === 0 ? {} : { metrics: { auc: number, loss: 1 } }),
    };
  });
}

describe('a list in pages', () => {
  it('has each run once and in the same order, whatever it is sorted by, with equal values and without any', () => {
    store.add(awkwardRuns(45));
    for (const order of ORDERS) {
      for (const descending of [false, true]) {
        for (const stacked of [false, true]) {
          const params = { orderBy: { ...order, descending }, stacked };
          const whole = idsOf({ ...params, limit: 500 });
          expect(new Set(whole).size).toBe(45);
          expect(paged(params, 11)).toEqual(whole);
          // The other way to the same page: from the few that meet a condition.
          const filter = 'starred = true';
          const starred = new Set(idsOf({ filter, limit: 500 }));
          expect(paged({ ...params, filter }, 11)).toEqual(whole.filter((id) => starred.has(id)));
        }
      }
    }
  });

  it('sorts numbers as numbers, text behind them, and what is not there last in both directions', () => {
    const values = ['10', '9', 'rf', null, '-1', '0.5'];
    store.add(
      values
        .map((x, index) => ({ id: x ?? 'none', startMs: index, params: x === null ? {} : { x } }))
        .map((run) => ({ ...run, id: `id${run.id.replaceAll(/[.-]/g, '_')}` })),
    );
    const by = (descending: boolean) => idsOf({ orderBy: { by: 'param', key: 'x', descending } });
    expect(by(false)).toEqual(['id_1', 'id0_5', 'id9', 'id10', 'idrf', 'idnone']);
    expect(by(true)).toEqual(['id10', 'id9', 'id0_5', 'id_1', 'idrf', 'idnone']);
  });

  it('has infinities among the numbers, NaN behind them, and runs without the metric last', () => {
    store.add([
      { id: 'nan', metrics: { auc: Number.NaN } },
      { id: 'none' },
      { id: 'inf', metrics: { auc: Infinity } },
      { id: 'one', metrics: { auc: 1 } },
      { id: 'minus', metrics: { auc: -Infinity } },
    ]);
    const by = (descending: boolean) => paged({ orderBy: { by: 'metric', key: 'auc', descending } }, 1);
    expect(by(false)).toEqual(['minus', 'one', 'inf', 'nan', 'none']);
    expect(by(true)).toEqual(['inf', 'one', 'minus', 'nan', 'none']);
  });

  it('has pinned runs on top, then those that run', () => {
    store.add([
      { id: 'old-pinned', pinned: true },
      { id: 'running', endMs: null },
      { id: 'new' },
      { id: 'new-pinned', pinned: true, endMs: null },
    ]);
    expect(idsOf({ stacked: true })).toEqual(['new-pinned', 'old-pinned', 'running', 'new']);
    expect(idsOf({})).toEqual(['new-pinned', 'new', 'running', 'old-pinned']);
  });

  it('gives the values of the columns in their order: the strongest of a parameter, the last of a metric', () => {
    store.add([{ params: { lr: '0.1' }, tags: { team: 'x' }, metrics: { auc: Number.NaN } }]);
    store.db.exec("INSERT INTO params (run_seq, key, source, value, shadowed) VALUES (1, 'lr', 'library', '0.9', 1)");
    const columns = (['tag team', 'param lr', 'metric auc', 'metric none', 'param none'] as const).map((text) => {
      const [kind, key = ''] = text.split(' ');
      return { kind: kind as 'tag', key };
    });
    expect(store.ask('runs/list', { columns }).runs[0]?.values).toEqual(['x', '0.1', 'NaN', null, null]);
    expect(store.ask('runs/rows', { runIds: ['run-0'], columns }).runs[0]?.values).toEqual([
      'x',
      '0.1',
      'NaN',
      null,
      null,
    ]);
    expect(idsOf({ filter: "params.lr = '0.9'" })).toEqual([]);
  });

  it('refuses a token of another order', () => {
    store.add([{}, {}, {}]);
    const { nextPageToken } = store.ask('runs/list', { limit: 1 });
    const orderBy = { by: 'param', key: 'x', descending: true } as const;
    expect(() => store.ask('runs/list', { orderBy, pageToken: nextPageToken ?? '' })).toThrow(/page token/);
  });

  it('stays below the size of a message with the longest names and values', () => {
    const long = '名'.repeat(4096);
    store.add(Array.from({ length: 60 }, () => ({ name: long, params: { x: long } })));
    const columns = Array.from({ length: 12 }, () => ({ kind: 'param' as const, key: 'x' }));
    const { runs } = store.ask('runs/list', { columns });
    expect(Buffer.byteLength(JSON.stringify(runs))).toBeLessThan(1_000_000);
    const runIds = Array.from({ length: 60 }, (_, index) => `run-${String(index)}`);
    const rows = store.ask('runs/rows', { runIds, columns }).runs;
    expect(rows).toHaveLength(60);
    expect(Buffer.byteLength(JSON.stringify(rows))).toBeLessThan(1_000_000);
  });
});

describe('filters', () => {
  beforeEach(() => {
    store.add([
      {
        id: 'a',
        name: 'Alpha',
        experiment: 'fraud',
        source: 'train.py',
        branch: 'main',
        starred: true,
        startMs: 0,
        endMs: 90_000,
      },
      { id: 'b', experiment: 'churn', source: 'sub/x.py', pinned: true, tags: { team: 'x' }, params: { m: 'rf' } },
      { id: 'c', experiment: 'churn', branch: 'dev', status: 'FAILED', params: { m: 'xgb' }, metrics: { auc: 0.5 } },
    ]);
  });
  it.each([
    ['starred = true', 'a'],
    ["starred = 'false' AND pinned != TRUE", 'c'],
    ["kind = 'script'", 'c b a'],
    ["experiment = 'fraud'", 'a'],
    ['experiment IN (\'fraud\', "none")', 'a'],
    ["experiment NOT IN ('fraud')", 'c b'],
    ["attributes.script LIKE '%.py' AND script != 'train.py'", 'b'],
    ["branch = 'main'", 'a'],
    ["branch LIKE 'D%'", ''],
    ["branch ILIKE 'D%'", 'c'],
    ['duration >= 90', 'a'],
    ['duration < 1.5', 'c b'],
    ["status IN ('FAILED','KILLED')", 'c'],
    ["run_id IN ('a','c')", 'c a'],
    ["run_id LIKE 'b%'", 'b'],
    ['tags.team IS NULL', 'c a'],
    ['tags.team is  not null', 'b'],
    ['params.m IS NOT NULL AND metrics.auc <= 0.5', 'c'],
    ["params.m ILIKE 'RF'", 'b'],
  ])('%s finds %s', (filter, ids) => {
    expect(idsOf({ filter }).join(' ')).toBe(ids);
  });

  it.each([
    ["starred = 'yes'", /starred is compared with true or false/],
    ['tags.team IN (x)', /compared with text in quotes/],
    ['starred IS NULL', /starred is always true or false/],
    ["status IN 'x'", /at character 1 /],
    ['metrics.auc > good', /metrics are compared with numbers/],
    ['metrics.auc > 1.2.3', /metrics are compared with numbers/],
    ['metrics.auc > 0x10', /metrics are compared with numbers/],
    ['metrics.auc > -inf', /metrics are compared with numbers/],
    ["name = 'x' AND status = failed", /at character 16 .*status is compared with text in quotes/],
    ['params.m = rf', /compared with text in quotes/],
    ['starred > true', /by = and !=/],
    ["duration LIKE 'x'", /a number \(seconds\)/],
    ['duration IN (1)', /at character 1 /],
  ])('%s is refused', (filter, why) => {
    expect(() => idsOf({ filter })).toThrow(why);
  });

  it('do not see what the user took away', () => {
    store.db.exec("UPDATE tags SET edited = 2 WHERE key = 'team'");
    expect(idsOf({ filter: "tags.team = 'x'" })).toEqual([]);
    expect(idsOf({ filter: 'tags.team IS NULL' })).toEqual(['c', 'b', 'a']);
    expect(store.ask('runs/tags', { runId: 'b' }).tags).toEqual([]);
    expect(store.ask('runs/get', { runId: 'b' }).counts.tags).toBe(0);
    expect(store.ask('runs/keys', { kinds: ['tag'] }).keys).toEqual([]);
    const grouping = { by: 'tag', key: 'team' } as const;
    expect(store.ask('runs/groups', { grouping }).groups).toMatchObject([{ value: null, runCount: 3 }]);
  });
});

describe('search', () => {
  it.each([
    ['größe', 'a'],
    ['GRÖ öße', 'a'],
    ['lr=0.1', 'b'],
    ['r=0', 'b'],
    ['名前', 'c'],
    ['"% _', 'd'],
    ['onerror=alert', 'd'],
    ['quo"te', 'd'],
    ['x nothing', ''],
    ['0. LR', 'b'],
    ['.1', 'b'],
    ['ßE', 'a'],
    ['FS', ''],
    ['"%', 'd'],
    ['o"', 'd'],
    ['(1', 'd'],
    ['é', ''],
    ['前', 'c'],
    ['  ', 'd c b a'],
  ])('%s finds %s', (search, ids) => {
    store.add([
      { id: 'a', name: 'Größe' },
      { id: 'b', params: { lr: '0.1' } },
      { id: 'c', tags: { x: '名前' } },
      { id: 'd', name: '<img onerror=alert(1)> "% _ quo"te\0' },
    ]);
    expect(idsOf({ search }).join(' ')).toBe(ids);
  });
});

describe('groups', () => {
  const groups = (params: Params<'runs/groups'>) =>
    store.ask('runs/groups', params).groups.map(({ value, runCount, runningCount }) => [value, runCount, runningCount]);

  it('have the newest first, count what runs on all levels, and give their runs', () => {
    store.add([
      { id: 'a', experiment: 'one', source: 'x.py', branch: 'main', tags: { team: 'red' } },
      { id: 'b', experiment: 'two', source: 'y.py', status: 'FAILED' },
      { id: 'c', experiment: 'one', source: 'x.py', branch: 'dev', tags: { team: 'blue' }, endMs: null },
      { id: 'd', experiment: 'one', source: 'z.py', parent: 'c', endMs: null },
      { id: 'e', experiment: 'two', deletedMs: 5 },
    ]);
    expect(groups({ grouping: { by: 'experiment' } })).toEqual([
      ['one', 2, 2],
      ['two', 1, 0],
    ]);
    expect(groups({ grouping: { by: 'script' } })).toEqual([
      ['x.py', 2, 1],
      ['y.py', 1, 0],
    ]);
    expect(groups({ grouping: { by: 'branch' } })).toEqual([
      ['dev', 1, 1],
      [null, 1, 1],
      ['main', 1, 0],
    ]);
    expect(groups({ grouping: { by: 'tag', key: 'team' } })).toEqual([
      ['blue', 1, 1],
      [null, 1, 1],
      ['red', 1, 0],
    ]);
    expect(groups({ grouping: { by: 'status' } })).toEqual([
      ['RUNNING', 1, 2],
      ['FAILED', 1, 0],
      ['FINISHED', 1, 0],
    ]);
    expect(groups({ grouping: { by: 'experiment' }, filter: "tags.team = 'red'" })).toEqual([['one', 1, 0]]);
    expect(groups({ grouping: { by: 'experiment' }, deleted: true })).toEqual([['two', 1, 0]]);
    const inGroup = (by: 'branch' | 'tag' | 'script' | 'status', value: string | null) =>
      idsOf({ group: { grouping: { by, key: 'team' }, value } });
    expect(inGroup('branch', null)).toEqual(['b']);
    expect(inGroup('tag', null)).toEqual(['b']);
    expect(inGroup('tag', 'blue')).toEqual(['c']);
    expect(inGroup('script', 'x.py')).toEqual(['c', 'a']);
    expect(() => inGroup('status', null)).toThrow(/no group/);
  });

  it('by day are days of the local time, over a change of the clocks too', () => {
    const at = (date: number, hour: number) => new Date(2026, 2, date, hour).getTime();
    store.add([at(28, 23), at(29, 0), at(29, 23), at(30, 0)].map((startMs) => ({ startMs })));
    expect(groups({ grouping: { by: 'day' } })).toEqual([
      ['2026-03-30', 1, 0],
      ['2026-03-29', 2, 0],
      ['2026-03-28', 1, 0],
    ]);
    const day = (value: string) => idsOf({ group: { grouping: { by: 'day', key: '' }, value } });
    expect(day('2026-03-29')).toEqual(['run-2', 'run-1']);
    expect(() => day('yesterday')).toThrow(/A day is written/);
  });

  it.each(['experiment', 'branch', 'tag', 'day'] as const)('by %s come in pages, each once', (by) => {
    store.add(
      Array.from({ length: 40 }, (_, index) => ({
        experiment: `e${String(index % 9)}`,
        branch: index % 7 === 0 ? null : `b${String(index % 5)}`,
        tags: index % 3 === 0 ? {} : { t: String(index % 8) },
        startMs: 1_700_000_000_000 + (index % 6) * 86_400_000,
      })),
    );
    const grouping = { by, key: 't' };
    const whole = groups({ grouping });
    expect(whole.reduce((sum, [, count]) => sum + Number(count), 0)).toBe(40);
    const found: unknown[] = [];
    for (let pageToken: string | null | undefined; pageToken !== null;) {
      const page = store.ask('runs/groups', { grouping, limit: 2, ...(pageToken === undefined ? {} : { pageToken }) });
      found.push(...page.groups.map(({ value, runCount, runningCount }) => [value, runCount, runningCount]));
      pageToken = page.nextPageToken;
    }
    expect(found).toEqual(whole);
  });
});

it('keys to choose from are those of the most runs first', () => {
  store.add([
    { params: { lr: '1' }, metrics: { auc: 1 } },
    { params: { lr: '2' }, tags: { 'a%b': 'x' } },
  ]);
  expect(store.ask('runs/keys', {}).keys).toEqual([
    { kind: 'param', key: 'lr', runCount: 2 },
    { kind: 'tag', key: 'a%b', runCount: 1 },
    { kind: 'metric', key: 'auc', runCount: 1 },
  ]);
  // MLflow's own tags, which nearly every run of its clients has, stand behind all others, and what every run measures.
  store.add([
    { tags: { 'mlflow.user': 'ada' } },
    { tags: { 'mlflow.user': 'ada' } },
    { tags: { 'mlflow.user': 'bob' } },
    { metrics: { 'system/cpu': 1 } },
    { metrics: { 'system/cpu': 2 } },
  ]);
  expect(store.ask('runs/keys', {}).keys.slice(-2)).toEqual([
    { kind: 'metric', key: 'system/cpu', runCount: 2 },
    { kind: 'tag', key: 'mlflow.user', runCount: 3 },
  ]);
  expect(store.ask('runs/keys', { search: 'mlflow' }).keys).toHaveLength(1);
  expect(store.ask('runs/keys', { search: 'A%' }).keys.map(({ key }) => key)).toEqual(['a%b']);
  expect(store.ask('runs/keys', { kinds: ['metric'], search: 'AU' }).keys).toHaveLength(1);
});
