import { describe, expect, it } from 'vitest';
import { type LoggedTable } from '../../src/protocol/logged';
import { below, flatRow, isPicture, type Level, visibleRows } from '../../webview/run/artifacts/rows';
import { loggedText } from '../../webview/run/logged/loggedText';
import { cellWords, confusionRows, shapeProblem, sortedRows } from '../../webview/run/logged/shape';

const table = (cells: LoggedTable['rows'][number]): LoggedTable => ({
  type: 'table',
  columns: ['a'],
  rows: cells.map((cell) => [cell]),
  rowCount: cells.length,
});
const sorted = (cells: LoggedTable['rows'][number], descending = false) =>
  sortedRows(table(cells), 0, descending).map((row) => cells[row]);

describe('a logged table', () => {
  it('sorts numbers as numbers, with what is no value last in either direction', () => {
    const cells = [10, null, 'Infinity', 9, 'NaN', '-Infinity', 'Infinity', -1] as const;
    expect(sorted([...cells])).toEqual(['-Infinity', -1, 9, 10, 'Infinity', 'Infinity', null, 'NaN']);
    expect(sorted([...cells], true)).toEqual(['Infinity', 'Infinity', 10, 9, -1, '-Infinity', null, 'NaN']);
    expect(sorted(['b10', 'b9', true, 2])).toEqual([true, 2, 'b9', 'b10']);
    expect(sortedRows(table([3, 1, 2]), null, true)).toEqual([0, 1, 2]);
  });

  it('has rows that may be shorter than its columns', () => {
    expect(sortedRows({ ...table([]), rows: [[], [1]] }, 0, false)).toEqual([1, 0]);
    expect([cellWords(undefined), cellWords(null), cellWords(false), cellWords('NaN')]).toEqual([
      '',
      '',
      'false',
      'NaN',
    ]);
  });
});

describe('the text of a chart', () => {
  it('keeps cells apart whatever is in them', () => {
    const chart = { ...table(['a,"b"\tc\nd', 'NaN']), columns: ['x,y'] };
    expect(loggedText(chart, ',')).toBe('"x,y"\n"a,""b""\tc\nd"\nNaN\n');
    expect(loggedText(chart, '\t')).toBe('x,y\na,"b" c d\nNaN\n');
  });
});

describe('a confusion matrix', () => {
  it('has shares of its rows, in either order', () => {
    const chart = {
      type: 'confusion_matrix' as const,
      labels: ['10', '9'],
      matrix: [
        [3, 1],
        [0, 0],
      ],
    };
    const { rows, accuracy } = confusionRows(chart, false);
    expect(rows.map(({ cells }) => cells.map(({ share }) => share))).toEqual([
      [0.75, 0.25],
      [0, 0],
    ]);
    expect(accuracy).toBe(0.75);
    const byLabel = confusionRows(chart, true);
    expect(byLabel.labels).toEqual(['9', '10']);
    expect(byLabel.rows[1]?.cells.map(({ count, isRight }) => [count, isRight])).toEqual([
      [1, false],
      [3, true],
    ]);
    expect(confusionRows({ ...chart, labels: [], matrix: [] }, true).accuracy).toBeNaN();
  });

  it('is refused where it is not square', () => {
    expect(shapeProblem({ type: 'confusion_matrix', labels: ['a'], matrix: [[1, 2]] })).not.toBeNull();
    expect(
      shapeProblem({ type: 'roc', curves: [{ label: '', x: [0], y: [], area: null }], baseline: null }),
    ).not.toBeNull();
  });
});

describe('the tree of artifacts', () => {
  const file = (path: string, kind: 'file' | 'figure' = 'file') => ({
    path,
    kind,
    sizeBytes: 1,
    name: null,
    step: null,
  });
  const entry = (path: string, count = 0) => ({
    name: path.split('/').at(-1) ?? '',
    path,
    artifact: count > 0 ? null : file(path),
    count,
    sizeBytes: 0,
  });
  const level = (items: Level['items'], change: Partial<Level> = {}): Level => ({
    items,
    next: null,
    hasLoaded: true,
    problem: null,
    ...change,
  });

  it('shows what is below an open folder, and where there is more', () => {
    const levels = new Map([
      ['', level([entry('a', 2), entry('b')], { next: 'more' })],
      ['a/', level([entry('a/x')], { hasLoaded: false })],
    ]);
    const rows = visibleRows((under) => levels.get(under), new Set(['a/', 'gone/']));
    expect(rows.map((row) => [row.kind === 'entry' ? row.entry.path : `end of ${row.under}`, row.level])).toEqual([
      ['a', 1],
      ['a/x', 2],
      ['end of a/', 2],
      ['b', 1],
      ['end of ', 1],
    ]);
    expect(below(entry('a/x', 1))).toBe('a/x/');
    expect(flatRow(file('q/w'))).toMatchObject({ level: 1, entry: { name: 'q/w' } });
  });

  it('previews pictures alone', () => {
    expect(['x.PNG', 'x.txt', 'png'].map((path) => isPicture(file(path)))).toEqual([true, false, false]);
    expect(isPicture(file('plot', 'figure'))).toBe(true);
  });
});
