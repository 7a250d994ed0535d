/** Where the drawing of a model's graph puts its nodes and edges: graphs as the engine tells them of real files. */
import { describe, expect, it } from 'vitest';
import { type ModelGraph } from '../../src/protocol/inspection';
import { boxOf, type Measure } from '../../webview/graph/boxes';
import { layered } from '../../webview/graph/layers';
import { crossings, ordered } from '../../webview/graph/ordering';
import { type Line, type Place, spread } from '../../webview/graph/paths';
import { place, type PlacedNode, type Placement, wholeLine } from '../../webview/graph/placement';
import { Random } from '../support/random';
import { graphOf, residualNet, single, thicket, transformer } from './fixtures/graphs';

const measure: Measure = (text) => 7 * text.length;

const sideOf = ({ x, width }: PlacedNode, way: 1 | -1) => x + (way * width) / 2;

/** Places on a line as it is drawn: curves that leave and arrive straight down. */
function along(line: Line): Place[] {
  return line.slice(1).flatMap((to, index) => {
    const from = line[index] ?? to;
    return [0, 0.1, 0.25, 0.4, 0.5, 0.6, 0.75, 0.9, 1].map((t) => {
      const late = t * t * (3 - 2 * t);
      return { x: from.x + (to.x - from.x) * late, y: from.y + (to.y - from.y) * (1.5 * t - 1.5 * t * t + t ** 3) };
    });
  });
}

/** What holds for every drawing. */
function placed(graph: ModelGraph): Placement {
  const placement = place(graph, measure);
  const { nodes, edges, width, height } = placement;
  expect(nodes).toHaveLength(graph.nodes.length);
  expect(edges).toHaveLength(graph.edges.items.length);
  for (const node of nodes) {
    expect(sideOf(node, -1)).toBeGreaterThanOrEqual(-0.01);
    expect(sideOf(node, 1)).toBeLessThanOrEqual(width + 0.01);
    expect(node.top + node.height).toBeLessThanOrEqual(height + 0.01);
  }
  expect(overlaps(nodes)).toEqual([]);
  expect(wrongLines(placement)).toEqual([]);
  return placement;
}

/** Lines that do not lead down from one of their nodes to the other, or that run over a third. */
function wrongLines(placement: Placement): string[] {
  const { nodes, edges } = placement;
  const wrong = new Set<string>();
  for (const edge of edges) {
    const line = wholeLine(placement, edge);
    const [from, to] = [nodes[edge.from], nodes[edge.to]];
    const [start, end] = [line[0], line.at(-1)];
    if (!from || !to || !start || !end) throw new Error(`no line of ${edge.label}`);
    if (start.x !== from.x || start.y !== from.top + from.height) wrong.add(`${edge.label} starts elsewhere`);
    if (end.y >= to.top || Math.abs(end.x - to.x) > to.width / 2) wrong.add(`${edge.label} ends elsewhere`);
    if (line.some(({ y }, index) => y < (line[index - 1]?.y ?? y) - 0.01)) wrong.add(`${edge.label} leads up`);
    // Of thousands of edges that would be millions of comparisons.
    for (const { x, y } of edges.length > 1000 ? [] : along(line))
      for (const node of nodes) {
        const isBeside = x <= sideOf(node, -1) || x >= sideOf(node, 1);
        if (!isBeside && y > node.top + 0.1 && y < node.top + node.height - 0.1)
          wrong.add(`${edge.label} runs over ${node.node.id}`);
      }
  }
  return [...wrong];
}

function overlaps(nodes: readonly PlacedNode[]): string[] {
  return nodes.flatMap((one, index) =>
    nodes
      .slice(index + 1)
      .filter(
        (other) =>
          sideOf(one, 1) > sideOf(other, -1) + 0.01 &&
          sideOf(other, 1) > sideOf(one, -1) + 0.01 &&
          one.top + one.height > other.top + 0.01 &&
          other.top + other.height > one.top + 0.01,
      )
      .map((other) => `${one.node.id} and ${other.node.id}`),
  );
}

describe('a graph', () => {
  it('of no nodes takes no room', async () => {
    expect(placed(await graphOf([]))).toEqual({ width: 0, height: 0, nodes: [], edges: [], trunks: [] });
  });

  it('of one node, and of two', async () => {
    expect(placed(await graphOf([single('Relu', 'r', 'x', 'y')])).nodes).toHaveLength(1);
    const { nodes } = placed(await graphOf([single('Relu', 'r', 'x', 'y'), single('Exp', 'e', 'y', 'z')]));
    expect(nodes[0]?.x).toBe(nodes[1]?.x);
    expect(nodes[1]?.top).toBeGreaterThan((nodes[0]?.top ?? 0) + (nodes[0]?.height ?? 0));
  });

  it('that is a chain is straight, and stays so beside the ways around its blocks', async () => {
    const { nodes } = placed(await residualNet());
    expect(new Set(nodes.map(({ x }) => x)).size).toBe(1);
  });

  it('of a transformer has no lines over nodes, and few that cross', async () => {
    const placement = placed(await transformer(4));
    // One mask beside four layers: the value of each layer crosses what goes from the mask, and no more.
    expect(crossingsOf(placement)).toBeLessThanOrEqual(16);
  });

  it('that is folded', async () => {
    const graph = await transformer(70);
    expect(graph.foldedFrom).toBe(1054);
    placed(graph);
  });

  it('that is a thicket, as large as one is drawn at all', async () => {
    const graph = await thicket();
    expect([graph.nodes.length, graph.edges.items.length]).toEqual([400, 3000]);
    placed(graph);
    placed(await thicket(400, 3000, 12));
  });

  it('without edges is rows of nodes, as wide as they are high', async () => {
    const { width, height } = placed(
      await graphOf(Array.from({ length: 200 }, (_, at) => single('Relu', `r${String(at)}`, 'w', `y${String(at)}`))),
    );
    expect(width / height).toBeGreaterThan(0.8);
    expect(width / height).toBeLessThan(2.5);
  });

  it('in parts has them beside each other', async () => {
    const { nodes } = placed(
      await graphOf([
        single('Relu', 'a', 'x', 'b'),
        single('Relu', 'b', 'b', 'c'),
        single('Exp', 'd', 'p', 'q'),
        single('Exp', 'e', 'q', 'r'),
      ]),
    );
    expect(nodes.map(({ part }) => part)).toEqual([0, 0, 1, 1]);
    expect(nodes[0]?.top).toBe(nodes[2]?.top);
  });

  it('has constants where they are used', async () => {
    const { nodes } = placed(
      await graphOf(
        [
          { type: 'Constant', name: 'k', inputs: [], outputs: ['k'] },
          single('Relu', 'a', 'x', 'b'),
          single('Relu', 'b', 'b', 'c'),
          { type: 'Add', name: 'add', inputs: ['c', 'k'], outputs: ['y'] },
        ],
        ['x'],
      ),
    );
    const topOf = (name: string) => nodes.find(({ node }) => node.name === name)?.top;
    expect(topOf('k')).toBe(topOf('b'));
  });

  it('is always drawn alike', async () => {
    const graph = await transformer(3);
    expect(place(graph, measure)).toEqual(place(graph, measure));
  });
});

describe('any graph', () => {
  it.each(Array.from({ length: 12 }, (_, seed) => seed))('of chance, %i', async (seed) => {
    const random = new Random(seed);
    const size = 2 + random.below(40);
    const graph = await graphOf(
      Array.from({ length: size }, (_, at) => ({
        type: 'Op'.repeat(1 + random.below(4)),
        name: random.below(2) === 0 ? '' : `n${String(at)}`,
        inputs: Array.from({ length: at === 0 ? 0 : random.below(4) }, () => `v${String(random.below(at))}`),
        outputs: [`v${String(at)}`],
      })),
      ['x'],
      [`v${String(size - 1)}`],
    );
    placed(graph);
  });
});

/** Pairs of edges whose drawn lines change sides between two layers. */
function crossingsOf({ nodes, edges }: Placement): number {
  let count = 0;
  for (const [index, one] of edges.entries())
    for (const other of edges.slice(index + 1)) {
      const [a, b] = [one.line, other.line];
      const isSameGap = Math.abs((a.at(-2)?.y ?? 0) - (b.at(-2)?.y ?? 0)) < 1;
      if (!isSameGap || nodes[one.to]?.layer !== nodes[other.to]?.layer) continue;
      const start = (a.at(-3)?.x ?? 0) - (b.at(-3)?.x ?? 0);
      const end = (a.at(-1)?.x ?? 0) - (b.at(-1)?.x ?? 0);
      if (start * end < 0) count++;
    }
  return count;
}

describe('crossings', () => {
  const graphFrom = (layerOf: readonly number[], edges: readonly (readonly [number, number])[]) =>
    layered({ widths: layerOf.map(() => 10), layerOf, edges: edges.map(([from, to]) => ({ from, to })) });

  it('are as many as there are pairs that cross', () => {
    const random = new Random(3);
    for (let round = 0; round < 30; round++) {
      const edges = Array.from({ length: 12 }, () => [random.below(6), 6 + random.below(6)] as const);
      const graph = graphFrom([0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1], edges);
      const pairs = edges.flatMap(([a, b], index) => edges.slice(index + 1).filter(([c, d]) => (a - c) * (b - d) < 0));
      expect(crossings(graph.layers, graph)).toBe(pairs.length);
    }
  });

  it('are taken out where they need not be', () => {
    const graph = graphFrom(
      [0, 0, 0, 1, 1, 1],
      [
        [0, 5],
        [1, 4],
        [2, 3],
      ],
    );
    expect(crossings(graph.layers, graph)).toBe(3);
    expect(crossings(ordered(graph), graph)).toBe(0);
  });
});

describe('an order', () => {
  it('has hardly more crossings than the best of all orders', () => {
    const random = new Random(5);
    let [found, best] = [0, 0];
    for (let round = 0; round < 20; round++) {
      const edges = Array.from({ length: 9 }, () => ({ from: random.below(5), to: 5 + random.below(5) }));
      const graph = layered({
        widths: Array.from({ length: 10 }, () => 10),
        layerOf: [0, 0, 0, 0, 0, 1, 1, 1, 1, 1],
        edges,
      });
      found += crossings(ordered(graph), graph);
      const [upper = [], lower = []] = graph.layers.map((layer) => permutations(layer));
      best += Math.min(...upper.flatMap((above) => lower.map((below) => crossings([above, below], graph))));
    }
    expect(found).toBeLessThanOrEqual(1.3 * best);
  });
});

const permutations = (all: readonly number[]): number[][] =>
  all.length === 0
    ? [[]]
    : all.flatMap((one) => permutations(all.filter((other) => other !== one)).map((rest) => [one, ...rest]));

describe('places beside each other', () => {
  it('stay where they are if they are far enough apart', () => {
    expect(spread([0, 20, 50], 10, 0, 100)).toEqual([0, 20, 50]);
  });

  it('are moved apart as little as it takes, within their room', () => {
    expect(spread([50, 50, 50], 10, 0, 100)).toEqual([40, 50, 60]);
    expect(spread([0, 0], 10, 0, 100)).toEqual([0, 10]);
    expect(spread([100, 100], 10, 0, 100)).toEqual([90, 100]);
  });
});

describe('the text of a node', () => {
  const nodeNamed = async (name: string) => {
    const { nodes } = await graphOf([single('Relu', name, 'x', 'y')]);
    const [node] = nodes;
    if (!node) throw new Error('no node');
    return boxOf(node, measure);
  };

  it.each([
    'あ'.repeat(4000),
    '👩‍👩‍👧‍👦'.repeat(600),
    'e\u0301'.repeat(2000),
    'مرحبا'.repeat(800),
    `a${'\u0301'.repeat(4000)}`,
  ])('is cut to its width, between whole characters (%#)', async (name) => {
    const { lines, width } = await nodeNamed(name);
    expect(width).toBeLessThanOrEqual(204);
    for (const { text } of lines) {
      expect(measure(text, 'plain')).toBeLessThanOrEqual(width);
      expect(text.isWellFormed()).toBe(true);
    }
  });

  it('is the end of a path, where names differ', async () => {
    expect((await nodeNamed('/model/encoder/layer.3/attention/MatMul')).lines.map(({ text }) => text)).toEqual([
      'Relu',
      'attention/MatMul',
    ]);
  });
});
