/** Models that scikit-learn, skl2onnx and onnx write, compared with what these packages say of them. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import * as z from 'zod';
import { inspect, temporaryFolder } from './modelFile';

const PYTHON = process.env.LOOPWRIGHT_CAPTURE_PYTHON ?? '';

const SCRIPT = `
import json, math, sys
import joblib, numpy as np, onnx, sklearn
from collections import Counter
from skl2onnx import to_onnx
from sklearn.ensemble import RandomForestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
folder = sys.argv[1]
random = np.random.default_rng(0)
X = random.standard_normal((300, 6)).astype(np.float32)
y = (X[:, 0] + X[:, 1] ** 2 > 1).astype(int)
forest = RandomForestClassifier(12, random_state=0).fit(X, y)
pipeline = make_pipeline(StandardScaler(), forest).fit(X, y)
model = to_onnx(pipeline, X[:1])
onnx.save(model, folder + '/pipeline.onnx')
joblib.dump(pipeline, folder + '/pipeline.joblib')
joblib.dump(pipeline, folder + '/pipeline-z.joblib', compress=3)
trees = [tree.tree_ for tree in forest.estimators_]
print(json.dumps({
    'depth': max(tree.max_depth for tree in trees),
    'leaves': int(sum(tree.n_leaves for tree in trees)),
    'features': len({int(one) for tree in trees for one in tree.feature if one >= 0}),
    'operators': sorted(Counter(node.op_type for node in model.graph.node).items()),
    'inputs': [one.name for one in model.graph.input],
    'outputs': [one.name for one in model.graph.output],
    'opsets': [[one.domain, one.version] for one in model.opset_import],
    'arrayBytes': int(sum(tree.__getstate__()['nodes'].nbytes + tree.value.nbytes for tree in trees)),
    'version': sklearn.__version__,
}))
`;

const Said = z.object({
  ...{ depth: z.number(), leaves: z.number(), features: z.number(), arrayBytes: z.number(), version: z.string() },
  operators: z.array(z.tuple([z.string(), z.number()])),
  ...{ inputs: z.array(z.string()), outputs: z.array(z.string()) },
  opsets: z.array(z.tuple([z.string(), z.number()])),
});

it.skipIf(PYTHON === '')('are told as the packages that wrote them say', async () => {
  const folder = temporaryFolder();
  const said = Said.parse(JSON.parse(execFileSync(PYTHON, ['-c', SCRIPT, folder], { encoding: 'utf8' })));
  const told = await inspect(join(folder, 'pipeline.onnx'));
  if (told.format !== 'onnx') throw new Error(`told as ${told.format}`);
  expect(told.operators.items.map(({ type, count }) => [type, count]).toSorted()).toEqual(said.operators);
  expect(told.inputs.items.map(({ name }) => name)).toEqual(said.inputs);
  expect(told.outputs.items.map(({ name }) => name)).toEqual(said.outputs);
  expect(told.opsets.items.map(({ domain, version }) => [domain, version])).toEqual(said.opsets);
  const { depth, leaves, features } = said;
  expect(told.treeEnsembles.items).toEqual([
    expect.objectContaining({ kind: 'classifier', trees: 12, depth, leaves, features }),
  ]);
  expect(told.problems).toEqual([]);

  for (const name of ['pipeline.joblib', 'pipeline-z.joblib']) {
    const pickled = await inspect(join(folder, name));
    if (pickled.format !== 'pickle') throw new Error(`told as ${pickled.format}`);
    expect(pickled).toMatchObject({
      root: 'sklearn.pipeline.Pipeline',
      sklearnVersion: said.version,
      suspicious: { total: 0 },
      problems: [],
    });
    expect(pickled.names.items).toContainEqual({ name: 'sklearn.tree._tree.Tree', calls: 12 });
    expect(pickled.arrays.bytes).toBeGreaterThan(said.arrayBytes);
  }
});
