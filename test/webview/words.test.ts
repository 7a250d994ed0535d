import { describe, expect, it } from 'vitest';
import { type Provenance, type RunRow } from '../../src/protocol/entities';
import { announcement, commandWords, countWords, formatSize, reasonOf, runDuration } from '../../webview/run/words';
import { fakeRun, row, START_MS } from './fixtures/build';

const ended = (status: 'FAILED' | 'KILLED' | 'FINISHED', change: Partial<RunRow>) =>
  row({ timing: { status, startMs: START_MS, endMs: START_MS + 2000 }, ...change });

describe('the reason', () => {
  it.each<[string, RunRow, string | null]>([
    ['what the engine says', ended('FAILED', { reason: 'Out of memory.', exitCode: 1 }), 'Out of memory.'],
    ['the exit code', ended('FAILED', { exitCode: 3 }), 'Exit code 3.'],
    ['the signal', ended('KILLED', { exitCode: null, signal: 'SIGTERM' }), 'Ended by SIGTERM.'],
    ['none for a run that finished', ended('FINISHED', { exitCode: 0 }), null],
    ['none where nothing is known', ended('FAILED', { exitCode: null }), null],
  ])('is %s', (_, run, reason) => {
    expect(reasonOf(run)).toBe(reason);
  });
});

describe('the duration', () => {
  it('goes on for a running run and is never negative', () => {
    const running = row({ timing: { status: 'RUNNING', startMs: START_MS, endMs: null } });
    expect(runDuration(running, START_MS + 95_000)).toBe('1m 35s');
    expect(runDuration(running, START_MS - 5000)).toBe('0s');
  });
});

describe('the announcement', () => {
  it('says what became of the run', () => {
    expect(announcement(ended('FAILED', { exitCode: 3 }), 0)).toBe('fraud-rf: failed, 2s. Exit code 3.');
  });
});

describe('the command line', () => {
  const words = (change: Partial<Provenance>) => commandWords({ ...fakeRun().provenance, ...change });

  it('leaves the interpreter out but copies it', () => {
    expect(words({ argv: ['/usr/bin/python3', 'train.py', '--lr', '0.1'] })).toEqual({
      program: 'train.py',
      rest: '--lr 0.1',
      whole: '/usr/bin/python3 train.py --lr 0.1',
    });
  });

  it('names a module with its switch', () => {
    expect(words({ kind: 'module', argv: ['python', '-m', 'pkg.train', '-v'] })).toMatchObject({
      program: '-m pkg.train',
      rest: '-v',
    });
  });

  it('of a command begins with the command', () => {
    expect(words({ kind: 'command', argv: ['make', 'train'] })).toMatchObject({ program: 'make', rest: 'train' });
  });

  it('can be pasted into a shell', () => {
    expect(words({ kind: 'command', argv: ['echo', 'two words', "it's", '$HOME', ''] }).whole).toBe(
      `echo 'two words' 'it'\\''s' '$HOME' ''`,
    );
  });
});

describe('numbers', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1500, '1.5 kB'],
    [4_812_331, '4.8 MB'],
    [30_000_000, '30 MB'],
    [2.5e15, '2500 TB'],
  ])('%d bytes are %s', (size, words) => {
    expect(formatSize(size)).toBe(words);
  });

  it('of a part and its whole', () => {
    expect(countWords(200, 1000)).toBe('200 of 1\u2009000');
    expect(countWords(12, 12)).toBe('12');
  });
});
