import { describe, expect, it } from 'vitest';
import type { GraphNode } from '../../src/protocol/inspection';
import { markOf, NO_MARKS } from '../../webview/graph/marks';

const node = (kind: GraphNode['kind'], places: GraphNode['places'], nodes: number): GraphNode => ({
  ...{ id: 'n0', kind, type: 'Relu', domain: '', name: '', summary: '', layer: 0, nodes, places },
  ...{ inputs: { items: [], total: 0 }, outputs: { items: [], total: 0 } },
});

describe('marks of a drawing', () => {
  const marks = {
    nodes: new Map([
      [3, 'not in v1'],
      [7, 'differs from v1: axis'],
    ]),
    other: 'v1',
    areAll: true,
  };

  it('say of a node in what it is unlike', () => {
    expect(markOf(node('node', [[3, 3]], 1), marks)).toBe('not in v1');
    expect(markOf(node('node', [[4, 4]], 1), marks)).toBe('');
    expect(markOf(node('input', [], 0), marks)).toBe('');
    expect(markOf(node('node', [[3, 3]], 1), NO_MARKS)).toBe('');
  });

  it('count the nodes of a group that are', () => {
    const group = (places: GraphNode['places']) => node('group', places, 1200);
    expect(
      markOf(
        group([
          [0, 3],
          [7, 9],
        ]),
        marks,
      ),
    ).toMatch(/^2 of its 1.200 nodes are unlike v1$/);
    expect(markOf(group([[0, 3]]), { ...marks, areAll: false })).toMatch(
      /^at least 1 of its 1.200 nodes is unlike v1$/,
    );
    expect(markOf(group([[4, 6]]), marks)).toBe('');
  });
});
