/** Rows that can't be scored, jobs that are ended, and disks that are full. */
import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  closeSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { badIn, begin, digest, isBegun, linesOf, orderFor, rowsOf, run, sql, table, useFolder } from './jobs';

const { folder, at, put } = useFolder();
const CLASSIFIER = at('classifier.onnx');
const COLUMNS = at('columns.onnx');

const SCORED = { columns: ['a', 'b', 'c'] };

describe('bad rows', () => {
  const BAD = [
    'r1,1,0,0', // 2
    'r2,abc,0,0', // 3
    'r3,1,0', // 4
    'r4,1,0,0,9', // 5
    '"r\n5",1,0,x', // 6, 7
    'r6,0,1,0', // 8
  ];

  it('are told of with line, column and reason, and the others scored', async () => {
    const order = orderFor(CLASSIFIER, put('bad.csv', `id,a,b,c\n${BAD.join('\n')}\n`), at('bad.scored.csv'), {
      ...SCORED,
      errors: null,
      isNumbered: true,
      chunkRows: 4,
    });
    expect(await run(order)).toMatchObject({ code: 0 });
    expect(
      linesOf(order.output)
        .slice(1)
        .map((line) => line.split(',').slice(0, 3)),
    ).toEqual([
      ['r1', '1', '0'],
      ['r6', '6', '1'],
    ]);
    expect(badIn(order)).toEqual([
      { file: 'bad.csv', row: 2, line: 3, column: 'a', reason: '"abc" is no number.', text: BAD[1] },
      { file: 'bad.csv', row: 3, line: 4, column: null, reason: 'It has 3 cells in place of 4.', text: BAD[2] },
      { file: 'bad.csv', row: 4, line: 5, column: null, reason: 'It has 5 cells in place of 4.', text: BAD[3] },
      { file: 'bad.csv', row: 5, line: 6, column: 'c', reason: '"x" is no number.', text: BAD[4] },
    ]);
  });

  it('are those whose numbers would lose something', async () => {
    const input = put(
      'whole.csv',
      'country,id,amount\na,1,1\nb,1.5,1\nc,,1\nd,99999999999999999999,1\ne,2.0,1\nf,true,1\n',
    );
    const order = orderFor(COLUMNS, input, at('whole.scored.csv'), { errors: null });
    expect(await run(order)).toMatchObject({ code: 0 });
    expect(
      linesOf(order.output)
        .slice(1)
        .map((line) => line.split(',').slice(1)),
    ).toEqual([
      ['a', '1'],
      ['e', '2'],
      ['f', '1'],
    ]);
    expect(badIn(order).map(({ line, column, reason }) => [line, column, reason])).toEqual(
      [3, 4, 5].map((line) => [line, 'id', 'It is not a whole number that INT64 holds.']),
    );
  });

  it('of Parquet are taken out of the chunks that have some', async () => {
    const input = at('some.parquet');
    await sql(
      `COPY (SELECT 'c' || i AS country, CASE WHEN i IN (1500, 1501, 3999) THEN NULL ELSE i END AS id, i / 2 AS amount FROM range(4000) rows(i)) TO '${input}'`,
    );
    const order = orderFor(COLUMNS, input, at('some.scored.csv'), { errors: null, keep: ['country'] });
    expect(await run(order)).toMatchObject({ code: 0 });
    expect(badIn(order).map(({ row, column }) => [row, column])).toEqual([
      [1501, 'id'],
      [1502, 'id'],
      [4000, 'id'],
    ]);
    const kept = linesOf(order.output).map((line) => line.split(',')[0]);
    expect(kept).toHaveLength(3998);
    expect([kept[1], kept[1500], kept[1501], kept[3997]]).toEqual(['c0', 'c1499', 'c1502', 'c3998']);
  });

  it('are those that DuckDB can not read at all, whatever stands around them', async () => {
    const lines = rowsOf(900);
    lines[300] = 'x\ry,1,0,0';
    lines[700] = '"x"y,1,0,0';
    const order = orderFor(CLASSIFIER, put('odd.csv', `id,a,b,c\n${lines.join('\n')}\n`), at('odd.scored.csv'), SCORED);
    expect(await run(order)).toMatchObject({ code: 0 });
    expect(linesOf(order.output)).toHaveLength(899);
    expect(badIn(order).map(({ line, row }) => [line, row])).toEqual([
      [302, 301],
      [702, 701],
    ]);
    expect(linesOf(order.output)[300]).toMatch(/^r299,/);
    expect(linesOf(order.output)[301]).toMatch(/^r301,/);
  });

  it('of JSON lines are no objects', async () => {
    const input = put(
      'bad.jsonl',
      '{"id":1,"a":1,"b":0,"c":0}\n{"id":2,\n[1]\n{"id":3,"a":"x","b":0,"c":0}\n{"id":4,"a":0,"b":0,"c":"7"}\n',
    );
    const order = orderFor(CLASSIFIER, input, at('bad.scored.jsonl'), { ...SCORED, errors: null });
    expect(await run(order)).toMatchObject({ code: 0 });
    expect(
      linesOf(order.output).map((line) => (JSON.parse(line) as { id: number; prediction: number }).prediction),
    ).toEqual([0, 2]);
    expect(badIn(order).map(({ line, column, reason }) => [line, column, reason.slice(0, 14)])).toEqual([
      [2, null, 'It is no JSON:'],
      [3, null, 'It is no JSON '],
      [4, 'a', 'It is not a nu'],
    ]);
  });

  it('stop the job where there are too many; it goes on when more are allowed', async () => {
    const lines = rowsOf(3000).map((line, row) => (row >= 1000 && row % 2 === 0 ? line.replace('2.5', '?') : line));
    const order = orderFor(
      CLASSIFIER,
      put('many.csv', `id,a,b,c\n${lines.join('\n')}\n`),
      at('many.scored.csv'),
      SCORED,
    );
    const stopped = await run(order);
    expect([stopped.code, stopped.said]).toEqual([
      1,
      expect.stringContaining('500 of 2\u2009000 rows are bad, more than 10 %') as string,
    ]);
    expect(isBegun(order)).toBe(true);
    const again = await run(order);
    expect(again.said).toContain('--resume goes on with it');
    const resumed = await run({ ...order, errors: { count: 1000 } }, 'resume');
    expect([resumed.code, resumed.said]).toEqual([
      0,
      expect.stringContaining('rows are done; it goes on behind them') as string,
    ]);
    expect(badIn(order)).toHaveLength(1000);
    expect(badIn(order)[0]).toMatchObject({ line: 1002, row: 1001 });
    expect(linesOf(order.output)).toHaveLength(2001);
  });
});

describe('a job that was ended', () => {
  it('is resumed to the same bytes, and refuses an input that has changed', async () => {
    const input = put('long.csv', table(60_000));
    const whole = orderFor(CLASSIFIER, input, at('long.whole.csv'), SCORED);
    expect((await run(whole)).code).toBe(0);
    const order = { ...whole, output: at('long.scored.csv') };
    const { child, ended } = begin(order);
    await expect.poll(() => committed(order.output), { timeout: 30_000, interval: 5 }).toBeGreaterThan(3);
    child.kill('SIGKILL');
    await ended;
    expect(readdirSync(folder)).not.toContain('long.scored.csv');
    const { mtimeNs } = statSync(input, { bigint: true });
    utimesSync(input, new Date(), new Date(2001, 1));
    expect((await run(order, 'resume')).said).toContain('has changed since this job was begun');
    utimesSync(input, new Date(), Number(mtimeNs) / 1e9);
    const told = await run(order, 'resume');
    // The clock of a file has more digits than a number: where it could not be set back, that is seen too.
    if (told.code === 0) expect(digest(order.output)).toBe(digest(whole.output));
    else {
      expect(told.said).toContain('has changed');
      expect((await run(order, 'anew')).code).toBe(0);
      expect(digest(order.output)).toBe(digest(whole.output));
    }
  });

  it('ends by a signal, and says how it goes on; nobody else works on it meanwhile', async () => {
    const order = orderFor(CLASSIFIER, put('signal.csv', table(60_000)), at('signal.scored.csv'), SCORED);
    const { child, ended } = begin(order);
    await expect.poll(() => committed(order.output), { timeout: 30_000, interval: 5 }).toBeGreaterThan(0);
    expect((await run(order, 'resume')).said).toContain('Another process scores into this output now');
    child.kill('SIGTERM');
    expect(await ended).toMatchObject({ code: 130, said: expect.stringContaining('--resume goes on') as string });
    expect(await run(order, 'resume')).toMatchObject({ code: 0 });
    expect(linesOf(order.output)).toHaveLength(60_001);
    expect((await run(order, 'resume')).said).toContain('nothing to resume');
  });

  it('is worked on by one process, of several that begin at once', async () => {
    const order = orderFor(CLASSIFIER, put('once.csv', table(30_000)), at('once.scored.csv'), SCORED);
    const ended = await Promise.all([run(order), run(order), run(order)]);
    expect(ended.filter(({ code }) => code === 0)).toHaveLength(1);
    const others = ended.filter(({ code }) => code !== 0).map(({ said }) => said);
    for (const said of others) expect(said).toMatch(/Another process scores into this output now|is there already/);
    expect(linesOf(order.output)).toHaveLength(30_001);
    expect(isBegun(order)).toBe(false);
  });

  it('goes on with another process where the one that runs the model is killed', async () => {
    const order = orderFor(CLASSIFIER, put('killed.csv', table(80_000)), at('killed.scored.csv'), SCORED);
    const { child, ended } = begin(order);
    await expect.poll(() => committed(order.output), { timeout: 30_000, interval: 5 }).toBeGreaterThan(2);
    const [model] = childrenOf(child.pid ?? 0);
    if (model === undefined) throw new Error('it has a process for the model');
    process.kill(model, 'SIGKILL');
    expect(await ended).toMatchObject({ code: 0 });
    expect(linesOf(order.output)).toHaveLength(80_001);
  });

  it('is not gone on with by another model, nor of another input', async () => {
    const order = orderFor(CLASSIFIER, put('other.csv', table(40_000)), at('other.scored.csv'), SCORED);
    const { child, ended } = begin(order);
    await expect.poll(() => committed(order.output), { timeout: 30_000, interval: 5 }).toBeGreaterThan(1);
    child.kill('SIGKILL');
    await ended;
    const other = put('another.onnx', readFileSync(CLASSIFIER));
    const model = { ...order.model, file: other, label: 'another.onnx' };
    expect(await run({ ...order, model }, 'resume')).toMatchObject({
      ...{ code: 1, said: expect.stringContaining('was begun with classifier.onnx, not with another.onnx') as string },
    });
    const input = put('other2.csv', table(40_000));
    expect((await run({ ...order, input }, 'resume')).said).toContain('was begun with');
    expect(await run(order, 'resume')).toMatchObject({ code: 0 });
    expect(linesOf(order.output)).toHaveLength(40_001);
  });

  it.each([
    ['was written over', (job: string, size: number) => putAt(`${job}/output.partial`, size - 20, '#')],
    ['is cut short', (job: string, size: number) => truncateSync(`${job}/output.partial`, size - 1)],
  ])('trusts no chunk that %s, and nothing behind the last', async (what, spoil) => {
    const order = orderFor(CLASSIFIER, put('parts.csv', table(20_000)), at(`${what}.csv`), SCORED);
    const { child, ended } = begin(order);
    await expect.poll(() => committed(order.output), { timeout: 30_000, interval: 5 }).toBeGreaterThan(3);
    child.kill('SIGKILL');
    await ended;
    const job = at(`.${what}.csv.scoring`);
    const lines = linesOf(`${job}/commits.jsonl`);
    const { output } = JSON.parse(lines.at(-1) ?? '') as { output: { end: number } };
    spoil(job, output.end);
    writeFileSync(`${job}/draft`, 'half');
    appendFileSync(`${job}/commits.jsonl`, '{"chunk":');
    const resumed = await run(order, 'resume');
    const done = `${String(lines.length - 1)}\u2009000 rows are done`;
    expect([resumed.code, resumed.said]).toEqual([0, expect.stringContaining(done) as string]);
    const whole = orderFor(CLASSIFIER, at('parts.csv'), at(`${what}.whole.csv`), SCORED);
    await run(whole);
    expect(digest(order.output)).toBe(digest(whole.output));
  });
});

function putAt(path: string, at: number, text: string): void {
  const file = openSync(path, 'r+');
  writeSync(file, text, at);
  closeSync(file);
}

describe('a full disk', () => {
  const small = mkdtempSync(join(tmpdir(), 'lw-small-'));
  const isMounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', small]).status === 0;
  afterAll(() => {
    if (isMounted) spawnSync('umount', [small]);
    rmSync(small, { recursive: true, force: true });
  });

  it.skipIf(!isMounted)('is told, and what is done stays', async () => {
    const input = put('large.csv', table(40_000));
    const order = orderFor(CLASSIFIER, input, join(small, 'scored.csv'), SCORED);
    expect(await run(order)).toMatchObject({ code: 1, said: expect.stringContaining('The disk is full') as string });
    expect(readdirSync(small)).toEqual(['.scored.csv.scoring']);
    spawnSync('mount', ['-o', 'remount,size=30m', small]);
    const resumed = await run(order, 'resume');
    expect([resumed.code, resumed.said]).toEqual([0, expect.stringContaining('rows are done') as string]);
    expect(linesOf(order.output)).toHaveLength(40_001);
  });
});

const childrenOf = (pid: number): number[] =>
  readFileSync(`/proc/${String(pid)}/task/${String(pid)}/children`, 'utf8')
    .split(' ')
    .filter(Boolean)
    .map(Number);

function committed(output: string): number {
  try {
    return linesOf(output.replace(/[^/]*$/, (name) => `.${name}.scoring/commits.jsonl`)).length;
  } catch {
    return 0;
  }
}
