import { describe, expect, it } from 'vitest';
import {
  displayWidth,
  formatAgo,
  formatDuration,
  formatNumber,
  formatSize,
  printable,
  shortIds,
  table,
  truncate,
} from '../../src/cli/format';
import { finishedLine, shellWord } from '../../src/cli/rendering';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

describe('durations', () => {
  it.each([
    [-5, '0.0s'],
    [0, '0.0s'],
    [449, '0.4s'],
    [9940, '9.9s'],
    [9960, '10s'],
    [59_400, '59s'],
    [59_600, '1m 00s'],
    [134 * SECOND, '2m 14s'],
    [HOUR - 400, '1h 00m'],
    [HOUR + 2 * MINUTE, '1h 02m'],
    [DAY - SECOND, '1d 0h'],
    [3 * DAY + 4 * HOUR, '3d 4h'],
  ])('%d ms is %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });
});

describe('times', () => {
  const now = Date.UTC(2030, 5, 15, 12);
  it.each([
    [-10 * SECOND, 'just now'],
    [59 * SECOND, 'just now'],
    [5 * MINUTE, '5 min ago'],
    [3 * HOUR + 59 * MINUTE, '3 h ago'],
    [2 * DAY, '2 d ago'],
    [40 * DAY, '2030-05-06'],
  ])('%d ms ago is %s', (passed, text) => {
    expect(formatAgo(now - passed, now)).toBe(text);
  });
});

describe('numbers', () => {
  it.each([
    [0, '0'],
    [-0, '0'],
    [3, '3'],
    [123_456_789, '123456789'],
    [0.941_234, '0.9412'],
    [12.345_67, '12.35'],
    [12_345.67, '12346'],
    [-0.000_123_456, '-0.0001235'],
    [0.000_012_3, '1.23e-5'],
    [1e12, '1e12'],
    [1.2344e12, '1.234e12'],
    [Number.NaN, 'NaN'],
    [Infinity, '∞'],
    [-Infinity, '-∞'],
  ])('%d is %s', (value, text) => {
    expect(formatNumber(value)).toBe(text);
  });
});

it.each([
  [0, '0 B'],
  [999, '999 B'],
  [1200, '1.2 kB'],
  [999_999, '1.0 MB'],
  [25_400_000, '25 MB'],
  [3.2e15, '3200 TB'],
])('%d bytes are %s', (bytes, text) => {
  expect(formatSize(bytes)).toBe(text);
});

describe('short ids', () => {
  it('are 12 characters long where that tells the runs apart', () => {
    expect(shortIds(['0193f2a4c1d27aaa', '0193f2a4c1d37bbb'])).toEqual(['0193f2a4c1d2', '0193f2a4c1d3']);
  });
  it('grow where runs began in the same millisecond', () => {
    expect(shortIds(['0193f2a4c1d27aaa', '0193f2a4c1d27aab'])).toEqual(['0193f2a4c1d27aaa', '0193f2a4c1d27aab']);
  });
  it('are whole where a run is named twice', () => {
    expect(shortIds(['abc', 'abc'])).toEqual(['abc', 'abc']);
    expect(shortIds([])).toEqual([]);
  });
});

describe('tables', () => {
  const columns = [{ title: 'NAME', shrinks: true }, { title: 'N', align: 'right' as const }, { title: 'LAST' }];
  it('align, without blanks at the end of a line', () => {
    expect(
      table(
        columns,
        [
          ['a', '1', 'x'],
          ['long name', '100', ''],
        ],
        null,
      ),
    ).toEqual(['NAME         N  LAST', 'a            1  x', 'long name  100']);
  });
  it('count East Asian characters and emoji as two columns', () => {
    expect(
      table(
        columns,
        [
          ['学習', '1', 'x'],
          ['ab', '2', 'y'],
        ],
        null,
      ),
    ).toEqual(['NAME  N  LAST', '学習  1  x', 'ab    2  y']);
    expect(displayWidth('e\u0301👩‍👩‍👧🇩🇪')).toBe(5);
  });
  it('cut what may be cut to the width of the terminal', () => {
    const lines = table(columns, [['a very long name of a run', '1', 'x']], 24);
    expect(lines).toEqual(['NAME             N  LAST', 'a very long na…  1  x']);
    expect(Math.max(...lines.map(displayWidth))).toBeLessThanOrEqual(24);
  });
  it('do not cut wide characters in two', () => {
    expect(truncate('学習学習', 6)).toBe('学習…');
    expect(truncate('abc', 3)).toBe('abc');
  });
  it('let no name steer the terminal', () => {
    expect(printable('a\u001b[31mred\nnext\u202e')).toBe('a�[31mred⏎next�');
  });
});

it('a word is quoted as a shell needs it', () => {
  expect(['--lr=0.1', 'a b', "it's", ''].map(shellWord)).toEqual(['--lr=0.1', "'a b'", String.raw`'it'\''s'`, "''"]);
});

describe('the last line of a run', () => {
  const run = {
    run_id: '0193f2a4c1d27aaabbbbccccddddeeee',
    experiment: 'Default',
    name: 'a',
    start_time: '2030-01-01T00:00:00.000Z',
    end_time: '2030-01-01T00:02:14.000Z',
    metrics: {},
    store: '/s',
  };
  it.each([
    [
      { status: 'FINISHED', exit_code: 0, signal: null },
      '✔ finished in 2m 14s · val/ap 0.94 · loopwright runs show 0193f2a4c1d2',
    ],
    [
      { status: 'FAILED', exit_code: 3, signal: null },
      '✘ failed with exit code 3 after 2m 14s · val/ap 0.94 · loopwright runs show 0193f2a4c1d2',
    ],
    [
      { status: 'KILLED', exit_code: null, signal: 'SIGINT' },
      '■ stopped by SIGINT after 2m 14s · val/ap 0.94 · loopwright runs show 0193f2a4c1d2',
    ],
  ] as const)('%o', (end, line) => {
    const headline = { key: 'val/ap', value: 0.94 };
    expect(finishedLine({ ...run, ...end }, headline, (_, text) => text)).toBe(line);
  });
});
