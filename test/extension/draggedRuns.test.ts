import { expect, it } from 'vitest';
import { DraggedRuns } from '../../src/extension/views/runs/draggedRuns';
import type { RunNode } from '../../src/extension/views/runs/nodes';

it('can be written as JSON, though a node leads back to itself', () => {
  const parent: Record<string, unknown> = { kind: 'group' };
  parent.children = [parent];
  const node = { kind: 'run', row: { runId: 'a1' }, parent } as unknown as RunNode;
  expect(() => JSON.stringify([node])).toThrow('circular');
  expect(JSON.stringify(new DraggedRuns([node]))).toBe('["a1"]');
});
