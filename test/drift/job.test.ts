/** Comparisons from files to report: `drift.js`, as a run starts it. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, vi } from 'vitest';
import type { DriftOrder, DriftReport, DriftTestName } from '../../src/protocol/drift';
import { randomFrom } from '../../src/drift/random';
import { driftProgram, featureOf, orderFor, sql } from './program';

const { at, put, reported, run } = driftProgram();

const wished = (test: DriftTestName, threshold: number) => ({ test, threshold });

const random = randomFrom(11);
const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
const pick = (values: readonly string[]): string => values[Math.floor(random() * values.length)] ?? '';

function table(rows: number, mean: number, countries: readonly string[]): string {
  const lines = Array.from(
    { length: rows },
    (_, row) => `${String(row)},${(mean + normal() * 10).toFixed(3)},${pick(countries)},${pick(['true', 'false'])}`,
  );
  return `id,amount,country,member\n${lines.join('\n')}\n`;
}

const REFERENCE = put('reference.csv', table(2000, 41, ['DE', 'DE', 'FR', 'IT']));
const STABLE = put('stable.csv', table(1500, 41, ['DE', 'DE', 'FR', 'IT']));
const MOVED = put('moved.csv', table(1500, 12, ['FR', 'FR', 'PL', 'IT']));

describe('two tables', () => {
  it('that are alike have not moved', async () => {
    const report = await reported(orderFor(REFERENCE, STABLE, { multivariate: true }));
    expect(report).toMatchObject({
      ...{ drift: false, share: 0, sentence: 'None of 4 features moved.' },
      rows: { reference: 2000, current: 1500 },
    });
    expect(report.whole.map(({ name }) => name)).toEqual(['domain_classifier', 'pca_reconstruction', 'mmd']);
    expect(featureOf(report, 'id').notes[0]).toContain('taken for an identifier');
  });

  it('that are not say what moved, and how, the most first', async () => {
    const report = await reported(orderFor(REFERENCE, MOVED, { multivariate: true }));
    expect(report.drift).toBe(true);
    expect(report.share).toBe(0.5);
    expect(report.features.slice(0, 2).map(({ name, drift }) => [name, drift])).toEqual([
      ['amount', true],
      ['country', true],
    ]);
    expect(report.sentence).toMatch(
      /^2 of 4 features moved; `amount` most: its median fell from 4\d\.?\d* to 1[12]\.?\d*\.$/,
    );
    const country = featureOf(report, 'country');
    expect(country.words).toMatch(/^"DE" is gone, it was 5\d % of it$|^"DE" is gone, it was 4\d % of it$/);
    expect(country.appeared?.values.map(({ value }) => value)).toEqual(['PL']);
    expect(country.vanished?.values.map(({ value }) => value)).toEqual(['DE']);
    expect(report.whole[0]).toMatchObject({ name: 'domain_classifier', drift: true });
    const shares = featureOf(report, 'amount').shares;
    expect(shares?.kind === 'numbers' && shares.current.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
  });

  it('are the same whatever they are written in', async () => {
    const pairs: [string, string][] = [[REFERENCE, MOVED]];
    for (const ending of ['parquet', 'jsonl'] as const) {
      for (const [name, path] of [
        ['reference', REFERENCE],
        ['moved', MOVED],
      ] as const)
        await sql(`COPY (FROM read_csv('${path}')) TO '${at(`${name}.${ending}`)}'`);
      pairs.push([at(`reference.${ending}`), at(`moved.${ending}`)]);
    }
    put('reference.csv.gz', gzipSync(readFileSync(REFERENCE)));
    put('utf16.csv', Buffer.from(`\ufeff${readFileSync(MOVED, 'utf8')}`, 'utf16le'));
    pairs.push([at('reference.csv.gz'), at('utf16.csv')]);
    const found = [];
    for (const [reference, current] of pairs) {
      const { features } = await reported(orderFor(reference, current));
      found.push(features.map(({ name, type, drift, tests }) => ({ name, type, drift, tests })));
    }
    for (const other of found.slice(1)) expect(other).toEqual(found[0]);
  });

  it('may be folders of tables', async () => {
    mkdirSync(at('parts'));
    const [head = '', ...lines] = readFileSync(MOVED, 'utf8').trimEnd().split('\n');
    put('parts/one.csv', `${head}\n${lines.slice(0, 700).join('\n')}\n`);
    put('parts/two.csv', `${head}\n${lines.slice(700).join('\n')}\n`);
    const report = await reported(orderFor(REFERENCE, at('parts')));
    expect([report.rows.current, report.share]).toEqual([1500, 0.5]);
  });
});

let pairs = 0;

describe('what is odd', () => {
  const compared = async (reference: string, current: string, wishes: Partial<DriftOrder> = {}) =>
    reported(
      orderFor(put(`odd-${String(++pairs)}-a.csv`, reference), put(`odd-${String(pairs)}-b.csv`, current), wishes),
    );

  it('are columns that one of the tables lacks: the others are compared', async () => {
    const report = await compared('a,b\n1,2\n3,4\n', 'b,c\n5,6\n7,8\n');
    expect(report.features.map(({ name }) => name)).toEqual(['b']);
    expect(report.left).toEqual([
      { name: 'a', in: 'reference', why: 'The current table does not have it.' },
      { name: 'c', in: 'current', why: 'The reference does not have it.' },
    ]);
  });

  it('are more columns of text than are looked at at once', async () => {
    const wide = (rows: number): string =>
      [
        Array.from({ length: 150 }, (_, column) => `c${String(column)}`),
        ...Array.from({ length: rows }, () =>
          Array.from({ length: 150 }, (_, column) => (column % 3 === 0 ? pick(['a', 'b']) : random().toFixed(4))),
        ),
      ]
        .map((cells) => cells.join(','))
        .join('\n');
    const report = await compared(wide(120), wide(100));
    expect([report.features.length, report.drift]).toEqual([150, false]);
  });

  it('are names that differ in nothing but capitals: they are told', async () => {
    const report = await compared('Amount,b\n1,2\n3,4\n', 'amount,b\n5,6\n7,8\n');
    expect(report.left).toEqual([
      { name: 'Amount', in: 'reference', why: 'The current table does not have it, but "amount".' },
      { name: 'amount', in: 'current', why: 'The reference does not have it, but "Amount".' },
    ]);
  });

  it('are numbers in the one and texts in the other', async () => {
    const rows = (of: (row: number) => string) =>
      `v\n${Array.from({ length: 60 }, (_, row) => of(row % 7)).join('\n')}\n`;
    const report = await compared(
      rows(String),
      rows((row) => `n${String(row)}`),
    );
    expect(featureOf(report, 'v')).toMatchObject({
      ...{ type: 'category', drift: true },
      notes: ['It holds numbers in the reference, and texts in the current table.'],
    });
  });

  it('are not numbers that one of the tables has in single precision, and truth as 1 and 0', async () => {
    const file = put(
      'double.csv',
      `v,t\n${Array.from({ length: 300 }, (_, row) => `${String((row % 7) / 10)},${row % 3 === 0 ? 'True' : 'False'}`).join('\n')}\n`,
    );
    const single = at('single.parquet');
    await sql(
      `COPY (SELECT CAST(v AS FLOAT) AS v, CAST(t AS FLOAT) AS t FROM read_csv('${file}')) TO '${single}' (FORMAT parquet)`,
    );
    const report = await reported(orderFor(file, single));
    expect([report.drift, featureOf(report, 'v').drift, featureOf(report, 't').drift]).toEqual([false, false, false]);
    expect(featureOf(report, 'v').appeared?.count ?? 0).toBe(0);
    expect(featureOf(report, 't')).toMatchObject({ type: 'number', notes: ['True and false are taken as 1 and 0.'] });
    expect(featureOf(await reported(orderFor(file, put('all.csv', `v,t\n${'0.1,1\n'.repeat(300)}`))), 't').drift).toBe(
      true,
    );
  });

  it('are not many rows of text: those of all columns are the same', async () => {
    const unit = Array.from({ length: 1000 }, (_, row) => `${String(row * 1.37)},${String(row * 2.91)}\n`).join('');
    const file = put('long.csv', `a,d\n${unit.repeat(900)}`);
    const report = await reported(orderFor(file, file, { multivariate: true }));
    expect([report.drift, report.sentence]).toEqual([false, 'None of 2 features moved.']);
  });

  it('are columns that a model does not take, unless it takes none of them', async () => {
    const [own, other] = ['a,b\n1,2\n3,4\n', 'a,b\n1,2\n3,4\n'];
    const notes = async (taken: string[]) => {
      const report = await compared(own, other, { taken, importances: { b: 1 } });
      return report.features.map((feature) => [feature.name, feature.notes.includes('The model does not take it.')]);
    };
    expect(await notes(['b'])).toEqual([
      ['b', false],
      ['a', true],
    ]);
    expect(await notes(['made of a'])).toEqual([
      ['b', false],
      ['a', false],
    ]);
  });

  it('are a few texts among numbers, words for nothing, NaN and infinities', async () => {
    const values = Array.from({ length: 200 }, (_, row) => String(row % 50));
    const odd = [...values, 'oops', 'NA', 'nan', '', 'inf', '-inf', 'null'];
    const report = await compared(
      `v,w\n${values.map((v) => `${v},1`).join('\n')}\n`,
      `v,w\n${odd.map((v) => `${v},1`).join('\n')}\n`,
    );
    const v = featureOf(report, 'v');
    expect(v.type).toBe('number');
    expect(v.current).toMatchObject({ rows: 207, missing: 5 });
    expect(v.notes.join(' ')).toContain('A value of the current table is no number: taken as missing.');
    expect(v.notes.join(' ')).toContain('infinite in 0 rows of the reference and 2 of the current table');
    expect(v.drift).toBe(false);
  });

  it('are columns without values, constants, and single rows', async () => {
    const report = await compared('e,f,k,x\n,1,5,1\n,2,5,2\n,3,5,3\n', 'e,f,k,x\n,,5,9\n');
    expect(featureOf(report, 'k')).toMatchObject({ drift: false, words: 'its median stayed at 5' });
    expect(featureOf(report, 'e').drift).toBe(false);
    expect(featureOf(report, 'f').words).toBe('it has no values any more');
    expect(featureOf(report, 'x').drift).toBe(false);
  });

  it('are a header and nothing below it', async () => {
    const report = await compared('a,b\n1,x\n2,y\n', 'a,b\n');
    expect([report.drift, report.rows.current]).toEqual([false, 0]);
  });

  it('are two columns of one name, and lines that can not be read', async () => {
    const report = await compared('a,a,b\n1,2,3\n4,5,6\n7,8,9\n', 'a,a,b\n1,2,3\n4\n7,8,9\n');
    expect(report.features.map(({ name }) => name).sort()).toEqual(['a', 'a_1', 'b']);
    expect(report.notes).toEqual(['A line of the current table could not be read.']);
  });

  it('are times with and without a zone, lists, records and vectors', async () => {
    const of = (time: string, shift: number) =>
      `SELECT ${time} '2026-01-01 00:00:00' + to_hours((i * 37) % 500) AS t, [i] AS l, {'x': i} AS r, DATE '2026-01-01' + ((i + ${String(shift)}) % 90)::INTEGER AS d FROM range(500) rows(i)`;
    await sql(`COPY (${of('TIMESTAMP', 0)}) TO '${at('zone-a.parquet')}'`);
    await sql(`COPY (${of('TIMESTAMPTZ', 3)}) TO '${at('zone-b.parquet')}'`);
    const report = await reported(orderFor(at('zone-a.parquet'), at('zone-b.parquet')));
    expect(featureOf(report, 't')).toMatchObject({ type: 'date', drift: false });
    expect(featureOf(report, 't').notes[0]).toContain('time zone in one of the tables');
    expect(featureOf(report, 'd')).toMatchObject({ type: 'date', drift: false });
    expect(report.left.map(({ name }) => name)).toEqual(['r']);
  });

  it('are more different values than there is room for', async () => {
    const of = (shift: number) =>
      `SELECT 'user' || ((i * 7919 + ${String(shift)}) % 60000) AS u, 'shop' || (i % 3) AS s FROM range(120000) rows(i)`;
    await sql(`COPY (${of(0)}) TO '${at('many-a.parquet')}'`);
    await sql(`COPY (${of(5)}) TO '${at('many-b.parquet')}'`);
    const report = await reported(orderFor(at('many-a.parquet'), at('many-b.parquet')));
    expect(featureOf(report, 'u')).toMatchObject({ drift: false, shares: null });
    expect(featureOf(report, 'u').notes[0]).toMatch(
      /^It has about [56]\d\s\d{3} different values: they are compared in groups\.$/,
    );
  });

  it('are names that each row has by itself: of two tables that are alike nothing is said to have moved', async () => {
    const of = (name: string) =>
      `SELECT '${name}' || hash(i) AS u, random() AS x, 'g' || CAST(floor(random() * 1500) AS INT) AS g FROM range(30000) rows(i)`;
    await sql(`SELECT setseed(0.5); COPY (${of('a')}) TO '${at('unique-a.parquet')}'`);
    await sql(`SELECT setseed(0.7); COPY (${of('b')}) TO '${at('unique-b.parquet')}'`);
    const report = await reported(orderFor(at('unique-a.parquet'), at('unique-b.parquet'), { multivariate: true }));
    expect(featureOf(report, 'u').notes.join()).toContain('taken for an identifier');
    expect(report.features.map(({ name, drift }) => [name, drift]).sort()).toEqual([
      ['g', false],
      ['u', false],
      ['x', false],
    ]);
    expect(report.whole[0]).toMatchObject({ name: 'domain_classifier', drift: false });
  });

  it('are many values of which a few are frequent: those are told', async () => {
    const of = (name: string, share: string) =>
      `SELECT CASE WHEN i % 10 < ${share} THEN '${name}' WHEN i % 10 = 9 THEN 'it''s, "b"' ELSE 'user' || i END AS u, i % 3 AS s
       FROM range(120000) rows(i)`;
    await sql(`COPY (${of('old', '3')}) TO '${at('some-a.parquet')}'`);
    await sql(`COPY (${of('new', '5')}) TO '${at('some-b.parquet')}'`);
    for (const rules of ['loopwright', 'nannyml'] as const) {
      const report = await reported(orderFor(at('some-a.parquet'), at('some-b.parquet'), { rules }));
      const feature = featureOf(report, 'u');
      expect(feature).toMatchObject({
        drift: true,
        appeared: { count: 1, values: [{ value: 'new', share: 0.5 }] },
        vanished: { count: 1, values: [{ value: 'old', share: 0.3 }] },
      });
      const { shares } = feature;
      if (shares?.kind !== 'values') throw new Error('It has values.');
      expect(shares.values.find(({ value }) => value.startsWith('it'))).toEqual({
        ...{ value: `it's, "b"`, reference: 0.1, current: 0.1 },
      });
      expect(shares.others?.reference).toBeCloseTo(0.6, 9);
      expect(feature.notes[0]).toContain('those that are not frequent are compared in groups');
    }
  });
});

describe('input that can not be read ends with 2 and a line that names it', () => {
  it.each([
    ['that is not there', () => at('none.csv'), 'There is no file'],
    ['that is no table', () => put('text.txt', 'hello'), 'text.txt is no table that can be read'],
    ['that is empty', () => put('empty.csv', ''), 'empty.csv is empty'],
    [
      'Parquet that was cut short',
      () => put('cut.parquet', readFileSync(at('reference.parquet')).subarray(0, 2000)),
      "cut.parquet can't be read",
    ],
    ['that has no column of the other', () => put('others.csv', 'x,y\n1,2\n'), 'have no column in common'],
  ])('%s', async (_, path, why) => {
    const { code, error } = await run(orderFor(REFERENCE, path()));
    expect([code, error]).toEqual([2, expect.stringContaining(why) as string]);
  });
});

it('a table that is written anew while it is read is refused', async () => {
  const of = (scale: number) =>
    `SELECT ${Array.from({ length: 30 }, (_, column) => `random() * ${String(scale)} AS c${String(column)}`).join(', ')} FROM range(200000)`;
  await sql(`COPY (${of(1)}) TO '${at('old.parquet')}'; COPY (${of(2)}) TO '${at('new.parquet')}'`);
  copyFileSync(at('old.parquet'), at('live.parquet'));
  mkdirSync(at('temporary'));
  const ended = run(orderFor(at('old.parquet'), at('live.parquet')), { TMPDIR: at('temporary') });
  // It has looked at both files when it has a folder.
  await vi.waitUntil(() => readdirSync(at('temporary')).length > 0, { interval: 5, timeout: 20_000 });
  renameSync(at('new.parquet'), at('live.parquet'));
  const { code, error } = await ended;
  expect([code, error]).toEqual([1, expect.stringContaining('live.parquet has changed while it was read') as string]);
});

it('what a killed comparison has left in the temporary folder the next one removes', async () => {
  mkdirSync(at('left'));
  const over = spawnSync(process.execPath, ['-e', '']).pid;
  for (const pid of [over, process.pid]) mkdirSync(join(at('left'), `lw-drift-${String(pid)}-x`));
  expect((await run(orderFor(REFERENCE, STABLE), { TMPDIR: at('left') })).code).toBe(0);
  // Another's that goes on stays.
  expect(readdirSync(at('left'))).toEqual([`lw-drift-${String(process.pid)}-x`]);
});

describe('of tables too large to be sorted', () => {
  const NUMBERS = ['amount', 'rate'];
  const big = (rows: number, shift: number): string =>
    `id,amount,rate,seen,country\n${Array.from({ length: rows }, (_, row) => {
      const amount = row % 100 === 0 ? '' : row % 777 === 0 ? 'inf' : (normal() + shift).toFixed(4);
      const seen = new Date(Date.UTC(2026, 0, 1) + Math.floor(random() * 1e9)).toISOString();
      return `${String(row)},${amount},${String(Math.floor(random() ** 2 * 30))},${seen},${pick(['DE', 'FR'])}`;
    }).join('\n')}\n`;
  const [large, larger] = [put('large.csv', big(30_000, 0)), put('larger.csv', big(40_000, 0.3))];

  it('what is found is the same but for what lies within a bin', async () => {
    const exact = await reported(orderFor(large, larger, { multivariate: true }));
    const binned = await reported(orderFor(large, larger, { multivariate: true, exactRows: 5000 }));
    expect(binned.features.map(({ name, drift }) => [name, drift])).toEqual(
      exact.features.map(({ name, drift }) => [name, drift]),
    );
    for (const name of NUMBERS) {
      const [found, wanted] = [featureOf(binned, name), featureOf(exact, name)];
      for (const [at, { statistic }] of found.tests.entries())
        expect(Math.abs((statistic ?? 0) - (wanted.tests[at]?.statistic ?? 0))).toBeLessThan(0.001);
      expect(found.current.missing).toBe(wanted.current.missing);
      expect(found.current.numbers?.infinite).toBe(wanted.current.numbers?.infinite);
      expect(found.current.numbers?.max).toBe(wanted.current.numbers?.max);
    }
    expect(featureOf(binned, 'amount').notes.join()).toMatch(
      /were counted in \d+ bins: between two of them shares may be off by/,
    );
    // Its few values have bins of their own.
    expect(featureOf(binned, 'rate').notes).toEqual([]);
    expect(featureOf(binned, 'id').notes.join()).toContain('taken for an identifier');
    // Samples of rows are others: every so many of those that were kept.
    expect(binned.whole.map(({ name, drift }) => [name, drift])).toEqual(
      exact.whole.map(({ name, drift }) => [name, drift]),
    );
  });

  it.each(['loopwright', 'nannyml'] as const)('thresholds are made of parts of the reference: %s', async (rules) => {
    const few = put('few.csv', big(2500, 0.3));
    const [exact, binned] = [
      await reported(orderFor(large, few, { rules })),
      await reported(orderFor(large, few, { rules, exactRows: 5000 })),
    ];
    const thresholdOf = (report: DriftReport) => featureOf(report, 'amount').tests.map(({ threshold }) => threshold);
    for (const [at, threshold] of thresholdOf(binned).entries())
      expect(Math.abs((threshold ?? 0) - (thresholdOf(exact)[at] ?? 0))).toBeLessThan(0.005);
    expect(featureOf(binned, 'amount').drift).toBe(true);
  });
});

it('a wished test decides in place of those of the rules', async () => {
  const tests = { amount: [{ test: 'psi' as const, threshold: 1000 }] };
  const report = await reported(orderFor(REFERENCE, MOVED, { tests }));
  const amount = featureOf(report, 'amount');
  expect([amount.drift, amount.tests.map(({ name, threshold }) => [name, threshold])]).toEqual([
    false,
    [['psi', 1000]],
  ]);
});

it('all wished tests of a feature must say so where that is asked for', async () => {
  const tests = {
    amount: [wished('psi', 0.2), wished('psi_evidently', 1000)],
    country: [wished('psi', 0.2), wished('psi_evidently', 1000)],
  };
  const report = await reported(
    orderFor(REFERENCE, MOVED, { tests, needs: { amount: 'all' }, fromFile: ['tests.amount'] }),
  );
  expect([featureOf(report, 'amount').drift, featureOf(report, 'country').drift]).toEqual([false, true]);
  expect(report.settings).toMatchObject({
    rules: 'loopwright',
    tests: { amount: { psi: 0.2, psi_evidently: 1000, needs: 'all' }, country: { needs: 'any' } },
    whole: false,
  });
  expect(report.notes).toContain('As loopwright.yaml says: tests.amount.');
});

describe('the rules of others', () => {
  it('are Evidently’s: one test for a column by its rows, and half of the columns for the table', async () => {
    const report = await reported(orderFor(REFERENCE, MOVED, { rules: 'evidently' }));
    const tests = Object.fromEntries(
      report.features.map(({ name, tests: own }) => [
        name,
        own.filter(({ decides_by: by }) => by !== null).map((one) => one.name),
      ]),
    );
    expect(tests).toEqual({
      ...{ amount: ['wasserstein_normed'], id: ['wasserstein_normed'], country: ['jensen_shannon'] },
      member: ['jensen_shannon'],
    });
    expect([report.drift, report.false_alarms]).toEqual([true, null]);
  });

  it('are NannyML’s: thresholds of the reference’s own chunks', async () => {
    const report = await reported(orderFor(REFERENCE, MOVED, { rules: 'nannyml', ignored: ['id'] }));
    const of = (name: string) => featureOf(report, name).tests.find(({ decides_by: by }) => by === 'statistic');
    for (const name of ['amount', 'country', 'member']) expect(of(name)?.threshold).toBeGreaterThan(0);
    expect(['amount', 'country', 'member'].map((name) => featureOf(report, name).drift)).toEqual([true, true, false]);
  });
});

it('what was found is a page for any browser and a table, too, without anything of the tables’ own in it', async () => {
  const hostile = '<img src=x onerror=alert(1)>';
  const lines = (value: string) =>
    `v\n${Array.from({ length: 60 }, (_, row) => (row % 3 === 0 ? value : 'x')).join('\n')}\n`;
  const { runFolder } = await run(orderFor(put('plain.csv', lines('y')), put('hostile.csv', lines(hostile))));
  const html = readFileSync(join(runFolder, 'artifacts/drift.html'), 'utf8');
  expect(html).toContain('&lt;img src=x onerror=alert(1)&gt;');
  expect(html).not.toMatch(/<img|<script|https?:/);
  const [head, first] = readFileSync(join(runFolder, 'artifacts/drift.csv'), 'utf8').split('\n');
  expect(head).toBe('feature,type,role,feature_drift,test,statistic,p_value,adjusted_p_value,threshold,drift,words');
  expect(first).toMatch(/^v,category,feature,true,chi_squared,/);
});
