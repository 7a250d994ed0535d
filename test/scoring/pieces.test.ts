import { expect, it } from 'vitest';
import { endsOf } from '../../src/scoring/pieces';

it.each([
  ['whole row groups, so many as fit', [10, 10, 10, 10], 25, [20, 40]],
  ['one that is a little larger than was asked for', [40, 40], 25, [40, 80]],
  ['parts of one that is much larger, and the next behind its rest', [100, 5], 30, [30, 60, 90, 105]],
  ['a last one that is small', [30, 1], 30, [30, 31]],
  ['none', [], 30, []],
])('a Parquet file is cut into %s', (_, groups, most, ends) => {
  expect(endsOf(groups, most)).toEqual(ends);
});
