import Database from 'better-sqlite3';
import { beforeEach, describe, expect, it } from 'vitest';
import { migrate } from '../../src/engine/store/schema';
import { compareQueries } from '../../src/engine/tracking/compareQueries';
import { RUN_COLUMNS, type RunRecord } from '../../src/engine/tracking/rows';
import { type ComparedKind } from '../../src/protocol/compared';
import { type Params, requests } from '../../src/protocol/requests';

let db: Database.Database;
beforeEach(() => {
  db = new Database(':memory:');
  migrate(db);
  db.exec("INSERT INTO experiments (experiment_id, name, created_ms) VALUES (1, 'fraud', 0)");
});

function addRun(id: string, change: Readonly<Record<string, string | number | null>> = {}): number {
  const columns: Record<string, string | number | null> = {
    run_id: id,
    experiment_id: 1,
    name: id,
    status: 'FINISHED',
    start_ms: 1000,
    end_ms: 3000,
    kind: 'script',
    source: 'train.py',
    argv: JSON.stringify(['/usr/bin/python', 'train.py', '--lr', '0.1']),
    cwd: '/home/ada/fraud',
    user: 'ada',
    host: 'desk',
    branch: 'main',
    ...change,
  };
  const names = Object.keys(columns);
  const { lastInsertRowid } = db
    .prepare(`INSERT INTO runs (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`)
    .run(...Object.values(columns));
  return Number(lastInsertRowid);
}

const add = (table: string, columns: string, ...values: (string | number | null)[]) =>
  db.prepare(`INSERT INTO ${table} (${columns}) VALUES (${values.map(() => '?').join(', ')})`).run(...values);
const addParam = (seq: number, key: string, value: string, source = 'api') =>
  add('params', 'run_seq, key, source, value', seq, key, source, value);
const addMetric = (seq: number, key: string, last: number | null, count = 1) =>
  add('metrics', 'run_seq, key, count, last, last_step, last_ms', seq, key, count, last, 0, 0);
const addFact = (seq: number, section: string, key: string, value: unknown) =>
  add('facts', 'run_seq, section, key, value', seq, section, key, JSON.stringify(value));
const addFile = (seq: number, direction: 'in' | 'out', path: string, md5: string | null) =>
  add('files', 'run_seq, direction, path, kind, via, first_ms, md5', seq, direction, path, 'file', '[]', 0, md5);

function ask(params: Params<'runs/compare'>) {
  const byId = db.prepare<[string], RunRecord>(
    `SELECT ${RUN_COLUMNS} FROM runs r JOIN experiments e USING (experiment_id) WHERE run_id = ?`,
  );
  const find = (runId: string) => {
    const record = byId.get(runId);
    if (!record) throw new Error(`no run ${runId}`);
    return record;
  };
  return compareQueries(db, find)['runs/compare'](requests['runs/compare'].params.parse(params));
}

const table = (what: ComparedKind, runIds: string[], more: Partial<Params<'runs/compare'>> = {}) =>
  ask({ what, runIds, ...more }).rows.map(({ key, values, differs }) => [key, ...values, differs]);

describe('runs beside each other', () => {
  it('have the parameter of the strongest source, and null where there is none', () => {
    const [a, b] = [addRun('a'), addRun('b')];
    addParam(a, 'lr', '0.5', 'library');
    addParam(a, 'lr', '0.1', 'cli');
    addParam(b, 'lr', '0.1');
    addParam(b, 'depth', '8');
    expect(table('param', ['a', 'b'])).toEqual([
      ['depth', null, '8', true],
      ['lr', '0.1', '0.1', false],
    ]);
    expect(table('param', ['b', 'a'], { onlyDifferences: true })).toEqual([['depth', '8', null, true]]);
  });

  it('have the last values of what was logged, NaN as equal to itself, those of the machine apart', () => {
    const [a, b] = [addRun('a'), addRun('b')];
    for (const [seq, auc] of [
      [a, Number.POSITIVE_INFINITY],
      [b, 0.9],
    ] as const) {
      addMetric(seq, 'auc', auc);
      addMetric(seq, 'loss', null);
      addMetric(seq, 'system/cpu_percent', 10 * seq);
    }
    expect(table('metric', ['a', 'b'])).toEqual([
      ['auc', 'Infinity', 0.9, true],
      ['loss', 'NaN', 'NaN', false],
    ]);
    expect(table('system', ['a', 'b'])).toEqual([['system/cpu_percent', 10, 20, true]]);
  });

  it('tell of a metric how many points the longest has', () => {
    const [a, b] = [addRun('a'), addRun('b')];
    addMetric(a, 'loss', 0.5, 1);
    addMetric(b, 'loss', 0.4, 30);
    addMetric(b, 'test/auc', 0.9);
    addParam(a, 'lr', '0.1');
    const { rows } = ask({ what: 'metric', runIds: ['a', 'b'] });
    expect(rows.map(({ key, points }) => [key, points])).toEqual([
      ['loss', 30],
      ['test/auc', 1],
    ]);
    expect(ask({ what: 'param', runIds: ['a', 'b'] }).rows[0]).not.toHaveProperty('points');
  });

  it('have no tag that the user took away', () => {
    const [a, b] = [addRun('a'), addRun('b')];
    add('tags', 'run_seq, key, value, edited', a, 'team', 'red', 2);
    add('tags', 'run_seq, key, value, edited', b, 'team', 'red', 1);
    expect(table('tag', ['a', 'b'])).toEqual([['team', null, 'red', true]]);
  });

  it('have environment and packages, one inside the other flattened', () => {
    const [a, b] = [addRun('a'), addRun('b')];
    for (const seq of [a, b]) {
      addFact(seq, 'environment', 'python', '3.11.9');
      addFact(seq, 'environment', 'variables', { OMP_NUM_THREADS: String(seq), LANG: 'C' });
      addFact(seq, 'environment', 'blas', [{ name: 'openblas', threads: null }]);
      addFact(seq, 'packages', 'numpy', { version: `2.${String(seq)}`, imported: true, origin: null });
    }
    addFact(b, 'packages', 'odd', 7);
    expect(table('environment', ['a', 'b'])).toEqual([
      ['blas.0.name', 'openblas', 'openblas', false],
      ['python', '3.11.9', '3.11.9', false],
      ['variables.LANG', 'C', 'C', false],
      ['variables.OMP_NUM_THREADS', '1', '2', true],
    ]);
    expect(table('package', ['a', 'b'])).toEqual([
      ['numpy', '2.1', '2.2', true],
      ['odd', null, '', true],
    ]);
  });

  it('have files by their path below the root of each; what has no digest is never the same', () => {
    const [a, b] = [addRun('a'), addRun('b', { cwd: '/home/bob/fraud/sub' })];
    addFact(b, 'code', 'root', '/home/bob/fraud');
    addFile(a, 'in', '/home/ada/fraud/data/x.csv', 'one');
    addFile(b, 'in', '/home/bob/fraud/data/x.csv', 'two');
    addFile(a, 'in', '/data/big.bin', null);
    addFile(b, 'in', '/data/big.bin', null);
    addFile(a, 'out', '/home/ada/fraud/model.onnx', 'three');
    expect(table('input', ['a', 'b'])).toEqual([
      ['/data/big.bin', 'no digest', 'no digest', true],
      ['data/x.csv', 'one', 'two', true],
    ]);
    expect(table('output', ['a', 'b'])).toEqual([['model.onnx', 'three', null, true]]);
  });

  it('are told apart by what they are, in an order that reads well', () => {
    const a = addRun('a');
    addRun('b', { status: 'RUNNING', end_ms: null, argv: '["python","train.py"]', branch: null, user: 'bob' });
    addFact(a, 'code', 'repository', { commit: '3f2a9c1', branch: 'main' });
    expect(table('run', ['a', 'b'])).toEqual([
      ['experiment', 'fraud', 'fraud', false],
      ['kind', 'script', 'script', false],
      ['script', 'train.py', 'train.py', false],
      ['arguments', '--lr 0.1', '', true],
      ['branch', 'main', null, true],
      ['commit', '3f2a9c1', null, true],
      ['status', 'FINISHED', 'RUNNING', true],
      ['start', 1000, 1000, false],
      ['duration', 2000, null, true],
      ['user', 'ada', 'bob', true],
      ['host', 'desk', 'desk', false],
    ]);
  });

  it('are searched in keys and in values', () => {
    const [a, b] = [addRun('a'), addRun('b')];
    addParam(a, 'optimizer', 'AdamW');
    addParam(b, 'Adam_beta', '0.9');
    addParam(b, 'seed', '1');
    expect(table('param', ['a', 'b'], { search: 'adam' }).map(([key]) => key)).toEqual(['Adam_beta', 'optimizer']);
  });
});

describe('pages of what is compared', () => {
  it('hold every key once, in one order whatever it is written in', () => {
    const [a, b] = [addRun('a'), addRun('b')];
    // In UTF-16 the emoji stands before the private use character, in UTF-8 behind it.
    const keys = ['é', 'z', '\ue000', '😀', '漢字', 'a b', "'; DROP TABLE params; --", '<img onerror=alert(1)>'];
    for (const [at, key] of keys.entries()) {
      if (at % 3 !== 0) addParam(a, key, 'x');
      if (at % 3 !== 1) addParam(b, key, 'x');
    }
    const found: string[] = [];
    for (let pageToken: string | undefined; ;) {
      const page = ask({
        what: 'param',
        runIds: ['a', 'b'],
        limit: 1,
        ...(pageToken === undefined ? {} : { pageToken }),
      });
      found.push(...page.rows.map(({ key }) => key));
      if (page.nextPageToken === null) break;
      pageToken = page.nextPageToken;
    }
    expect(found).toHaveLength(keys.length);
    expect(new Set(found)).toEqual(new Set(keys));
  });

  it('stay small where values are long', () => {
    const ids = Array.from({ length: 20 }, (_, index) => `run-${String(index)}`);
    for (const id of ids) {
      const seq = addRun(id);
      for (const key of ['a', 'b']) addParam(seq, key, `${'\u0001'.repeat(9_000)}${id}`);
    }
    const { rows, nextPageToken } = ask({ what: 'param', runIds: ids });
    expect(rows.map(({ key, differs }) => [key, differs])).toEqual([['a', true]]);
    expect(nextPageToken).not.toBeNull();
    expect(JSON.stringify(rows).length).toBeLessThan(600_000);
  });

  it('are read as far as they are asked for: 20 runs of 5,000 metrics', () => {
    const ids = Array.from({ length: 20 }, (_, index) => `run-${String(index)}`);
    const insert = db.prepare(
      `INSERT INTO metrics (run_seq, key, count, last, last_step, last_ms)
       WITH RECURSIVE n (at) AS (SELECT 0 UNION ALL SELECT at + 1 FROM n WHERE at < 4999)
       SELECT ?, 'layer.' || at || '/loss', 1, iif(at = 4999, ?, 1), 0, 0 FROM n`,
    );
    for (const id of ids) {
      const seq = addRun(id);
      insert.run(seq, seq);
    }
    const cpuMs = (work: () => void) => {
      const before = process.cpuUsage();
      work();
      return process.cpuUsage(before).user / 1000;
    };
    const page = cpuMs(() => expect(ask({ what: 'metric', runIds: ids, limit: 200 }).rows).toHaveLength(200));
    const whole = cpuMs(() => expect(table('metric', ids, { onlyDifferences: true })).toHaveLength(1));
    expect(page).toBeLessThan(whole);
  });
});
