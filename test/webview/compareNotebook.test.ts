import { describe, expect, it } from 'vitest';
import { type Execution } from '../../src/protocol/notebooks';
import { commonSubsequence } from '../../webview/compareNotebook/common';
import { diffLines, foldedLines, similarity } from '../../webview/compareNotebook/lineDiff';
import { foldSame, matchExecutions, verdictOf } from '../../webview/compareNotebook/matching';
import { compareMetrics, compareParams } from '../../webview/compareNotebook/values';
import { execution, output, stream } from './fixtures/notebooks';
import { curve, summary } from './fixtures/build';

/** `a:x = 1` is a cell with the id `a`, `x = 1` one without an id. */
const cells = (...texts: readonly string[]): Execution[] =>
  texts.map((text, ordinal) => {
    const [, id, source = text] = /^(\w+):(.*)$/s.exec(text) ?? [];
    return execution(ordinal, { cellId: id ?? null, source });
  });

const shown = (before: Execution[], after: Execution[]) =>
  matchExecutions(before, after).map((pair) => `${pair.before?.source ?? '-'}>${pair.after?.source ?? '-'}`);

describe('the longest common subsequence', () => {
  it.each([
    ['', '', ''],
    ['abc', 'abc', 'abc'],
    ['abc', 'xyz', ''],
    ['abcdef', 'axcdyf', 'acdf'],
    ['aaa', 'aa', 'aa'],
    ['xaby', 'ab', 'ab'],
    ['abcabba', 'cbabac', 'baba'],
  ])('of %j and %j has the length of %j', (left, right, common) => {
    const pairs = commonSubsequence(left.split(''), right.split(''));
    for (const [i, j] of pairs) expect(left[i]).toBe(right[j]);
    expect(pairs.map(([i]) => i)).toEqual(pairs.map(([i]) => i).toSorted((a, b) => a - b));
    expect(new Set(pairs.map(([, j]) => j)).size).toBe(pairs.length);
    expect(pairs).toHaveLength(common.length);
  });

  it('gives up on lists that are different altogether', () => {
    const left = ['same', ...Array.from({ length: 3000 }, (_, at) => `l${String(at)}`), 'end'];
    const right = ['same', ...Array.from({ length: 3000 }, (_, at) => `r${String(at)}`), 'end'];
    expect(commonSubsequence(left, right)).toEqual([]);
  });
});

describe('the executions of two runs', () => {
  it('belong together by the id of their cell, whatever became of its source and place', () => {
    expect(shown(cells('a:1', 'b:2', 'c:3'), cells('c:3', 'a:one', 'd:4'))).toEqual(['2>-', '3>3', '1>one', '->4']);
  });

  it('of a cell that was executed several times are counted from the last on', () => {
    expect(shown(cells('a:1', 'a:2', 'a:3'), cells('a:x', 'a:y'))).toEqual(['1>-', '2>x', '3>y']);
  });

  it('without ids belong together by what they have in common', () => {
    const before = cells('import a', 'load()', 'x = 1\ny = 2\nz = 3', 'plot()', 'save()');
    const after = cells('import a', 'new()', 'load()', 'x = 1\ny = 5\nz = 3', 'save()');
    expect(shown(before, after)).toEqual([
      'import a>import a',
      '->new()',
      'load()>load()',
      'x = 1\ny = 2\nz = 3>x = 1\ny = 5\nz = 3',
      'plot()>-',
      'save()>save()',
    ]);
  });

  it('that stand alone between the same neighbours belong together', () => {
    expect(shown(cells('a', 'old', 'b'), cells('a', 'altogether()', 'b'))).toEqual(['a>a', 'old>altogether()', 'b>b']);
  });

  it('may be none at all', () => {
    expect(shown([], [])).toEqual([]);
    expect(shown(cells('a'), [])).toEqual(['a>-']);
    expect(shown([], cells('a'))).toEqual(['->a']);
  });

  it('are matched quickly, however many there are', () => {
    const many = (edit: string) =>
      Array.from({ length: 2000 }, (_, at) =>
        execution(at, { cellId: null, source: `cell ${String(at)}${at % 50 === 7 ? edit : ''}` }),
      );
    const started = performance.now();
    const pairs = matchExecutions(many(''), many(' edited'));
    expect(performance.now() - started).toBeLessThan(3000);
    expect(pairs).toHaveLength(2000);
    expect(pairs.every(({ before, after }) => before?.ordinal === after?.ordinal)).toBe(true);
  });
});

describe('two executions', () => {
  const pair = (left: Partial<Execution>, right: Partial<Execution>) =>
    verdictOf({ before: execution(0, left), after: execution(0, { startMs: 5, endMs: 900, count: 7, ...right }) });
  const picture = (path: string, sizeBytes = 10) => output({ mime: 'image/png', path, sizeBytes });

  it('are the same whenever they ran and however long they took', () => {
    expect(pair({}, {})).toEqual({ is: 'same', files: [] });
  });

  it('are the same where only an address in memory is another one', () => {
    const at = (address: string) => ({ outputs: [stream(`<Axes at ${address}>`)] });
    expect(pair(at('0x7f01ab'), at('0x55EE00'))).toEqual({ is: 'same', files: [] });
    expect(pair({ outputs: [stream('0x1')] }, { outputs: [stream('0x2')] })).toMatchObject({ outputs: true });
  });

  it('differ in what differs', () => {
    expect(pair({ source: 'a' }, { source: 'b' })).toEqual({
      is: 'changed',
      source: true,
      outputs: false,
      state: false,
    });
    expect(pair({}, { state: 'failed' })).toEqual({ is: 'changed', source: false, outputs: false, state: true });
    expect(pair({ outputs: [stream('1')] }, { outputs: [stream('2')] })).toMatchObject({
      outputs: true,
      source: false,
    });
    expect(pair({ outputs: [stream('1')] }, { outputs: [] })).toMatchObject({ outputs: true });
    expect(pair({ outputs: [stream('1')] }, { outputs: [stream('1', 'stderr')] })).toMatchObject({ outputs: true });
    expect(pair({ moreOutputs: 1 }, { moreOutputs: 2 })).toMatchObject({ outputs: true });
    expect(pair({ outputs: [picture('a')] }, { outputs: [picture('b', 11)] })).toMatchObject({ outputs: true });
  });

  it('with pictures of the same size need a look into them', () => {
    expect(pair({ outputs: [picture('a')] }, { outputs: [picture('b')] })).toEqual({
      is: 'same',
      files: [{ before: 'a', after: 'b' }],
    });
  });

  it('that are the same and follow each other are folded', () => {
    const same = { is: 'same', files: [] } as const;
    const row = (is: 'same' | 'added') => ({
      before: null,
      after: execution(0),
      verdict: is === 'same' ? same : ({ is } as const),
    });
    const folded = foldSame([row('same'), row('same'), row('added'), row('same')]);
    expect(folded.map((one) => (one.kind === 'same' ? one.rows.length : 'row'))).toEqual([2, 'row', 1]);
  });
});

describe('two sources', () => {
  it('are told line by line', () => {
    expect(diffLines('a\nb\nc', 'a\nx\nc').map(({ kind, text }) => `${kind[0] ?? ''}${text}`)).toEqual([
      'sa',
      'rb',
      'ax',
      'sc',
    ]);
    expect(diffLines('', 'a')).toEqual([
      { kind: 'removed', text: '' },
      { kind: 'added', text: 'a' },
    ]);
  });

  it('are folded where they are the same for long', () => {
    const long = Array.from({ length: 40 }, (_, at) => String(at));
    const folded = foldedLines(diffLines(long.join('\n'), [...long.slice(0, 20), 'new', ...long.slice(20)].join('\n')));
    expect(folded[0]).toEqual({ kind: 'fold', count: 17 });
    expect(folded.at(-1)).toEqual({ kind: 'fold', count: 17 });
    expect(folded).toHaveLength(9);
  });

  it('are as alike as the lines that they share', () => {
    expect(similarity('a\nb', ' a\nb')).toBe(1);
    expect(similarity('a\nb', 'c\nd')).toBe(0);
    expect(similarity('a\nb', 'a\nc')).toBe(0.5);
  });
});

describe('the values of two runs', () => {
  it('stand with those that differ first', () => {
    const param = (key: string, value: string) => ({ key, value, source: 'cli' }) as const;
    expect(
      compareParams([param('a', '1'), param('b', '2'), param('gone', '3')], [param('a', '1'), param('b', '20')]),
    ).toEqual([
      { key: 'b', before: '2', after: '20', difference: '', isSame: false },
      { key: 'gone', before: '3', after: null, difference: '', isSame: false },
      { key: 'a', before: '1', after: '1', difference: '', isSame: true },
    ]);
  });

  it('of metrics say by how much', () => {
    const metric = (key: string, value: number) =>
      summary(
        key,
        curve(2, () => value),
      );
    const rows = compareMetrics(
      [metric('auc', 0.9), metric('loss', 2), metric('nan', Number.NaN), metric('big', 1)],
      [metric('auc', 0.95), metric('loss', 0.5), metric('nan', Number.NaN), metric('big', Infinity), metric('more', 1)],
    );
    expect(rows.map(({ key, difference }) => `${key} ${difference}`)).toEqual([
      'auc +0.05',
      'loss −1.5',
      'big +∞',
      'more ',
      'nan ',
    ]);
  });
});
