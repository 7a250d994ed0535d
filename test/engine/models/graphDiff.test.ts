import { execFileSync } from 'node:child_process';
import { truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compareGraphs } from '../../../src/engine/models/graphDiff/compare';
import { ATTRIBUTE, TENSOR } from '../../../src/onnx/fields';
import { formatNumber } from '../../../src/protocol/format';
import { GraphDiff } from '../../../src/protocol/graphDiff';
import { differenceWords, graphsWords } from '../../../src/protocol/graphDiffWords';
import { bytesBroken } from '../../support/broken';
import { Random } from '../../support/random';
import { fileOf, temporaryFolder } from './modelFile';
import { attribute, chainOf, external, graph, integers, model, node, sampleModel, tensor, value } from './onnxWriter';

function diff(left: Buffer, right: Buffer): GraphDiff {
  return GraphDiff.parse(compareGraphs(fileOf(left, 'left.onnx'), fileOf(right, 'right.onnx')));
}

const weights = (name: string, values: readonly number[], dims: readonly number[] = [values.length]) =>
  tensor(name, 1, dims, [TENSOR.rawData, Buffer.from(new Float32Array(values).buffer)]);

interface Layer {
  readonly type: string;
  readonly weights?: readonly number[];
  readonly attributes?: readonly Buffer[];
  readonly name?: string;
}

/** Layers one after another, each with its own weights; names of values begin with `prefix`. */
function net(layers: readonly Layer[], prefix = 'v'): Buffer {
  const at = (place: number) => (place === 0 ? 'x' : `${prefix}${String(place)}`);
  return model(
    graph({
      nodes: layers.map(({ type, weights: own, attributes = [], name = '' }, place) =>
        node(type, [at(place), ...(own ? [`${prefix}w${String(place)}`] : [])], [at(place + 1)], { name, attributes }),
      ),
      inputs: [value('x', ['N', 2])],
      outputs: [value(at(layers.length), ['N', 2])],
      initializers: layers.flatMap(({ weights: own }, place) =>
        own ? [weights(`${prefix}w${String(place)}`, own)] : [],
      ),
    }),
  );
}

const NET: readonly Layer[] = [
  { type: 'MatMul', weights: [1, 2, 3, 4] },
  { type: 'Add', weights: [1, 1] },
  { type: 'Relu' },
  { type: 'MatMul', weights: [5, 6, 7, 8] },
  { type: 'Softmax', attributes: [attribute('axis', [ATTRIBUTE.integer, 1])] },
];

const changed = (at: number, layer: Partial<Layer>): Layer[] =>
  NET.map((one, place) => (place === at ? { ...one, ...layer } : one));

describe('two graphs', () => {
  it('are the same whatever their values are called', () => {
    const told = diff(net(NET), net(NET, 'other'));
    expect(told.counts).toEqual({ same: 5, weights: 0, changed: 0, left: 0, right: 0 });
    expect(told).toMatchObject({ outputsDiffer: false, isTooDifferent: false, problems: [] });
    expect(graphsWords(told, ['v1', 'v2'])).toBe('The same graph: 5 nodes, with the same weights.');
  });

  it('differ in the weights of a model that was trained anew', () => {
    const told = diff(net(NET), net(changed(3, { weights: [5, 6, 7, 9] })));
    expect(told.counts).toEqual({ same: 4, weights: 1, changed: 0, left: 0, right: 0 });
    const [only] = told.differences.items;
    expect(only).toMatchObject({ left: { operator: 'MatMul' }, right: { operator: 'MatMul' }, takesOthers: false });
    expect(only && differenceWords(only)).toBe('weights vw3 (float[4])');
    expect(graphsWords(told, ['v1', 'v2'])).toBe('The same 5 nodes; 1 of them has other weights.');
  });

  it('differ in the shape of weights, and in attributes', () => {
    const wider = diff(net(NET), net(changed(0, { weights: [1, 2, 3, 4, 5, 6] })));
    expect(wider.counts).toMatchObject({ same: 4, weights: 1 });
    expect(wider.differences.items[0]?.weights.items).toEqual([{ name: 'vw0', left: 'float[4]', right: 'float[6]' }]);
    const axis = diff(net(NET), net(changed(4, { attributes: [attribute('axis', [ATTRIBUTE.integer, -1])] })));
    expect(axis.counts).toMatchObject({ same: 4, changed: 1 });
    expect(axis.differences.items.map(differenceWords)).toEqual(['attribute axis']);
    expect(diff(net(NET), net(changed(4, { attributes: [] }))).differences.items.map(differenceWords)).toEqual([
      'attribute axis',
    ]);
  });

  it('differ by a layer that one has alone, and by what takes its values', () => {
    const more = [...NET.slice(0, 3), { type: 'Dropout' }, ...NET.slice(3)];
    const told = diff(net(NET), net(more));
    expect(told.counts).toEqual({ same: 4, weights: 0, changed: 1, left: 0, right: 1 });
    expect(told.differences.items).toMatchObject([
      { left: null, right: { operator: 'Dropout', place: 3, output: 'v4' } },
      { left: { operator: 'MatMul', place: 3 }, right: { operator: 'MatMul', place: 4 }, takesOthers: true },
    ]);
    expect(told.differences.items.map(differenceWords)).toEqual(['', 'takes other values']);
    expect(graphsWords(told, ['v1', 'v2'])).toBe('4 nodes are the same, 1 is changed, 1 is only in v2.');
    const back = diff(net(more), net(NET));
    expect(back.counts).toEqual({ same: 4, weights: 0, changed: 1, left: 1, right: 0 });
  });

  it('have an operator in the place of another', () => {
    const told = diff(net(NET), net(changed(2, { type: 'Tanh' })));
    expect(told.counts).toEqual({ same: 3, weights: 0, changed: 1, left: 1, right: 1 });
    expect(told.differences.items.map(({ left, right }) => [left?.operator, right?.operator])).toEqual([
      ['Relu', undefined],
      [undefined, 'Tanh'],
      ['MatMul', 'MatMul'],
    ]);
  });

  it('have branches in another order', () => {
    const branch = (name: string) =>
      node('Relu', ['x'], [name], { name, attributes: [integers('axes', [name.length])] });
    const made = (names: readonly string[]) =>
      model(
        graph({
          nodes: [...names.map(branch), node('Concat', ['a', 'bbb'], ['y'])],
          inputs: [value('x', [1])],
          outputs: [value('y', [2])],
        }),
      );
    expect(diff(made(['a', 'bbb']), made(['bbb', 'a'])).counts).toMatchObject({ same: 3, left: 0, right: 0 });
  });

  it('give another node as their output', () => {
    const made = (output: string) =>
      model(
        graph({
          nodes: [node('Relu', ['x'], ['a']), node('Tanh', ['x'], ['b'])],
          inputs: [value('x', [1])],
          outputs: [value(output, [1])],
        }),
      );
    const told = diff(made('a'), made('b'));
    expect(told).toMatchObject({ outputsDiffer: true, counts: { same: 2 } });
    expect(graphsWords(told, ['v1', 'v2'])).toContain('The outputs of the model come from other nodes.');
  });

  it('take inputs by their names, whatever their order, and by their place where they have others', () => {
    const made = (inputs: readonly string[], taken: readonly string[]) =>
      model(
        graph({
          nodes: [node('Sub', [...taken], ['y'])],
          inputs: inputs.map((name) => value(name, [1])),
          outputs: [value('y', [1])],
        }),
      );
    const same = (left: Buffer, right: Buffer) => diff(left, right).counts.same === 1;
    expect(same(made(['a', 'b'], ['a', 'b']), made(['b', 'a'], ['a', 'b']))).toBe(true);
    expect(same(made(['a', 'b'], ['a', 'b']), made(['a', 'b'], ['b', 'a']))).toBe(false);
    expect(same(made(['a', 'b'], ['a', 'b']), made(['x', 'z'], ['x', 'z']))).toBe(true);
    expect(same(made(['a', 'b'], ['a', 'b']), made(['x', 'z'], ['z', 'x']))).toBe(false);
  });

  it('are what they are in nested graphs, too', () => {
    const sample = sampleModel();
    expect(diff(sample, sample).counts).toMatchObject({ same: 2 });
    const other = Buffer.from(sample.toString('latin1').replace('Identity', 'Negative'), 'latin1');
    expect(diff(sample, other).differences.items.map(differenceWords)).toEqual(['attribute else_branch']);
  });

  it('have too little in common to be matched', () => {
    const of = (type: string) => net(Array.from({ length: 2500 }, (_, at) => ({ type: `${type}${String(at)}` })));
    const told = diff(of('A'), of('B'));
    const many = `${formatNumber(2500)} nodes`;
    expect(told).toMatchObject({ isTooDifferent: true, nodes: { left: 2500, right: 2500 }, differences: { total: 0 } });
    expect(graphsWords(told, ['v1', 'v2'])).toBe(
      `The graphs have too little in common to compare their nodes: v1 has ${many}, v2 has ${many}.`,
    );
  });

  it('are large, and fit into a message', () => {
    const told = diff(chainOf(30_000, 30_000), chainOf(30_000, 300_000));
    expect(told.counts).toEqual({ same: 0, weights: 30_000, changed: 0, left: 0, right: 0 });
    expect(told.differences.total).toBe(30_000);
    expect(told.differences.items.length).toBeGreaterThan(100);
    expect(JSON.stringify(told).length).toBeLessThan(1_000_000);
  });
});

describe('values of weights', () => {
  const one = (bytes: Buffer) =>
    model(
      graph({
        nodes: [node('Add', ['x', 'w'], ['y'])],
        inputs: [value('x', [2])],
        outputs: [value('y', [2])],
        initializers: [bytes],
      }),
    );

  it('are the same in whatever field they stand', () => {
    const floats = Buffer.from(new Float32Array([1.5, -2]).buffer);
    const raw = one(tensor('w', 1, [2], [TENSOR.rawData, floats]));
    expect(diff(raw, one(tensor('w', 1, [2], [TENSOR.floatData, floats]))).counts).toMatchObject({ same: 1 });
    const integers64 = Buffer.from(new BigInt64Array([3n, -1n]).buffer);
    const inVarints = Buffer.concat([Buffer.from([3]), Buffer.from('ffffffffffffffffff01', 'hex')]);
    const rawIntegers = one(tensor('w', 7, [2], [TENSOR.rawData, integers64]));
    expect(diff(rawIntegers, one(tensor('w', 7, [2], [TENSOR.int64Data, inVarints]))).counts).toMatchObject({
      same: 1,
    });
    const bytes = one(tensor('w', 2, [2], [TENSOR.rawData, Buffer.from([7, 200])]));
    expect(
      diff(bytes, one(tensor('w', 2, [2], [TENSOR.int32Data, Buffer.from([7, 0xc8, 0x01])]))).counts,
    ).toMatchObject({ same: 1 });
    expect(diff(bytes, one(tensor('w', 2, [2], [TENSOR.int32Data, 7], [TENSOR.int32Data, 201]))).counts).toMatchObject({
      weights: 1,
    });
  });

  it('are read from files beside the model, and said to be unknown where those are gone', () => {
    const entries = { location: 'weights.bin', offset: '4', length: '8' };
    const made = (values: readonly number[]) => {
      const file = fileOf(one(external('w', [2], entries)), 'model.onnx');
      writeFileSync(join(dirname(file), 'weights.bin'), Buffer.from(new Float32Array([9, ...values]).buffer));
      return file;
    };
    expect(compareGraphs(made([1, 2]), made([1, 2])).counts).toMatchObject({ same: 1 });
    expect(compareGraphs(made([1, 2]), made([1, 3])).counts).toMatchObject({ weights: 1 });
    const inside = fileOf(one(weights('w', [1, 2])), 'model.onnx');
    expect(compareGraphs(inside, made([1, 2])).counts).toMatchObject({ same: 1 });
    const short = made([1, 3]);
    truncateSync(join(dirname(short), 'weights.bin'), 8);
    expect(compareGraphs(made([1, 2]), short)).toMatchObject({
      counts: { same: 1 },
      problems: [`the values of "w" lie in the file "weights.bin", which can't be read`],
    });
    const out = fileOf(one(external('w', [2], { ...entries, location: '../weights.bin' })), 'model.onnx');
    expect(compareGraphs(made([1, 2]), out).problems).toHaveLength(1);
  });
});

it('tells or refuses what is damaged, soon', () => {
  const random = new Random(11);
  const [good, bytes] = [fileOf(sampleModel(), 'good.onnx'), sampleModel()];
  const bad = fileOf('', 'bad.onnx');
  const seen = { told: 0, refused: 0 };
  const started = performance.now();
  for (let done = 0; done < 1500; done++) {
    writeFileSync(bad, bytesBroken(bytes, random));
    try {
      GraphDiff.parse(compareGraphs(good, bad));
      seen.told++;
    } catch (error) {
      expect(error).toMatchObject({ code: 'bad_request' });
      seen.refused++;
    }
  }
  expect(Math.min(seen.told, seen.refused)).toBeGreaterThan(100);
  expect(performance.now() - started).toBeLessThan(60_000);
});

it('refuses what is no ONNX model', () => {
  const good = fileOf(net(NET), 'good.onnx');
  const cutOff = fileOf(net(NET).subarray(0, 60), 'cut.onnx');
  expect(() => compareGraphs(good, cutOff)).toThrow(/^cut\.onnx is no ONNX model/);
  expect(() => compareGraphs(fileOf('', 'empty.onnx'), good)).toThrow('empty.onnx is no ONNX model: it has no graph.');
});

const PYTHON = process.env.LOOPWRIGHT_CAPTURE_PYTHON ?? '';
const SCRIPT = `
import sys, numpy as np, onnx
from skl2onnx import to_onnx
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
folder = sys.argv[1]
random = np.random.default_rng(0)
X = random.standard_normal((200, 4)).astype(np.float32)
y = (X[:, 0] > 0).astype(int)
for name, model, rows in [('forest', RandomForestClassifier(5, random_state=0), 200), ('fewer', RandomForestClassifier(5, random_state=0), 150),
                          ('linear', LogisticRegression(), 200)]:
    onnx.save(to_onnx(make_pipeline(StandardScaler(), model).fit(X[:rows], y[:rows]), X[:1]), folder + '/' + name + '.onnx')
`;

it.skipIf(PYTHON === '')('tells models that scikit-learn made apart', () => {
  const folder = temporaryFolder();
  execFileSync(PYTHON, ['-c', SCRIPT, folder]);
  const between = (left: string, right: string) =>
    compareGraphs(join(folder, `${left}.onnx`), join(folder, `${right}.onnx`));
  expect(between('forest', 'forest').differences.total).toBe(0);
  const anew = between('forest', 'fewer');
  expect(anew.counts).toMatchObject({ left: 0, right: 0 });
  expect(anew.differences.items.map(({ left }) => left?.operator)).toEqual(
    expect.arrayContaining([expect.stringMatching(/Scaler$/), expect.stringMatching(/TreeEnsembleClassifier$/)]),
  );
  const other = between('forest', 'linear');
  expect(other.differences.items.map(({ left, right }) => [left?.operator ?? null, right?.operator ?? null])).toEqual(
    expect.arrayContaining([
      [expect.stringMatching(/TreeEnsembleClassifier$/), null],
      [null, expect.stringMatching(/LinearClassifier$/)],
    ]),
  );
});
