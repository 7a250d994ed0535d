import { describe, expect, it } from 'vitest';
import { drawGraph, type PlainNode } from '../../../src/engine/models/drawing/draw';
import { inOrder, layersOf } from '../../../src/engine/models/drawing/order';
import { MAX_DRAWN_NODES, type ModelGraph } from '../../../src/protocol/inspection';
import { Random } from '../../support/random';

const plain = (type: string, name: string, inputs: readonly string[], outputs: readonly string[]): PlainNode => ({
  ...{ type, name, inputs, outputs },
  ...{ domain: '', captured: [], summary: '' },
});

function draw(nodes: readonly PlainNode[]): ModelGraph {
  const problems: string[] = [];
  const drawn = drawGraph({ nodes, inputs: [], outputs: [] }, (problem) => problems.push(problem));
  expect(problems).toEqual([]);
  expect(drawn.nodes.length).toBeLessThanOrEqual(MAX_DRAWN_NODES);
  expect(drawn.nodes.reduce((sum, { nodes: count }) => sum + count, 0)).toBe(nodes.length);
  const places = new Set<number>();
  for (const { places: own, nodes: count } of drawn.nodes) {
    const before = places.size;
    for (const [from, to] of own) for (let at = from; at <= to; at++) places.add(at);
    // Of a group whose nodes are scattered over the file, only the first are told.
    if (own.length < 100) expect(places.size - before).toBe(count);
  }
  expect(Math.max(...places)).toBeLessThan(nodes.length);
  const layers = new Map(drawn.nodes.map(({ id, layer }) => [id, layer]));
  for (const { from, to } of drawn.edges.items) expect(layers.get(from)).toBeLessThan(layers.get(to) ?? -1);
  return drawn;
}

/** Layers of three operators with a way around them. */
const residual = (layers: number, nameOf: (layer: number, part: string) => string): PlainNode[] =>
  Array.from({ length: layers }, (_, layer) => [
    plain('Conv', nameOf(layer, 'conv/Conv'), [`v${String(layer)}`], [`c${String(layer)}`]),
    plain('Relu', nameOf(layer, 'Relu'), [`c${String(layer)}`], [`r${String(layer)}`]),
    plain('Add', nameOf(layer, 'Add'), [`r${String(layer)}`, `v${String(layer)}`], [`v${String(layer + 1)}`]),
  ]).flat();

describe('a graph of many nodes is folded', () => {
  it('not up to the limit', () => {
    const drawn = draw(residual(133, () => ''));
    expect(drawn.foldedFrom).toBeNull();
    expect(drawn.nodes).toHaveLength(399);
  });

  it('into the scopes of its names', () => {
    const drawn = draw(residual(300, (layer, part) => `/layer${String(layer)}/${part}`));
    expect(drawn.foldedFrom).toBe(900);
    expect(drawn.nodes).toHaveLength(300);
    expect(drawn.nodes[7]).toMatchObject({ kind: 'group', name: '/layer7', type: 'Conv, Relu, Add', nodes: 3 });
    expect(drawn.edges.total).toBe(299);
  });

  it('into the scopes that there is room for, all of one size alike', () => {
    const stage = (layer: number) => `/stage${String(Math.floor(layer / 100))}/l${String(layer)}`;
    const drawn = draw(residual(300, (layer, part) => `${stage(layer)}/${part}`));
    expect(drawn.nodes).toHaveLength(300);
    expect(drawn.nodes[250]?.name).toBe('/stage2/l250');
  });

  it('into blocks that repeat where nodes have no names', () => {
    const drawn = draw([plain('Stem', '', [], ['v0']), ...residual(300, () => ''), plain('Head', '', ['v300'], ['y'])]);
    expect(drawn.nodes).toHaveLength(302);
    expect(drawn.nodes[1]).toMatchObject({ kind: 'group', name: 'block 1 of 300', nodes: 3, places: [[1, 3]] });
    expect(drawn.nodes[301]).toMatchObject({ kind: 'node', type: 'Head' });
  });

  it('with constants in the scope of who uses them', () => {
    const nodes = residual(300, (layer, part) => `/layer${String(layer)}/${part}`).flatMap((node, at) =>
      at % 3 === 0
        ? [
            plain('Constant', `Constant_${String(at)}`, [], [`k${String(at)}`]),
            { ...node, inputs: [...node.inputs, `k${String(at)}`] },
          ]
        : [node],
    );
    expect(draw(nodes).nodes).toHaveLength(300);
  });

  it('without a cycle, whatever the graph is', () => {
    const random = new Random(7);
    for (let round = 0; round < 20; round++) {
      const size = 401 + random.below(3000);
      const scopes = 1 + random.below(900);
      const nodes = Array.from({ length: size }, (_, at) => {
        const inputs = Array.from({ length: random.below(4) }, () => `v${String(random.below(at))}`);
        const scope = `/s${String(random.below(4))}/t${String(random.below(scopes))}/n`;
        return plain(`Op${String(random.below(5))}`, scope, at === 0 ? [] : inputs, [`v${String(at)}`]);
      });
      draw(nodes);
    }
  });

  it('soon, though it has 100,000 nodes', () => {
    const startMs = performance.now();
    draw(residual(33_333, (layer, part) => `/a${String(layer % 7)}/b${String(layer)}/${part}`));
    expect(performance.now() - startMs).toBeLessThan(10_000);
  });
});

describe('an order of nodes', () => {
  it('is that of the file where it can be', () => {
    expect(inOrder([[], [0], [0], [1, 2]])).toEqual({ order: [0, 1, 2, 3], cyclic: 0 });
  });

  it('puts each behind those that it follows on, those of the file first', () => {
    expect(inOrder([[3], [0], [], [2]])).toEqual({ order: [2, 3, 0, 1], cyclic: 0 });
  });

  it('tells of a cycle, and of a node that follows on itself', () => {
    expect(inOrder([[], [2], [1], [0]])).toEqual({ order: [0, 3, 1, 2], cyclic: 2 });
    expect(inOrder([[0]])).toEqual({ order: [0], cyclic: 1 });
  });

  it('gives layers by the longest way', () => {
    expect(layersOf([0, 1, 2, 3], [[], [0], [1], [0, 2]])).toEqual([0, 1, 2, 3]);
  });
});
