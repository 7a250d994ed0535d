/** Filters and orders on a real database: every filter finds what an evaluation of its own, run by run, finds. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseFilter, withinTime } from '../../src/engine/tracking/filter';
import { decodeToken, encodeToken } from '../../src/engine/tracking/pages';
import {
  parseMlflowFilter,
  parseMlflowOrder,
  type Place,
  type Reach,
  runsInOrder,
  sql,
} from '../../src/engine/tracking';
import { orderOf } from '../../src/engine/tracking/runOrder';
import { LoopwrightError } from '../../src/protocol/errors';
import { type Comparison, type Expression, patternOf, printFilter, type Sign } from '../../src/protocol/filter';
import type { Params } from '../../src/protocol/requests';
import { random, someExpression } from '../protocol/filter.support';
import { type FakeRun, type ListStore, listStore } from './lists.support';

let store: ListStore;
beforeEach(() => {
  store = listStore();
});
afterEach(() => {
  store.dispose();
});

const idsOf = (params: Params<'runs/list'>) => store.ask('runs/list', params).runs.map(({ runId }) => runId);

const TEXTS = ['', 'rf', "it's", '8', '8.0', '-1', '1e-300', 'RF', 'a b', '名前', 'true', '0'];
const KEYS = ['auc', 'val/auc', 'a b', '1', 'NULL'];

function someRuns(count: number): FakeRun[] {
  const next = random(11);
  const pick = <T>(values: readonly T[]): T | undefined => values[next(values.length)];
  const pairs = () => Object.fromEntries(KEYS.filter(() => next(2) === 0).map((key) => [key, pick(TEXTS) ?? '']));
  const numbers = [0, 1, -1.5, 8, 0.1, Infinity, -Infinity, Number.NaN, 1e-300];
  return Array.from({ length: count }, (_, index) => ({
    id: `run-${String(index)}`,
    name: pick(['rf', 'RF-1', "it's", '', 'aa']) ?? '',
    experiment: pick(['fraud', 'rf']) ?? '',
    startMs: next(3),
    endMs: pick([null, 3, 4, 8003]) ?? null,
    branch: pick([null, 'rf', 'main']) ?? null,
    starred: next(2) === 0,
    pinned: next(2) === 0,
    params: pairs(),
    tags: pairs(),
    metrics: Object.fromEntries(KEYS.filter(() => next(2) === 0).map((key) => [key, pick(numbers) ?? 0])),
  }));
}

/** What a run has: null for nothing, NaN for what is no number. */
function valueOf(run: FakeRun, { entity, key }: Comparison['subject']): string | number | null {
  const { startMs = 0, endMs = null } = run;
  if (entity === 'metric') return run.metrics?.[key] ?? null;
  if (entity === 'param') return run.params?.[key] ?? null;
  if (entity === 'tag') return run.tags?.[key] ?? null;
  const status = endMs === null ? 'RUNNING' : 'FINISHED';
  const values: Record<string, string | number | null> = {
    run_id: run.id ?? '',
    name: run.name ?? '',
    status,
    user_id: 'ada',
    start_time: startMs,
    end_time: endMs,
    duration: endMs === null ? null : (endMs - startMs) / 1000,
    kind: 'script',
    experiment: run.experiment ?? '',
    script: 'train.py',
    branch: run.branch ?? null,
    starred: run.starred === true ? 1 : 0,
    pinned: run.pinned === true ? 1 : 0,
    artifact_uri: `mlflow-artifacts:/${run.experiment === someRuns(1)[0]?.experiment ? '1' : '2'}/${run.id ?? ''}/artifacts`,
  };
  return values[key] ?? null;
}

const bytes = (text: string) => Buffer.from(text);

function compares(sign: Sign, order: number): boolean {
  if (sign === '=') return order === 0;
  if (sign === '!=') return order !== 0;
  return sign.startsWith('<')
    ? order < 0 || (order === 0 && sign === '<=')
    : order > 0 || (order === 0 && sign === '>=');
}

const asNumber = (value: string | number): number =>
  typeof value === 'number' ? value : /^-?\d+(?:\.\d+)?(?:e-?\d+)?$/.test(value) ? Number(value) : Number.NaN;

function likes(by: 'LIKE' | 'ILIKE' | 'RLIKE', pattern: string, value: string): boolean {
  if (by === 'RLIKE') return patternOf(pattern).test(value);
  const source = Array.from(pattern, (one) =>
    one === '%' ? '.*' : one === '_' ? '.' : one.replace(/[\\^$.*+?()[\]{}|]/, '\\$&'),
  ).join('');
  return new RegExp(`^${source}$`, by === 'ILIKE' ? 'isu' : 'su').test(value);
}

function meets(run: FakeRun, expression: Expression): boolean {
  switch (expression.is) {
    case 'and':
      return expression.parts.every((part) => meets(run, part));
    case 'or':
      return expression.parts.some((part) => meets(run, part));
    case 'not':
      return !meets(run, expression.part);
    case 'comparison':
      return passes(run, expression);
  }
}

function passes(run: FakeRun, { subject, test }: Comparison): boolean {
  const value = valueOf(run, subject);
  if (test.is === 'null') return (value === null) !== test.not;
  if (value === null) return false;
  switch (test.is) {
    case 'boolean':
      return (value === 1) === test.value;
    case 'number': {
      const number = asNumber(value);
      return Number.isNaN(number)
        ? test.sign === '!='
        : compares(test.sign, number === test.value ? 0 : number - test.value);
    }
    case 'text':
      return compares(test.sign, Buffer.compare(bytes(String(value)), bytes(test.value)));
    case 'like':
      return likes(test.by, test.value, String(value)) !== test.not;
    case 'in':
      return (
        test.values.some((one) => (typeof one === 'string' ? one === String(value) : one === asNumber(value))) !==
        test.not
      );
  }
}

describe('a filter', () => {
  it('finds what an evaluation run by run finds, along either way to a page', () => {
    const runs = someRuns(60);
    store.add(runs);
    const next = random(5);
    let found = 0;
    for (let count = 0; count < 400; count++) {
      const expression = someExpression(next);
      const expected = runs.filter((run) => meets(run, expression)).map(({ id = '' }) => id);
      const filter = printFilter(expression);
      for (const orderBy of [
        { by: 'start', descending: true },
        { by: 'metric', key: 'auc', descending: false },
      ] as const)
        expect(idsOf({ filter, orderBy, limit: 500 }).toSorted(), filter).toEqual(expected.toSorted());
      const groups = store.ask('runs/groups', { filter, grouping: { by: 'experiment' } }).groups;
      expect(groups.reduce((sum, { runCount }) => sum + runCount, 0)).toBe(expected.length);
      found += expected.length;
    }
    // Neither all nor nothing.
    expect(found).toBeGreaterThan(4000);
    expect(found).toBeLessThan(20_000);
  }, 60_000);

  it.each<[string, string]>([
    ['params.depth < 9', 'b a'],
    ['params.depth = 8', 'b a'],
    ["params.depth = '8'", 'a'],
    ['params.depth != 8', 'd c'],
    ["params.depth IN (8, 'deep')", 'd b a'],
    ['params.depth NOT IN (8)', 'd c'],
    ['NOT params.depth = 8', 'e d c'],
    ["name RLIKE '^r.f$' OR name RLIKE '(?i)^XGB'", 'c b a'],
    ["NOT (branch = 'main')", 'e d c b'],
    ["branch IS NULL AND (params.depth > 9 OR tags.team = 'x')", 'd c'],
    ['metrics.auc != 0.5', 'b'],
    ["tags.team = 'x' OR params.depth = 8 OR metrics.auc > 0", 'd b a'],
  ])('%s finds %s', (filter, ids) => {
    store.add([
      { id: 'a', name: 'r f', branch: 'main', params: { depth: '8' }, metrics: { auc: 0.5 } },
      { id: 'b', name: 'r-f', branch: 'dev', params: { depth: '8.0' }, metrics: { auc: Number.NaN } },
      { id: 'c', name: 'xgb', params: { depth: '10' } },
      { id: 'd', name: 'other', params: { depth: 'deep' }, tags: { team: 'x' } },
      { id: 'e', name: 'other' },
    ]);
    expect(idsOf({ filter }).join(' ')).toBe(ids);
  });

  it('looks for a number of one run among its own parameters, not among those of all', () => {
    const [condition] = parseFilter('params.lr < 0.1');
    const plan = store.db
      .prepare<(string | number)[], { detail: string }>(
        `EXPLAIN QUERY PLAN SELECT 1 FROM runs r WHERE ${condition?.sql ?? ''}`,
      )
      .all(...(condition?.values ?? []));
    expect(plan.map(({ detail }) => detail).join('; ')).toMatch(
      /SEARCH params .*USING PRIMARY KEY \(run_seq=\? AND key=\?\)/,
    );
  });

  it('keeps the index of a metric over all runs out of what is asked of one', () => {
    // With SQLite's statistics of 10,000 runs, it was read from end to end for each of them.
    const [condition] = parseFilter('metrics.auc > 0.9');
    expect(condition?.sql).toContain('+last > ?');
    expect(condition?.found?.sql).toContain('AND last > ?');
  });

  it('takes lists and chains as long as anybody writes', () => {
    store.add([{ id: 'a' }, { id: 'b' }]);
    const ids = Array.from({ length: 20_000 }, (_, index) => `'x${String(index)}'`).join(', ');
    expect(idsOf({ filter: `run_id IN (${ids}, 'b')` })).toEqual(['b']);
    expect(idsOf({ filter: Array.from({ length: 400 }, () => "NOT name LIKE 'x'").join(' AND ') })).toHaveLength(2);
    expect(idsOf({ filter: Array.from({ length: 400 }, () => 'params.x IN (1)').join(' OR ') })).toEqual([]);
  });
});

describe('a regular expression without end', () => {
  const endless = "name RLIKE '^(a+)+$'";

  it('is broken off, and leaves the database as it was', () => {
    store.add([{ id: 'a', name: `${'a'.repeat(60)}!` }, { id: 'b' }]);
    const started = performance.now();
    expect(() => idsOf({ filter: endless })).toThrow(/takes more than 2 s/);
    expect(performance.now() - started).toBeLessThan(4000);
    expect(store.db.inTransaction).toBe(false);
    expect(idsOf({})).toEqual(['b', 'a']);
    store.db.exec("UPDATE runs SET name = 'x' WHERE run_id = 'a'");
    expect(idsOf({ filter: "name RLIKE '^x'" })).toEqual(['a']);
  });

  it('may happen again and again', () => {
    store.add([{ id: 'a', name: `${'a'.repeat(60)}!` }]);
    const look = () => store.db.transaction(() => store.db.prepare("SELECT name REGEXP '(a+)+$' FROM runs").all())();
    for (let count = 0; count < 30; count++) expect(() => withinTime(store.db, look, 10)).toThrow(LoopwrightError);
    expect(store.db.inTransaction).toBe(false);
  });

  it('passes other errors on, as what they are', () => {
    const error = new LoopwrightError('not_found', 'x');
    expect(() =>
      withinTime(store.db, () => {
        throw error;
      }),
    ).toThrow(error);
  });
});

it('finds the same page in the same order however far it looks before it looks at all runs', () => {
  store.add(someRuns(80));
  const next = random(17);
  const orders = [
    orderOf({ by: 'metric', key: 'auc', descending: false }),
    orderOf({ by: 'metric', key: 'val/auc', descending: true }),
    orderOf({ by: 'param', key: '1', descending: true }),
    parseMlflowOrder(['metrics.auc DESC', 'params.`1` ASC']),
    parseMlflowOrder(['tags.auc', 'start_time ASC']),
  ];
  let pages = 0;
  for (let count = 0; count < 10; count++) {
    const filter = printFilter({ is: 'or', parts: [someExpression(next), someExpression(next)] });
    const conditions = [sql('r.deleted_ms IS NULL'), sql('r.parent_run_id IS NULL'), ...parseFilter(filter)];
    const selection = { conditions, isOfTree: true };
    const stacked = next(2) === 0;
    for (const orderBy of orders) {
      /** Page by page, as the tokens carry the places. */
      const all = (limit: number, reach: Reach) => {
        const seqs: number[] = [];
        for (let after: Place | null = null; ;) {
          const found = runsInOrder(store.db, selection, { orderBy, stacked, limit, after }, reach);
          seqs.push(...found.map(({ seq }) => seq));
          pages++;
          const last = found.at(-1);
          if (!last || found.length < limit) return seqs;
          after = decodeToken(encodeToken(last.place));
        }
      };
      const expected = all(1000, { few: [1000], near: 0 });
      for (const reach of [
        { few: [0], near: 3 },
        { few: [2, 5], near: 20 },
        { few: [0], near: 1000 },
      ])
        expect(all(1 + next(9), reach), filter).toEqual(expected);
    }
  }
  expect(pages).toBeGreaterThan(300);
});

describe("MLflow's search", () => {
  function search(filter: string, orderBy: string[] = [], pageSize = 500): string[] {
    const selection = { conditions: parseMlflowFilter(filter), isOfTree: false };
    const ids: string[] = [];
    const idOf = store.db.prepare<[number], string>('SELECT run_id FROM runs WHERE run_seq = ?').pluck();
    for (let after: Place | null = null; ;) {
      const found = runsInOrder(store.db, selection, {
        orderBy: parseMlflowOrder(orderBy),
        stacked: false,
        limit: pageSize,
        after,
      });
      ids.push(...found.map(({ seq }) => idOf.get(seq) ?? ''));
      const last = found.at(-1);
      if (!last || found.length < pageSize || ids.length > 100) return ids;
      // As a token carries it.
      after = decodeToken(encodeToken(last.place));
    }
  }

  beforeEach(() => {
    store.add([
      { id: 'c', startMs: 5, endMs: 9, name: 'x', metrics: { auc: 0.5, loss: 1 }, params: { p: '10', q: 'b' } },
      { id: 'a', startMs: 5, endMs: 8, name: 'y', metrics: { auc: 0.5 }, params: { p: '9' } },
      { id: 'b', startMs: 7, endMs: null, name: 'X', metrics: { auc: Number.NaN, loss: 2 }, params: { p: 'rf' } },
      { id: 'e', startMs: 1, endMs: 2, name: 'z', metrics: { auc: Infinity, loss: Number.NaN }, params: { q: 'a' } },
      { id: 'd', startMs: 9, endMs: 9, name: 'z' },
    ]);
  });

  it.each<[string[], string]>([
    [[], 'd b a c e'],
    [['metrics.auc'], 'a c e b d'],
    [['metrics.auc DESC'], 'e a c b d'],
    [['metrics.auc', 'start_time ASC'], 'a c e b d'],
    [['metrics.auc DESC', 'params.p ASC'], 'e c a b d'],
    [['metrics.auc DESC', 'params.p DESC'], 'e a c b d'],
    [['metrics.loss DESC'], 'b c e d a'],
    [['params.q', 'metrics.loss'], 'e c b d a'],
    [['params.p'], 'c a b d e'],
    [['params.p DESC'], 'b a c d e'],
    [['attributes.end_time'], 'e a d c b'],
    [['end_time DESC'], 'd c a e b'],
    [['start_time'], 'e a c b d'],
    [['created DESC', 'metrics.loss'], 'd b c a e'],
    [['run_name'], 'b c a d e'],
    [['status', 'run_id'], 'a c d e b'],
    [['run_id DESC'], 'e d c b a'],
    [['artifact_uri'], 'a b c d e'],
  ])('ordered by %j gives %s', (orderBy, ids) => {
    expect(search('', orderBy).join(' ')).toBe(ids);
    for (const pageSize of [1, 2]) expect(search('', orderBy, pageSize).join(' ')).toBe(ids);
    // Along the few that meet a condition.
    expect(search("run_id IN ('a', 'b', 'c')", orderBy).join(' ')).toBe(
      ids
        .split(' ')
        .filter((id) => 'abc'.includes(id))
        .join(' '),
    );
  });

  it.each<[string, string]>([
    ['metrics.auc > 0.1', 'a c e'],
    ['metrics.auc != 0.5', 'b e'],
    ["attributes.run_name LIKE 'x'", 'c'],
    ["`Run name` ILIKE 'x'", 'b c'],
    ["params.p IS NULL AND status = 'FINISHED'", 'd e'],
    ["params.p = '10'", 'c'],
    ["run_id NOT IN ('a', 'b')", 'd c e'],
    ["artifact_uri LIKE 'mlflow-artifacts:/1/a/%'", 'a'],
    ['created > 6 AND end_time < 10', 'd'],
  ])('for %s finds %s', (filter, ids) => {
    expect(search(filter).join(' ')).toBe(ids);
  });

  it('refuses the same field twice', () => {
    expect(() => parseMlflowOrder(['start_time', 'created DESC'])).toThrow(/duplicate fields/);
  });

  it('looks for data sets in the table that has them', () => {
    const [condition] = parseMlflowFilter("dataset.name IN ('a')");
    expect(condition).toMatchObject({ values: ['["a"]'] });
    expect(condition?.sql).toContain('FROM dataset_inputs d WHERE d.run_seq = r.run_seq AND d.name IN');
  });
});
