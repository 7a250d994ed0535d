import { describe, expect, it } from 'vitest';
import { problemOf } from '../../src/extension/stores/problem';
import { moreItem, problemItem, reconcile, runItem } from '../../src/extension/views/runs/collect';
import { LoopwrightError } from '../../src/protocol/errors';
import { l10n, runRow, START_MS } from './support';

describe('the row of a run', () => {
  it.each([
    ['RUNNING', 'loading~spin', 'run:running:script:writable'],
    ['SCHEDULED', 'clock', 'run:running:script:writable'],
    ['FINISHED', 'pass', 'run:over:script:writable'],
    ['FAILED', 'error', 'run:over:script:writable'],
    ['KILLED', 'circle-slash', 'run:over:script:writable'],
  ] as const)('shows %s by an icon of its own shape', (status, icon, contextValue) => {
    const timing =
      status === 'RUNNING' || status === 'SCHEDULED'
        ? { status, startMs: START_MS, endMs: null }
        : { status, startMs: START_MS, endMs: START_MS };
    expect(runItem(runRow({ timing }), START_MS, true, l10n)).toMatchObject({ icon, contextValue });
  });

  it('offers nothing that changes a read-only store', () => {
    expect(runItem(runRow(), START_MS, false, l10n).contextValue).toBe('run:over:script:readonly');
  });

  it('has a name even if the run has none', () => {
    expect(runItem(runRow({ name: ' \n' }), START_MS, true, l10n).label).toBe('019c0f00');
  });
});

describe('what is wrong with a store', () => {
  const open = (store: object) => problemOf({ kind: 'open', store: { path: '/x', ...store } as never });

  it.each([
    ['clone', open({ state: 'readonly', adopted: false, reason: 'From elsewhere.' }), 'warning', 'Adopt Store…'],
    [
      'clone without a database',
      open({ state: 'unusable', code: 'not_adopted', reason: 'x' }),
      'error',
      'Adopt Store…',
    ],
    ['damaged database', open({ state: 'unusable', code: 'store_corrupt', reason: 'x' }), 'error', 'Repair Store'],
    ['newer store', open({ state: 'unusable', code: 'store_newer', reason: 'Update.' }), 'error', 'Update.'],
    ['store that another writes', open({ state: 'readonly', adopted: true, reason: 'bob' }), 'warning', 'Retry'],
    [
      'engine that does not start',
      problemOf({ kind: 'failed', error: new LoopwrightError('engine_unavailable', 'It did not start.') }),
      'error',
      'Retry',
    ],
  ])('is a row with its cause and the way out: %s', (_, problem, icon, description) => {
    expect(problem).not.toBeNull();
    if (!problem) return;
    const item = problemItem(problem, l10n);
    expect(item).toMatchObject({ icon, description });
    expect(item.tooltip).toContain(problem.reason);
    expect(item.speech).toContain(problem.reason);
  });

  it('is nothing for a store that works, that is not there, or whose connection is being made', () => {
    expect(open({ state: 'ready', adopted: true })).toBeNull();
    expect(problemOf({ kind: 'absent' })).toBeNull();
    expect(problemOf({ kind: 'connecting' })).toBeNull();
    expect(problemOf({ kind: 'lost', store: { state: 'ready', path: '/x', adopted: true } })).toBeNull();
  });
});

it('says how much is not shown', () => {
  expect(moreItem(1_130, 50, l10n).description).toBe('1\u2009080 not shown');
  expect(moreItem(null, 50, l10n).description).toBe('');
});

describe('taking over an up-to-date list', () => {
  const how = {
    idOfNode: (node: { id: number }) => node.id,
    idOfRow: (row: { id: number }) => row.id,
    make: (row: { id: number; text: string }) => ({ ...row }),
    update: (node: { text: string }, row: { text: string }) => {
      const isOther = node.text !== row.text;
      node.text = row.text;
      return isOther;
    },
  };
  const [a, b] = [
    { id: 1, text: 'a' },
    { id: 2, text: 'b' },
  ];

  it('keeps the nodes that are still there, changed or not', () => {
    const nodes = [{ ...a }, { ...b }];
    const result = reconcile(nodes, [a, { id: 2, text: 'B' }], how);
    expect(result.nodes[0]).toBe(nodes[0]);
    expect(result.nodes[1]).toBe(nodes[1]);
    expect(result).toMatchObject({ isOtherList: false, updated: [{ id: 2, text: 'B' }] });
  });

  it.each([
    ['one came', [{ id: 3, text: 'c' }, a, b]],
    ['one went', [b]],
    ['the order changed', [b, a]],
  ])('tells when %s', (_, rows) => {
    expect(reconcile([{ ...a }, { ...b }], rows, how)).toMatchObject({ isOtherList: true, updated: [] });
  });
});
