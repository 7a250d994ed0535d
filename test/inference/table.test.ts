import { describe, expect, it } from 'vitest';
import { readCsv } from '../../src/inference/csv';
import type { Port, Signature } from '../../src/inference/datatype';
import { feedsOfTable, type Table } from '../../src/inference/table';
import { nestedText } from '../../src/inference/tensor';

const signature = (...inputs: Port[]): Signature => ({ inputs, outputs: [], unreadable: [], labels: {} });
const matrix = signature({ name: 'X', datatype: 'FP32', shape: ['N', 3] });
const columns = signature(
  { name: 'amount', datatype: 'FP32', shape: ['N', 1] },
  { name: 'country', datatype: 'BYTES', shape: ['N'] },
);
const told = (table: Table, of: Signature) =>
  Object.fromEntries(feedsOfTable(table, of).map((feed) => [feed.name, `${feed.shape.join()} ${nestedText(feed)}`]));

describe('a table for a model', () => {
  it('is one matrix where the model has one input', () => {
    const rows = [
      [1, 2, 3],
      [4, null, 6],
    ];
    const expected = { X: '2,3 [[1,2,3],[4,null,6]]' };
    expect(told({ columns: ['a', 'b', 'c'], rows }, matrix)).toEqual(expected);
    expect(told({ columns: null, rows }, matrix)).toEqual(expected);
  });

  it('is a column for each input, by name, in any order, with others left out', () => {
    const table = { columns: ['country', 'other', 'amount'], rows: [['de', 0, 5]] };
    expect(told(table, columns)).toEqual({ amount: '1,1 [[5]]', country: '1 ["de"]' });
  });

  it.each<[string, Table, Signature, string]>([
    ['a column too few', { columns: ['a', 'b'], rows: [[1, 2]] }, matrix, 'takes 3 columns (FP32 [N, 3]); there are 2'],
    [
      'a name',
      { columns: ['amount'], rows: [[1]] },
      columns,
      'Missing columns: "country" BYTES [N]. There are: "amount"',
    ],
    [
      'a cell',
      {
        columns: ['a', 'b', 'c'],
        rows: [
          [1, 2, 3],
          [1, 'x', 3],
        ],
      },
      matrix,
      'Row 2: "b" takes FP32; "x" is none',
    ],
    ['a text', { columns: ['country', 'amount'], rows: [[7, 1]] }, columns, 'Row 1: "country" takes BYTES; 7 is none'],
  ])('refuses by name: %s', (_, table, of, why) => {
    expect(() => told(table, of)).toThrow(why);
  });

  it('is read from CSV by what the model takes', () => {
    const csv = 'country,amount\r\n"a ""b"",\n c",1.5\r\n12,\n\n';
    expect(readCsv(csv, columns)).toEqual({
      columns: ['country', 'amount'],
      rows: [
        ['a "b",\n c', 1.5],
        ['12', null],
      ],
    });
    expect(readCsv('a,b,c\n1,inf,9007199254740993', matrix).rows).toEqual([[1, Infinity, 9007199254740993n]]);
    expect(() => readCsv('a,b\n1', matrix)).toThrow('Line 2 of the CSV has 1 values for 2 columns');
    expect(() => readCsv('a\n"1', matrix)).toThrow('a quote is not closed');
  });
});
