/** From node to node of a drawn graph by keys and by search, what is said of it, and how it is moved and zoomed. */
import { describe, expect, it } from 'vitest';
import { type ModelGraph } from '../../src/protocol/inspection';
import { place } from '../../webview/graph/placement';
import { begun, centred, fitted, kept, shown, zoomed } from '../../webview/graph/view';
import { found, step, walksOf } from '../../webview/graph/walking';
import { captionOf, ensembleWords, spokenName, tableRows } from '../../webview/graph/words';
import { graphOf, residualNet, single, transformer } from './fixtures/graphs';

/** Goes by keys from a node, and says by name where that leads. */
function walkIn(graph: ModelGraph) {
  const placement = place(graph, (text) => 7 * text.length);
  const walks = walksOf(placement);
  const walk = (start: string, ...keys: readonly string[]) => {
    let at = graph.nodes.findIndex(({ name }) => name === start);
    for (const key of keys) at = step(key, at, walks, placement.nodes) ?? at;
    return graph.nodes[at]?.name;
  };
  return { walk, walks, placement };
}

describe('keys', () => {
  it('lead along edges, first to the next layer', async () => {
    const { walk } = walkIn(await residualNet());
    expect(walk('/stem/Relu', 'ArrowDown')).toBe('/layer1/block/conv1/Conv');
    expect(walk('/layer1/block/Add', 'ArrowUp')).toBe('/layer1/block/conv2/Conv');
    expect(walk('image', ...Array.from({ length: 40 }, () => 'ArrowDown'))).toBe('probabilities');
    expect(walk('probabilities', ...Array.from({ length: 40 }, () => 'ArrowUp'))).toBe('image');
  });

  it('lead to the sides within a layer', async () => {
    const { walk } = walkIn(await transformer(1));
    const layer = ['query', 'key', 'value'].map((part) => `/encoder/layer.0/attention/${part}/MatMul`);
    const met = ['ArrowLeft', 'ArrowRight'].map((key) => walk(layer[1] ?? '', key));
    expect(new Set([...met, layer[1]])).toEqual(new Set(layer));
    expect(walk('/embed/Gather', 'ArrowDown', 'ArrowLeft', 'ArrowLeft')).toBe(
      '/encoder/layer.0/norm1/LayerNormalization',
    );
  });

  it('lead from one part to the next, to the first and to the last', async () => {
    const { walk } = walkIn(
      await graphOf([single('Relu', 'a', 'x', 'b'), single('Relu', 'b', 'b', 'c'), single('Exp', 'd', 'p', 'q')]),
    );
    expect(walk('b', 'ArrowRight')).toBe('d');
    expect(walk('d', 'ArrowLeft')).toBe('b');
    expect(walk('d', 'ArrowUp')).toBe('d');
    expect([walk('b', 'Home'), walk('a', 'End')]).toEqual(['a', 'd']);
  });

  it('that mean nothing lead nowhere', async () => {
    const { walks, placement } = walkIn(await residualNet());
    expect(step('x', 0, walks, placement.nodes)).toBeUndefined();
    expect(step('ArrowUp', walks.order[0] ?? 0, walks, placement.nodes)).toBeNull();
  });
});

describe('a search', () => {
  it('is in operators, names, attributes and values, whatever the case, in the order of reading', async () => {
    const graph = await residualNet();
    const { walks } = walkIn(graph);
    const names = (text: string) => found(graph.nodes, walks.order, text).map((node) => graph.nodes[node]?.name);
    expect(names('batchNORM')).toHaveLength(4);
    expect(names('[7,7]')).toEqual(['/stem/Conv']);
    expect(names('LAYER2/block/add')).toEqual(['/layer2/block/Add']);
    expect(names('scores')).toEqual(['/fc/Gemm', '/Softmax']);
    expect(names('  ')).toEqual([]);
    expect(names('nothing of the kind')).toEqual([]);
  });
});

describe('words', () => {
  it('say what a node is', async () => {
    const folded = await transformer(70);
    const named = (graph: ModelGraph, name: string) => graph.nodes.filter((node) => node.name === name).map(spokenName);
    expect(named(folded, '/encoder/layer.3')).toEqual([
      expect.stringMatching(/^Group of 15 nodes, \/encoder\/layer\.3, 5 MatMul, 3 Add, /),
    ]);
    const net = await residualNet();
    expect(named(net, 'image')).toEqual(['Input, image, tensor(float) [N, 3, 224, 224]']);
    expect(named(net, '/Flatten')).toEqual(['Flatten, /Flatten']);
    expect(captionOf(net)).toBe('26 nodes · 31 edges');
    expect(captionOf(folded)).toBe('1\u2009054 nodes, folded into 74 · 145 edges');
    expect(captionOf({ ...net, edges: { items: net.edges.items, total: 5000 } })).toBe(
      '26 nodes · 31 of 5\u2009000 edges drawn',
    );
    expect(tableRows(net.nodes).slice(0, 3)).toEqual([
      ['Operator', 'Name', 'Attributes', 'Inputs', 'Outputs'],
      ['Input', 'image', 'tensor(float) [N, 3, 224, 224]', '', 'image'],
      ['Conv', '/stem/Conv', expect.stringContaining('kernel_shape=[7,7]'), 'image, w', 's0'],
    ]);
  });

  it('say what an ensemble of trees is', () => {
    const ensemble = { node: 'forest', kind: 'classifier', trees: 12, leaves: 310, depth: 9, features: 6 } as const;
    expect(ensembleWords(ensemble)).toBe(
      'a classifier of 12 trees, at most 9 splits deep, 310 leaves in all, asks for 6 features',
    );
    expect(ensembleWords({ ...ensemble, kind: 'ensemble', trees: 1, leaves: 1, depth: 0, features: 0 })).toBe(
      'an ensemble of 1 tree, without a split, 1 leaf in all, asks for 0 features',
    );
    expect(ensembleWords({ ...ensemble, depth: null, features: null })).toBe(
      'a classifier of 12 trees, of unknown depth, 310 leaves in all',
    );
  });
});

describe('what is seen of a drawing', () => {
  const window = { width: 800, height: 400 };

  it('is all of a small one, in the middle and not enlarged', () => {
    expect(begun({ width: 100, height: 100 }, window, { x: 0, y: 0 })).toEqual({ scale: 1, x: 350, y: 150 });
  });

  it('is the beginning of a large one, as one reads', () => {
    const view = begun({ width: 5000, height: 9000 }, window, { x: 2000, y: 0 });
    expect(view).toEqual({ scale: 1, x: 400 - 2000, y: 16 });
    const all = fitted({ width: 5000, height: 9000 }, window);
    expect(all.scale).toBeCloseTo(368 / 9000);
    expect(all.x + 5000 * all.scale).toBeLessThanOrEqual(800);
  });

  it('stays around the pointer when it is zoomed, within limits', () => {
    const drawing = { width: 2000, height: 2000 };
    const view = { scale: 0.5, x: -100, y: -200 };
    const near = zoomed(view, 2, { x: 300, y: 200 }, drawing, window);
    expect((300 - near.x) / near.scale).toBeCloseTo((300 - view.x) / view.scale);
    expect((200 - near.y) / near.scale).toBeCloseTo((200 - view.y) / view.scale);
    expect(zoomed(view, 1000, { x: 0, y: 0 }, drawing, window).scale).toBe(3);
    expect(zoomed(view, 0.0001, { x: 0, y: 0 }, drawing, window).scale).toBeCloseTo(fitted(drawing, window).scale);
  });

  it('is never nothing, however far it is dragged', () => {
    const drawing = { width: 1000, height: 1000 };
    for (const [x, y] of [[9000, 9000], [-9000, -9000]] as const) {
      const view = kept({ scale: 1, x, y }, drawing, window);
      expect(view.x).toBeLessThanOrEqual(600);
      expect(view.x).toBeGreaterThanOrEqual(-800);
      expect(view.y).toBeLessThanOrEqual(300);
      expect(view.y).toBeGreaterThanOrEqual(-900);
    }
  }); // prettier-ignore

  it('is moved no more than it takes to show a node, and centres one that was searched', () => {
    const view = { scale: 1, x: 0, y: 0 };
    expect(shown(view, { left: 100, top: 100, width: 100, height: 40 }, window)).toEqual(view);
    expect(shown(view, { left: 100, top: 500, width: 100, height: 40 }, window)).toEqual({ scale: 1, x: 0, y: -156 });
    expect(shown(view, { left: -50, top: 100, width: 100, height: 40 }, window)).toEqual({ scale: 1, x: 66, y: 0 });
    expect(centred({ ...view, scale: 0.1 }, { x: 1000, y: 1000 }, window)).toEqual({ scale: 0.8, x: -400, y: -600 });
  });
});
