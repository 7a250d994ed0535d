import { expect, it } from 'vitest';
import { errorLimitIn, errorLimitText } from '../../src/protocol/score';

it.each([
  ['0', { count: 0 }, '0'],
  [' 100 ', { count: 100 }, '100'],
  ['5%', { share: 0.05 }, '5%'],
  ['0.5 %', { share: 0.005 }, '0.5%'],
  ['any', null, 'any'],
])('how many bad rows are too many: %j', (text, limit, words) => {
  expect(errorLimitIn(text)).toEqual(limit);
  expect(errorLimitText(limit)).toBe(words);
});

it.each(['', 'few', '-1', '101%', '1.5', '%'])('is not said by %j', (text) => {
  expect(errorLimitIn(text)).toBeUndefined();
});
