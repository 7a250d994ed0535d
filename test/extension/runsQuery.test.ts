import { describe, expect, it } from 'vitest';
import { groupItem } from '../../src/extension/views/runs/groups';
import { completed, keyFragmentOf, meaningOf } from '../../src/extension/views/runs/query/filterText';
import {
  directionsOf,
  EVERYTHING,
  messageOf,
  selectionOf,
  selectionWith,
  type TreeQuery,
} from '../../src/extension/views/runs/query/query';
import { QueryState } from '../../src/extension/views/runs/query/queryState';
import { l10n, memory } from './support';

describe('what is typed to find runs', () => {
  it.each<[string, object]>([
    ['', {}],
    ['  forest  deep ', { search: 'forest deep' }],
    ['"random forest"', { search: 'random forest' }],
    ['depth=8', { search: 'depth=8' }],
    ['森林 лес', { search: '森林 лес' }],
    ["metrics.auc > 0.9 AND params.model = 'rf'", { filter: "metrics.auc > 0.9 AND params.model = 'rf'" }],
    ['auc > 0.9', { filter: '(metrics.auc > 0.9 OR params.auc > 0.9)' }],
    ['auc>=-1e-3', { filter: '(metrics.auc >= -1e-3 OR params.auc >= -1e-3)' }],
    ['forest auc > 0.9 deep', { filter: '(metrics.auc > 0.9 OR params.auc > 0.9)', search: 'forest deep' }],
    ['params.depth=8', { filter: "params.depth = '8'" }],
    ['depth = 8', { filter: "params.depth = '8'" }],
    ['depth != 8', { filter: "params.depth != '8'" }],
    ["tags.team = it's", { search: "it's", unfinished: 'tags.team =' }],
    ['tags.team = "it\'s"', { filter: 'tags.team = "it\'s"' }],
    ['tags."team name" = blue', { filter: `tags."team name" = 'blue'` }],
    ['status = failed', { filter: "attributes.status = 'FAILED'" }],
    ["status IN ('FAILED', 'KILLED') x", { filter: "attributes.status IN ('FAILED', 'KILLED')", search: 'x' }],
    ['tags.team is null rf', { filter: 'tags.team IS NULL', search: 'rf' }],
    ['name ilike %rf%', { filter: "attributes.name ILIKE '%rf%'" }],
    ['duration > 60 starred = true', { filter: 'attributes.duration > 60 AND attributes.starred = true' }],
    ['this is in here', { search: 'this is in here' }],
    ['metrics.auc >', { unfinished: 'metrics.auc >' }],
    ['rf status = ', { search: 'rf', unfinished: 'status =' }],
    ['a > b', { search: 'a > b' }],
    ['=', { search: '=' }],
    [
      'auc > 0.9 or loss < 0.1',
      { filter: '((metrics.auc > 0.9 OR params.auc > 0.9) OR (metrics.loss < 0.1 OR params.loss < 0.1))' },
    ],
    [
      'rf auc > 0.9 OR loss < 0.1 status = failed',
      {
        search: 'rf',
        filter:
          "((metrics.auc > 0.9 OR params.auc > 0.9) OR (metrics.loss < 0.1 OR params.loss < 0.1)) AND attributes.status = 'FAILED'",
      },
    ],
    [
      'auc > 0.9 and loss < 0.1',
      { filter: '(metrics.auc > 0.9 OR params.auc > 0.9) AND (metrics.loss < 0.1 OR params.loss < 0.1)' },
    ],
    ['not (tags.a = x loss < 0.1)', { filter: "NOT (tags.a = 'x' AND (metrics.loss < 0.1 OR params.loss < 0.1))" }],
    [
      '(auc > 0.9 OR (loss<0.1 AND NOT tags.a = b))',
      {
        filter:
          "((metrics.auc > 0.9 OR params.auc > 0.9) OR ((metrics.loss < 0.1 OR params.loss < 0.1) AND NOT tags.a = 'b'))",
      },
    ],
    ['NOT status = failed deep', { filter: "NOT attributes.status = 'FAILED'", search: 'deep' }],
    ['(old) not new or used and so on', { search: '(old) not new or used and so on' }],
    ['auc > 0.9 or so', { filter: '(metrics.auc > 0.9 OR params.auc > 0.9)', search: 'or so' }],
    ['auc > 0.9 OR ', { unfinished: 'auc > 0.9 OR' }],
    ['(auc > 0.9 ', { unfinished: '(auc > 0.9' }],
    ['status in (failed, killed)', { filter: "attributes.status IN ('FAILED', 'KILLED')" }],
    ['params.depth in (4, deep)', { filter: "params.depth IN ('4', 'deep')" }],
    ['params.depth < 8', { filter: 'params.depth < 8' }],
    ['duration > 5m', { filter: "attributes.duration > '5m'" }],
    ["start_time > '2026-11-01 14:00'", { filter: "attributes.start_time > '2026-11-01 14:00'" }],
    ['name rlike ^rf-[0-9]+$', { filter: "attributes.name RLIKE '^rf-[0-9]+$'" }],
    ['name not like %rf%', { filter: "attributes.name NOT LIKE '%rf%'" }],
  ])('%s', (text, meant) => {
    expect(meaningOf(text)).toEqual(meant);
  });

  it('may name a day, which begins where the user is', () => {
    const start = new Date(2026, 0, 31).getTime();
    expect(meaningOf('start_time >= 2026-01-31').filter).toBe(`attributes.start_time >= ${String(start)}`);
  });

  it('takes no more time than its length asks for', () => {
    const started = performance.now();
    for (const text of [
      '"'.repeat(4000),
      'a'.repeat(4000),
      ' ='.repeat(2000),
      'x IS NOT '.repeat(500),
      '('.repeat(4000),
      '(NOT '.repeat(1000),
      'a > 1 OR '.repeat(500),
      "('".repeat(2000),
    ])
      meaningOf(text);
    expect(performance.now() - started).toBeLessThan(5000);
  });

  it.each([
    ['forest au', { kind: 'metric', key: 'auc' }, 'forest metrics.auc > '],
    ['params."learning r', { kind: 'param', key: 'learning rate' }, 'params."learning rate" = '],
    ['params.de', { kind: 'param', key: 'depth' }, 'params.depth = '],
    ['', { kind: 'tag', key: 'team name' }, 'tags."team name" = '],
    ['', { kind: 'tag', key: 'say "a"' }, 'tags.`say "a"` = '],
  ] as const)('%s is completed', (text, column, expected) => {
    expect(completed(text, column)).toBe(expected);
    expect(meaningOf(`${completed(text, column)}1`).filter).toMatch(/^\w+\.\S.* [>=] '?1'?$/);
  });

  it('is completed within parentheses', () => {
    expect(completed('rf (au', { kind: 'metric', key: 'auc' })).toBe('rf (metrics.auc > ');
  });

  it('looks for a key without the word in front of it', () => {
    expect(keyFragmentOf('forest metrics.au')).toBe('au');
  });
});

describe('the query', () => {
  const query: TreeQuery = { ...EVERYTHING, text: 'rf auc > 0.9' };

  it('selects by words and comparisons', () => {
    expect(selectionOf(query)).toEqual({ search: 'rf', filter: '(metrics.auc > 0.9 OR params.auc > 0.9)' });
    expect(selectionOf(EVERYTHING)).toEqual({});
  });

  it('finds one run among what it selects', () => {
    expect(selectionWith(query, 'r1')).toEqual({
      search: 'rf',
      filter: "(metrics.auc > 0.9 OR params.auc > 0.9) AND run_id = 'r1'",
    });
    expect(selectionWith(EVERYTHING, 'r1')).toEqual({ filter: "run_id = 'r1'" });
  });

  it.each([
    [EVERYTHING, 3, ''],
    [query, 1, 'Filter: rf auc > 0.9 (1 run)'],
    [query, 12, 'Filter: rf auc > 0.9 (12 runs)'],
    [query, 0, 'Filter: rf auc > 0.9 (no run)'],
    [query, null, 'Filter: rf auc > 0.9'],
  ])('says which filter is on', (shown, count, message) => {
    expect(messageOf(shown, count, l10n)).toBe(message);
  });

  it('offers the direction first that one wants more often', () => {
    expect(directionsOf('metric', l10n)).toEqual([
      { descending: true, word: 'Highest First' },
      { descending: false, word: 'Lowest First' },
    ]);
    expect(directionsOf('name', l10n)[0]).toEqual({ descending: false, word: 'Ascending' });
  });

  it('is kept for the workspace, and tells when it is another', async () => {
    const kept = memory();
    const state = new QueryState(kept);
    const told: TreeQuery[] = [];
    state.onDidChange((next) => told.push(next));
    await state.change({ text: 'rf' });
    await state.change({ text: 'rf' });
    expect(told).toHaveLength(1);
    expect(new QueryState(kept).query).toEqual({ ...EVERYTHING, text: 'rf' });
  });

  it('is everything where what was kept makes no sense', () => {
    expect(new QueryState(memory({ 'runs.query': { text: 3 }, 'runs.savedFilters': 'x' }))).toMatchObject({
      query: EVERYTHING,
      saved: [],
    });
  });

  it('is saved by name', async () => {
    const state = new QueryState(memory());
    await state.save({ name: 'good', text: 'auc > 0.9' });
    await state.save({ name: 'bad', text: 'auc < 0.5' });
    await state.save({ name: 'good', text: 'auc > 0.95' });
    expect(state.saved).toEqual([
      { name: 'bad', text: 'auc < 0.5' },
      { name: 'good', text: 'auc > 0.95' },
    ]);
    await state.forget('bad');
    expect(state.saved.map(({ name }) => name)).toEqual(['good']);
  });
});

describe('the row of a group', () => {
  const now = new Date(2026, 0, 31, 1).getTime();
  const group = (value: string | null) => ({ value, runCount: 2, runningCount: 1, lastStartMs: 0 });
  const labelOf = (by: Parameters<typeof groupItem>[0]['by'], value: string | null, key = '') =>
    groupItem({ by, key }, group(value), now, l10n, (timeMs) => new Date(timeMs).toDateString()).label;

  it.each([
    ['experiment', 'fraud', '', 'fraud'],
    ['branch', null, '', 'No branch'],
    ['tag', null, 'team', 'Without team'],
    ['tag', '', 'team', '(empty)'],
    ['day', '2026-01-31', '', 'Today'],
    ['day', '2026-01-30', '', 'Yesterday'],
    ['day', '2026-01-01', '', 'Thu Jan 01 2026'],
    ['day', 'someday', '', 'someday'],
    ['status', 'KILLED', '', 'Stopped'],
  ] as const)('by %s: %s', (by, value, key, label) => {
    expect(labelOf(by, value, key)).toBe(label);
  });

  it('has the whole of a long name in its tooltip, and room for a row in its label', () => {
    const long = 'x'.repeat(4000);
    const item = groupItem({ by: 'experiment', key: '' }, group(long), now, l10n, String);
    expect(item.label.length).toBeLessThanOrEqual(200);
    expect(item.tooltip?.length).toBe(1000);
  });

  it('stands still where a run of it goes on', () => {
    const item = groupItem({ by: 'status', key: '' }, group('RUNNING'), now, l10n, String);
    expect(item).toMatchObject({ icon: 'loading', contextValue: 'group:status', description: '2 runs · 1 running' });
  });
});
