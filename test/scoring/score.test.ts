/** What is scored, and what it was read from and is written to. */
import { mkdirSync, readdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { badIn, isBegun, linesOf, orderFor, run, sql, table, useFolder } from './jobs';

const { folder, at, put } = useFolder();
const CLASSIFIER = at('classifier.onnx');
const COLUMNS = at('columns.onnx');

const SCORED = { columns: ['a', 'b', 'c'] };

describe('a table', () => {
  it('is scored in parts, and is there when it is whole', async () => {
    const order = orderFor(CLASSIFIER, put('may.csv', table(2500)), at('may.scored.csv'), SCORED);
    const { code, said } = await run(order);
    expect([code, said]).toEqual([0, expect.stringContaining('2\u2009500 rows scored') as string]);
    const lines = linesOf(order.output);
    expect(lines[0]).toBe('id,prediction,probability_10,probability_20,probability_30');
    expect(lines).toHaveLength(2501);
    expect(lines.slice(1).map((line) => line.split(',')[1])).toEqual(
      Array.from({ length: 2500 }, (_, row) => String(row % 3)),
    );
    const [, , first] = lines[1]?.split(',') ?? [];
    // softmax of 2.5, 0, 0
    expect(Number(first)).toBeCloseTo(Math.exp(2.5) / (Math.exp(2.5) + 2), 6);
    expect(readdirSync(folder).filter((name) => name.includes('may.scored'))).toEqual(['may.scored.csv']);
  });

  it('is never written over unless that is wanted', async () => {
    const order = orderFor(CLASSIFIER, put('once.csv', table(3)), put('once.scored.csv', 'mine'), SCORED);
    const { code, said } = await run(order);
    expect([code, said]).toEqual([1, expect.stringContaining('is there already') as string]);
    expect(readFileSync(order.output, 'utf8')).toBe('mine');
    expect((await run({ ...order, replaces: true })).code).toBe(0);
    expect(linesOf(order.output)).toHaveLength(4);
  });

  it.each(['csv', 'jsonl', 'parquet'] as const)('is written as %s, from whatever it was', async (format) => {
    const [csv, lines, parquet] = [put('kinds.csv', table(30)), at('kinds.jsonl'), at('kinds.parquet')];
    await sql(`COPY (SELECT * FROM read_csv('${csv}')) TO '${lines}'`);
    await sql(`COPY (SELECT * FROM read_csv('${csv}')) TO '${parquet}'`);
    const outputs = [csv, lines, parquet].map((input) =>
      orderFor(CLASSIFIER, input, `${input}.scored.${format}`, SCORED),
    );
    for (const order of outputs) expect(await run(order)).toMatchObject({ code: 0 });
    const [first, ...others] = await Promise.all(outputs.map(({ output }) => sql(`SELECT * FROM '${output}'`)));
    expect(first).toHaveLength(30);
    expect(first?.[4]?.slice(0, 2)).toEqual(['r4', '1']);
    for (const other of others) expect(other).toEqual(first);
  });

  it('keeps types in Parquet, and texts as they are in CSV', async () => {
    const input = put('typed.csv', 'zip,amount,x0,x1,x2\n00123,1.10,1,2,3\n04567,2.50,3,2,1\n');
    const wishes = { columns: ['x0', 'x1', 'x2'] };
    const text = orderFor(CLASSIFIER, input, at('typed.scored.csv'), wishes);
    expect((await run(text)).code).toBe(0);
    expect(linesOf(text.output)[1]).toMatch(/^00123,1\.10,2,/);
    const parquet = orderFor(CLASSIFIER, input, at('typed.scored.parquet'), wishes);
    expect((await run(parquet)).code).toBe(0);
    const types = await sql(`SELECT column_type FROM (DESCRIBE SELECT * FROM '${parquet.output}')`);
    expect(types.flat()).toEqual(['VARCHAR', 'DOUBLE', 'BIGINT', 'FLOAT', 'FLOAT', 'FLOAT']);
  });

  it('fills several inputs by name, integers beyond 2^53 and texts among them', async () => {
    const input = put('named.csv', 'country,id,amount\n"a, ""b""",9007199254740993,1\né,-1,2.5\n');
    const order = orderFor(COLUMNS, input, at('named.scored.jsonl'), { keep: 'all', isNumbered: true });
    expect(await run(order)).toMatchObject({ code: 0 });
    expect(linesOf(order.output).map((line) => line.replaceAll(' ', ''))).toEqual([
      '{"country":"a,\\"b\\"","id":9007199254740993,"amount":1.0,"row":1,"below":0.0,"where":"a,\\"b\\"","same":9007199254740993}',
      '{"country":"é","id":-1,"amount":2.5,"row":2,"below":0.0,"where":"é","same":-1}',
    ]);
  });

  it('may be a folder of them', async () => {
    const tables = at('tables');
    mkdirSync(tables);
    writeFileSync(`${tables}/b.csv`, table(1500));
    writeFileSync(`${tables}/a.csv`, `\ufeff${table(10)}`);
    writeFileSync(`${tables}/_SUCCESS`, '');
    const order = orderFor(CLASSIFIER, tables, at('tables.scored.csv'), { ...SCORED, isNumbered: true });
    expect(await run(order)).toMatchObject({ code: 0 });
    const rows = linesOf(order.output).slice(1);
    expect(rows).toHaveLength(1510);
    expect([rows[9], rows[10]].map((line) => line?.split(',').slice(0, 2))).toEqual([
      ['r9', '10'],
      ['r0', '1'],
    ]);
    writeFileSync(`${tables}/c.csv`, 'id,a,b\n1,2,3\n');
    const odd = await run({ ...order, output: at('odd.csv') });
    expect(odd.said).toContain('c.csv has other columns than a.csv');
  });
});

describe('files as they come', () => {
  const TEXT = `id,a,b,c\n"x,1",1,0,0\n"two\nlines",0,1,0\n`;
  const EXPECTED = ['"x,1",0', '"two', 'lines",1'];

  it.each([
    ['with a mark', 'mark.csv', Buffer.from(`\ufeff${TEXT}`), {}],
    [
      'with line ends of Windows',
      'windows.csv',
      Buffer.from(TEXT.replaceAll('\n', '\r\n').replace('two\r\n', 'two\n')),
      {},
    ],
    ['in UTF-16', 'utf16.csv', Buffer.from(`\ufeff${TEXT}`, 'utf16le'), {}],
    ['packed by gzip', 'packed.csv.gz', gzipSync(TEXT), {}],
    ['packed by zstd', 'packed.csv.zst', zstdCompressSync(Buffer.from(TEXT)), {}],
    ['with semicolons', 'semicolons.csv', Buffer.from(TEXT.replaceAll(/,(?=\D|\d(?!"))/g, ';')), {}],
    ['with empty lines', 'blanks.csv', Buffer.from(`${TEXT.replace('"two', '\n\n"two')}\n\n`), {}],
    [
      'with line ends of both kinds',
      'both.csv',
      Buffer.from(TEXT.replace('c\n', 'c\r\n').replace('0,0\n', '0,0\r\n')),
      {},
    ],
    ['without a last line end', 'cut.csv', Buffer.from(TEXT.trimEnd()), {}],
    ['with tabs', 'tabs.tsv', Buffer.from(TEXT.replaceAll(/,(?=\D|\d(?!"))/g, '\t')), {}],
  ])('are read: %s', async (_, name, bytes, wishes) => {
    const order = orderFor(CLASSIFIER, put(name, bytes), at(`${name}.scored.csv`), {
      ...SCORED,
      chunkRows: 1,
      ...wishes,
    });
    expect(await run(order)).toMatchObject({ code: 0 });
    const lines = linesOf(order.output).slice(1);
    expect(lines.map((line, row) => line.slice(0, EXPECTED[row]?.length))).toEqual(EXPECTED);
  });

  it('are read in other encodings where that is said', async () => {
    const latin = put('latin.csv', Buffer.from('id,a,b,c\ncaf\u00e9,1,0,0\n', 'latin1'));
    const order = orderFor(CLASSIFIER, latin, at('latin.scored.csv'), { ...SCORED, encoding: 'windows-1252' });
    expect(await run(order)).toMatchObject({ code: 0 });
    expect(linesOf(order.output)[1]).toMatch(/^café,0/);
    const wrong = orderFor(CLASSIFIER, latin, at('latin.wrong.csv'), { ...SCORED, errors: null });
    expect(await run(wrong)).toMatchObject({ code: 0 });
    expect(badIn(wrong)).toMatchObject([{ line: 2, reason: expect.stringContaining('--encoding') as string }]);
  });

  it('may have no names, or no rows', async () => {
    const bare = orderFor(CLASSIFIER, put('bare.csv', '1,0,0\n0,0,4\n'), at('bare.scored.csv'));
    expect(await run(bare)).toMatchObject({ code: 0 });
    expect(
      linesOf(bare.output)
        .slice(1)
        .map((line) => line[0]),
    ).toEqual(['0', '2']);
    for (const format of ['csv', 'jsonl', 'parquet'] as const) {
      const none = orderFor(CLASSIFIER, put('none.csv', 'id,a,b,c\n'), at(`none.scored.${format}`), SCORED);
      expect(await run(none)).toMatchObject({ code: 0, said: expect.stringContaining('0 rows scored') as string });
      if (format !== 'jsonl') expect(await sql(`SELECT count(*) FROM '${none.output}'`)).toEqual([['0']]);
    }
  });

  it('have not a number where nothing stands, and where the model takes floats', async () => {
    const order = orderFor(
      CLASSIFIER,
      put('gaps.csv', 'id,a,b,c\nx,,1,2\ny,nan,1,inf\n'),
      at('gaps.scored.csv'),
      SCORED,
    );
    expect(await run(order)).toMatchObject({ code: 0 });
    expect(linesOf(order.output)).toHaveLength(3);
  });

  it.each([
    ['an empty one', 'empty.csv', '', 'empty.csv is empty'],
    ['one of another kind', 'notes.txt', 'hello', 'is no table that can be read'],
    ['gzip that was cut short', 'short.csv.gz', gzipSync(table(500)).subarray(0, 200), 'may have been cut short'],
    ['Parquet that is none', 'none.parquet', 'hello, world', "can't be read"],
    ['a column too few', 'few.csv', 'id,a,b\n1,2,3\n', 'There is no column'],
    ['a nested column', 'nested.jsonl', '{"a":[1,2],"b":1,"c":2}\n', 'which classifier.onnx can not take'],
    ['a column of dates', 'dates.jsonl', '{"a":{"x":1},"b":1,"c":2}\n', 'which classifier.onnx can not take'],
  ])('are refused by name: %s', async (_, name, content, why) => {
    const order = orderFor(CLASSIFIER, put(name, content), at(`${name}.out.csv`), SCORED);
    const { code, said } = await run(order);
    expect([code, said]).toEqual([1, expect.stringContaining(why) as string]);
    expect(isBegun(order)).toBe(false);
  });

  it('is refused by name: Parquet that was cut short', async () => {
    const whole = at('whole.parquet');
    await sql(`COPY (SELECT * FROM read_csv('${put('whole.csv', table(100))}')) TO '${whole}'`);
    truncateSync(whole, 500);
    const { said } = await run(orderFor(CLASSIFIER, whole, at('whole.out.csv'), SCORED));
    expect(said).toContain("whole.parquet can't be read");
  });
});

it('says what to do where two columns would have one name', async () => {
  const input = put('twice.csv', 'prediction,a,b,c\n1,1,0,0\n');
  const order = orderFor(CLASSIFIER, input, at('twice.scored.csv'), SCORED);
  expect(await run(order)).toMatchObject({ code: 1, said: expect.stringContaining('--keep a,b,c') as string });
  expect(await run({ ...order, keep: [] })).toMatchObject({ code: 0 });
});

it('reads a table whose name means something in a pattern', async () => {
  const odd = at("o'dd*[1]?.parquet");
  await sql(`COPY (SELECT * FROM read_csv('${put('plain.csv', table(5))}')) TO '${at('plain.parquet')}'`);
  symlinkSync(at('plain.parquet'), odd);
  const order = orderFor(CLASSIFIER, odd, at("o'dd.scored.csv"), SCORED);
  expect(await run(order)).toMatchObject({ code: 0 });
  expect(linesOf(order.output)).toHaveLength(6);
});
