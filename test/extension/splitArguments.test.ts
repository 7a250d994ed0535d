import { describe, expect, it } from 'vitest';
import { joinArguments, splitArguments } from '../../src/extension/commands/splitArguments';

describe('splitArguments', () => {
  it.each<[string, string[]]>([
    ['', []],
    ['   ', []],
    ['--depth 8', ['--depth', '8']],
    ['  a \t b  ', ['a', 'b']],
    [`--name 'my run' x`, ['--name', 'my run', 'x']],
    [`--name="my run"`, ['--name=my run']],
    [`''`, ['']],
    [`a '' b`, ['a', '', 'b']],
    [`"it's"`, [`it's`]],
    [`'say "hi"'`, ['say "hi"']],
    [String.raw`my\ run`, ['my run']],
    [String.raw`"a \"quoted\" word"`, ['a "quoted" word']],
    [String.raw`"C:\new"`, [String.raw`C:\new`]],
    [String.raw`'\n'`, [String.raw`\n`]],
    [`"a"'b'c`, ['abc']],
    ['$HOME *.csv ; rm -rf', ['$HOME', '*.csv', ';', 'rm', '-rf']],
  ])('splits %s as a shell does, expanding nothing', (text, words) => {
    expect(splitArguments(text, false)).toEqual({ arguments: words });
  });

  it.each<[string, string[]]>([
    [String.raw`--data C:\data\new.csv`, ['--data', String.raw`C:\data\new.csv`]],
    [String.raw`"C:\Program Files\x"`, [String.raw`C:\Program Files\x`]],
    [String.raw`--q \"a\"`, ['--q', '"a"']],
    ['C:\\', ['C:\\']],
  ])('leaves the backslashes of %s alone on Windows', (text, words) => {
    expect(splitArguments(text, true)).toEqual({ arguments: words });
  });

  it('says what is missing', () => {
    expect(splitArguments(`--name 'my run`, false)).toEqual({ problem: 'quote' });
    expect(splitArguments('"', false)).toEqual({ problem: 'quote' });
    expect(splitArguments('a \\', false)).toEqual({ problem: 'backslash' });
  });
});

describe('joinArguments', () => {
  it.each([
    [['--depth', '8', '--name=a/b.c']],
    [['my run', '', "it's", '"', '\\', 'a b\\', '*', '$HOME', '\n', '森 林', "''"]],
  ])('is taken apart into the same words on every system: %j', (words) => {
    for (const isWindows of [false, true])
      expect(splitArguments(joinArguments(words), isWindows)).toEqual({ arguments: words });
  });

  it('puts no quotes where none are needed', () => {
    expect(joinArguments(['--depth', '8', 'x y'])).toBe("--depth 8 'x y'");
  });
});
