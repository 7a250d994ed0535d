import { describe, expect, it } from 'vitest';
import { inspectOnnx } from './modelFile';
import { graph, integers, model, node, strings } from './onnxWriter';

/** Nodes as [tree, id, feature, mode, true, false]. */
type Row = readonly [number, number, number, 'BRANCH_LEQ' | 'LEAF', number, number];

const classifier = (rows: readonly Row[]) =>
  ensemble('TreeEnsembleClassifier', [
    integers('nodes_treeids', rows.map((row) => row[0])),
    integers('nodes_nodeids', rows.map((row) => row[1])),
    integers('nodes_featureids', rows.map((row) => row[2])),
    strings('nodes_modes', rows.map((row) => row[3])),
    integers('nodes_truenodeids', rows.map((row) => row[4])),
    integers('nodes_falsenodeids', rows.map((row) => row[5])),
  ]); // prettier-ignore

const ensemble = (type: string, attributes: readonly Buffer[]) =>
  model(graph({ nodes: [node(type, ['x'], ['y'], { name: 'forest', domain: 'ai.onnx.ml', attributes })] }));

/** A tree of depth 2 with features 3 and 5, and one that is a leaf. */
const TREES: readonly Row[] = [
  [0, 0, 3, 'BRANCH_LEQ', 1, 2],
  [0, 1, 0, 'LEAF', 0, 0],
  [0, 2, 5, 'BRANCH_LEQ', 3, 4],
  [0, 3, 0, 'LEAF', 0, 0],
  [0, 4, 0, 'LEAF', 0, 0],
  [1, 0, 0, 'LEAF', 0, 0],
];
const SUMMARY = { node: 'forest', kind: 'classifier', trees: 2, leaves: 4, depth: 2, features: 2 };

describe('an ensemble of trees', () => {
  it('is told in short, and by one node', async () => {
    const told = await inspectOnnx(classifier(TREES));
    expect(told.treeEnsembles).toEqual({ items: [SUMMARY], total: 1 });
    expect(told.graph.nodes[0]?.summary).toBe('2 trees, depth 2, 2 features');
    expect(told.problems).toEqual([]);
  });

  it('may list its nodes in any order', async () => {
    expect((await inspectOnnx(classifier(TREES.toReversed()))).treeEnsembles.items).toEqual([SUMMARY]);
  });

  it('of version 5 has roots, and leaves of their own', async () => {
    // onnx.helper made this one for comparison, with the same lists: depth 2, 4 leaves.
    const told = await inspectOnnx(
      ensemble('TreeEnsemble', [
        integers('tree_roots', [0]),
        integers('nodes_featureids', [0, 1, 2]),
        integers('nodes_truenodeids', [1, 0, 2]),
        integers('nodes_trueleafs', [0, 1, 1]),
        integers('nodes_falsenodeids', [2, 1, 3]),
        integers('nodes_falseleafs', [0, 1, 1]),
        integers('leaf_targetids', [0, 0, 0, 0]),
      ]),
    );
    expect(told.treeEnsembles.items).toEqual([
      { node: 'forest', kind: 'ensemble', trees: 1, leaves: 4, depth: 2, features: 3 },
    ]);
  });

  it.each<[string, readonly Row[], RegExp]>([
    ['leads back to a node before', [[0, 0, 1, 'BRANCH_LEQ', 1, 1], [0, 1, 1, 'BRANCH_LEQ', 0, 2], [0, 2, 0, 'LEAF', 0, 0]], /do not end/],
    ['leads to one node twice', [[0, 0, 1, 'BRANCH_LEQ', 1, 1], [0, 1, 0, 'LEAF', 0, 0]], /do not end/],
  ])('that %s has no depth', async (_, rows, problem) => {
    const { treeEnsembles, problems } = await inspectOnnx(classifier(rows));
    expect(treeEnsembles.items[0]?.depth).toBeNull();
    expect(problems).toEqual([expect.stringMatching(problem)]);
  }); // prettier-ignore

  it('whose lists differ is none', async () => {
    const told = await inspectOnnx(
      ensemble('TreeEnsembleRegressor', [integers('nodes_treeids', [0, 0]), integers('nodes_nodeids', [0])]),
    );
    expect(told.treeEnsembles.items[0]).toMatchObject({ trees: 0, depth: null });
    expect(told.problems).toEqual([
      'the trees of "forest" have lists of different lengths, or an order that is not followed',
    ]);
  });
});
