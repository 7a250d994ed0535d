import { expect, it } from 'vitest';
import { RecordScanner } from '../../src/scoring/records';

/** Where the records end, looked for in blocks of this size. */
function endsOf(text: string, size: number): { ends: number[]; lines: number } {
  const bytes = Buffer.from(text);
  const scanner = new RecordScanner({ newline: 0x0a, delimiter: 0x2c });
  const ends: number[] = [];
  for (let from = 0; from < bytes.length; from += size) {
    const block = bytes.subarray(from, from + size);
    for (let at = 0; at < block.length;) {
      const { at: end, found } = scanner.advance(block, at, 1);
      at = end;
      if (found === 1) ends.push(from + end);
    }
  }
  return { ends, lines: scanner.lines };
}

it.each([
  ['plain lines', 'a,b\n1,2\n', [4, 8]],
  ['a last line without an end', 'a,b\n1,2', [4]],
  ['a break in a field', 'a,"b\nc"\n1,2\n', [8, 12]],
  ['a quote that stands for itself', 'a,"b""\n"\n1\n', [9, 11]],
  ['a quote in the middle of a field, which is one like others', 'a,5" pipe\n1,2\n', [10, 14]],
  ['an empty field in quotes', '"",1\n"",2\n', [5, 10]],
  ['Windows', 'a,"b\r\nc"\r\n1\r\n', [10, 13]],
])('ends records: %s', (_, text, ends) => {
  expect(endsOf(text, 1000).ends).toEqual(ends);
});

it('ends them at the same places however the bytes come', () => {
  const text = 'id,said\n1,"a ""b"", c\n\nd"\n2,\n3,x"y\n"4","",\n5,"\n"\n';
  const whole = endsOf(text, 1000);
  expect(whole.lines).toBe(text.split('\n').length - 1);
  for (let size = 1; size < text.length; size++) expect(endsOf(text, size), String(size)).toEqual(whole);
});

it('finds records of many quotes, and of many lines without, without looking at all of them for each', () => {
  const text = Array.from({ length: 40_000 }, (_, row) =>
    row % 2 === 0 ? `"${String(row)}",b` : `${String(row)},b`,
  ).join('\n');
  const half = `${text}\n${'1,2\n'.repeat(400_000)}`;
  const { ends } = endsOf(half, half.length);
  expect(ends).toHaveLength(440_000);
});

it.each([
  ['1,2\n3,4\n', false],
  ['1,2\r\n3,4\r\n', true],
  ['1,2\n\n3,4\n', true],
  ['\n1,2\n', true],
  ['"a",2\n"b\r\nc",4\n', true],
])('tells of lines that are empty, or end as on Windows: %j', (text, isOdd) => {
  const bytes = Buffer.from(text);
  for (let size = 1; size <= bytes.length; size++) {
    const scanner = new RecordScanner({ newline: 0x0a, delimiter: 0x2c });
    for (let from = 0; from < bytes.length; from += size) {
      const block = bytes.subarray(from, from + size);
      for (let at = 0; at < block.length;) at = scanner.advance(block, at, 1).at;
    }
    expect(scanner.hasOddLines, String(size)).toBe(isOdd);
  }
});
