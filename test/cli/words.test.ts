import { describe, expect, it } from 'vitest';
import { exitCodeOf } from '../../src/cli/output';
import { whyTooOld } from '../../src/cli/runtime';
import {
  commandIndex,
  decodeSurrogateEscape,
  descriptorsIn,
  encodeSurrogateEscape,
  parseParams,
  splitRunWords,
} from '../../src/cli/words';

const TAKES_VALUE = new Set(['--name', '-P', '--store']);
const split = (line: string) => splitRunWords(line.split(' ').filter(Boolean), TAKES_VALUE);

describe('the words behind run', () => {
  it.each([
    ['train.py', [], { kind: 'script', file: 'train.py', args: [] }],
    ['--json train.py --json -h', ['--json'], { kind: 'script', file: 'train.py', args: ['--json', '-h'] }],
    ['--name a train.py --name b', ['--name', 'a'], { kind: 'script', file: 'train.py', args: ['--name', 'b'] }],
    ['--name=a train.py', ['--name=a'], { kind: 'script', file: 'train.py', args: [] }],
    ['-P a=1 -Pb=2 train.py', ['-P', 'a=1', '-Pb=2'], { kind: 'script', file: 'train.py', args: [] }],
    ['--name -- train.py -- x', ['--name', '--'], { kind: 'script', file: 'train.py', args: ['--', 'x'] }],
    ['-m pkg.train -m x', [], { kind: 'module', module: 'pkg.train', args: ['-m', 'x'] }],
    ['--json -m pkg --json', ['--json'], { kind: 'module', module: 'pkg', args: ['--json'] }],
    ['-- make -j --json', [], { kind: 'command', command: ['make', '-j', '--json'] }],
    ['-- -- x', [], { kind: 'command', command: ['--', 'x'] }],
    ['- x', [], { kind: 'script', file: '-', args: ['x'] }],
    ['--help', ['--help'], null],
    ['', [], null],
  ])('%s', (line, own, target) => {
    expect(split(line)).toEqual({ own, target });
  });

  it('keeps empty words of the script', () => {
    expect(splitRunWords(['a.py', '', ' '], TAKES_VALUE).target).toEqual({
      kind: 'script',
      file: 'a.py',
      args: ['', ' '],
    });
  });

  it.each(['-m', '--'])('misses what must follow %s', (line) => {
    expect(() => split(line)).toThrow(/is missing after/);
  });
});

it.each([
  [['run', 'x'], 0],
  [['--json', '--store', 'run', 'runs', 'list'], 3],
  [['--json'], -1],
])('the command of %j stands at %d', (words, index) => {
  expect(commandIndex(words, new Set(['--store']))).toBe(index);
});

describe('-P key=value', () => {
  it('takes what stands behind the first =, the later of two', () => {
    expect(parseParams(['a=1', 'b=x=y', 'c=', 'a=2'])).toEqual({ a: '2', b: 'x=y', c: '' });
  });
  it('keeps keys that are names of object properties', () => {
    expect(Object.entries(parseParams(['__proto__=1']))).toEqual([['__proto__', '1']]);
  });
  it.each(['a', '=1', ''])('refuses %j', (pair) => {
    expect(() => parseParams([pair])).toThrow(/key=value/);
  });
  it('refuses what no journal could hold', () => {
    expect(() => parseParams([`${'k'.repeat(251)}=1`])).toThrow(/too long/);
    expect(() => parseParams([`k=${'v'.repeat(6001)}`])).toThrow(/too long/);
  });
});

it('finds the descriptors that a shell has opened for the script', () => {
  expect(descriptorsIn(['/dev/fd/63', '--x=/proc/self/fd/11', '/dev/fd/1', '/dev/fd/63', 'a/dev/fd/x'])).toEqual([
    63, 11,
  ]);
});

describe('words that are no valid UTF-8', () => {
  it.each([
    ['plain', Buffer.from('plain')],
    ['größe 学習 👍', Buffer.from('größe 学習 👍')],
    ['gr\udcf6\udcdfe', Buffer.from([0x67, 0x72, 0xf6, 0xdf, 0x65])],
    ['\udcc3', Buffer.from([0xc3])],
    ['\udced\udcb2\udc80', Buffer.from([0xed, 0xb2, 0x80])], // a surrogate in UTF-8 is none either
    ['\ufeffx', Buffer.from([0xef, 0xbb, 0xbf, 0x78])],
    ['', Buffer.alloc(0)],
  ])('%j has the form that Python gives it', (text, bytes) => {
    expect(decodeSurrogateEscape(bytes)).toBe(text);
    expect(encodeSurrogateEscape(text)).toEqual(bytes);
  });
});

it.each([
  ['18.20.0', true],
  ['20.20.2', true],
  ['22.13.9', true],
  ['22.14.0', false],
  ['24.0.0-nightly', false],
  ['100.1.0', false],
])('Node %s is too old: %s', (version, isTooOld) => {
  const why = whyTooOld(version);
  expect(why !== null).toBe(isTooOld);
  if (why !== null) expect(why).toMatch(/needs Node 22\.14 or newer; this is Node .*Install/);
});

it('tells wrong use from work that failed', () => {
  expect((['bad_request', 'not_found', 'store_newer', 'store_corrupt'] as const).map(exitCodeOf)).toEqual([2, 2, 2, 2]);
  expect((['internal', 'engine_unavailable', 'read_only'] as const).map(exitCodeOf)).toEqual([1, 1, 1]);
});
