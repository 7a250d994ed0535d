import { closeSync, ftruncateSync, mkdirSync, openSync, symlinkSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ATTRIBUTE, GRAPH, MODEL, TENSOR } from '../../../src/onnx/fields';
import { inspect, inspectOnnx, temporaryFolder } from './modelFile';
import {
  attribute,
  external,
  field,
  floats,
  graph,
  message,
  model,
  node,
  sampleModel,
  tensor,
  value,
  varint,
} from './onnxWriter';

describe('an ONNX model', () => {
  it('tells what goes in and out, its operators, versions, parameters and metadata', async () => {
    const told = await inspectOnnx(sampleModel());
    expect(told).toMatchObject({
      irVersion: 9,
      producer: { name: 'by hand', version: '1.0' },
      docString: 'A net.',
      graphName: 'graph',
      opsets: { items: [{ domain: '', version: 17 }], total: 1 },
      // `w` has an initializer: nobody has to give it.
      inputs: {
        items: [
          { name: 'x', type: 'tensor(float)', shape: ['N', 4, null] },
          { name: 'c', type: 'tensor(float)', shape: [] },
        ],
        total: 2,
      },
      outputs: { items: [{ name: 'y', type: 'tensor(float)', shape: ['N', 3] }], total: 1 },
      parameterCount: 15,
      parameterBytes: 60,
      parameterTypes: [{ type: 'float', count: 15 }],
      initializerCount: 2,
      constantCount: 2,
      metadata: { items: [{ key: 'author', value: 'somebody' }], total: 1 },
      nodeCount: 2,
      nestedNodeCount: 3,
      functionCount: 0,
      problems: [],
    });
    expect(told.operators.items.map(({ type, count }) => [type, count])).toEqual([
      ['MatMul', 1],
      ['If', 1],
      ['Add', 1],
      ['Constant', 1],
      ['Identity', 1],
    ]);
  });

  it('is drawn with its inputs, its outputs, and what graphs in a node take from around it', async () => {
    const { graph: drawn } = await inspectOnnx(sampleModel());
    expect(drawn.nodes.map(({ id, kind, type, layer }) => [id, kind, type, layer])).toEqual([
      ['input0', 'input', 'input', 0],
      ['input1', 'input', 'input', 0],
      ['n0', 'node', 'MatMul', 1],
      ['n1', 'node', 'If', 2],
      ['output0', 'output', 'output', 3],
    ]);
    expect(drawn.edges.items).toEqual([
      { from: 'input0', to: 'n0', label: 'x' },
      { from: 'input1', to: 'n1', label: 'c' },
      { from: 'n0', to: 'n1', label: 'h' },
      { from: 'n1', to: 'output0', label: 'y' },
    ]);
    expect(drawn.nodes[3]).toMatchObject({ name: 'choice', summary: 'then_branch=graph else_branch=graph' });
  });

  it('tells attributes in a few words', async () => {
    const attributes = [
      attribute('axis', [ATTRIBUTE.integer, -1]),
      attribute('mode', [ATTRIBUTE.string, 'linear']),
      attribute('pads', [ATTRIBUTE.integers, Buffer.concat([1, 2, 3, 4, 5].map(varint))]),
      attribute('value', [ATTRIBUTE.tensor, floats('', [2, 2])]),
    ];
    const { graph: drawn } = await inspectOnnx(model(graph({ nodes: [node('Pad', ['x'], ['y'], { attributes })] })));
    expect(drawn.nodes[0]?.summary).toBe('axis=-1 mode="linear" pads=[1,2,3,4… 5 values] value=float[2,2]');
  });

  it('counts the nodes of functions', async () => {
    const body = message([1, 'Twice'], [7, node('Add', ['a', 'a'], ['b'])]);
    const told = await inspectOnnx(model(graph({ nodes: [node('Twice', ['x'], ['y'])] }), [MODEL.functions, body]));
    expect(told).toMatchObject({ functionCount: 1, functionNodeCount: 1, nodeCount: 1 });
    expect(told.operators.items.map(({ type }) => type)).toEqual(['Twice', 'Add']);
  });

  it('of more than 2 GB takes little memory and time', async () => {
    const path = join(temporaryFolder(), 'large.onnx');
    const bytes = 2_300_000_000;
    const head = Buffer.concat([field(TENSOR.dims, bytes / 4), field(TENSOR.dataType, 1), field(TENSOR.name, 'w')]);
    const raw = Buffer.concat([varint(TENSOR.rawData * 8 + 2), varint(bytes)]);
    const nodes = field(GRAPH.node, node('MatMul', ['x', 'w'], ['y'], { name: 'behind' }));
    const tensorBytes = head.length + raw.length + bytes;
    const initializer = Buffer.concat([varint(GRAPH.initializer * 8 + 2), varint(tensorBytes), head, raw]);
    const graphHead = Buffer.concat([
      varint(MODEL.graph * 8 + 2),
      varint(initializer.length + bytes + nodes.length),
      initializer,
    ]);
    const start = Buffer.concat([field(MODEL.irVersion, 9), graphHead]);
    const descriptor = openSync(path, 'w');
    writeSync(descriptor, start);
    ftruncateSync(descriptor, start.length + bytes);
    writeSync(descriptor, nodes, 0, nodes.length, start.length + bytes);
    closeSync(descriptor);
    const before = process.memoryUsage().rss;
    const startMs = performance.now();
    const told = await inspect(path);
    expect(performance.now() - startMs).toBeLessThan(2000);
    expect(process.memoryUsage().rss - before).toBeLessThan(50_000_000);
    expect(told).toMatchObject({ parameterCount: 575_000_000, parameterBytes: bytes, problems: [] });
    expect(told).toMatchObject({ graph: { nodes: [{ name: 'behind' }] } });
  });

  it('stays a small message whatever its names are', async () => {
    const long = '名'.repeat(500);
    const names = (kind: string, count = 300) =>
      Array.from({ length: count }, (_, at) => `${kind}${String(at)}${long}`);
    const nodes = names('n').map((name, at) =>
      node(`Op${String(at)}${long}`, names(`i${String(at)}`, 8), names(`o${String(at)}`, 8), {
        name,
        domain: long,
      }),
    );
    const bytes = model(
      graph({ nodes, inputs: names('i').map((name) => value(name, [long, long, long, long, long, long])) }),
    );
    expect(Buffer.byteLength(JSON.stringify(await inspectOnnx(bytes)))).toBeLessThan(900_000);
  });
});

describe('what is wrong with an ONNX model is told', () => {
  const problemsOf = async (bytes: Buffer) => (await inspectOnnx(bytes)).problems;
  const withTensor = (initializer: Buffer) => model(graph({ initializers: [initializer] }));

  it.each([
    ['a negative size', tensor('w', 1, [-1]), 'the tensor "w" has a negative size: [-1]'],
    [
      'a size that no number can be',
      tensor('w', 1, [2n ** 62n, 2n ** 62n]),
      'the tensor "w" is larger than can be: [4611686018427388000, 4611686018427388000]',
    ],
    ['an unknown type', tensor('w', 99, [1]), 'the tensor "w" has a type that is not known: 99'],
    [
      'values that do not fit',
      tensor('w', 1, [3], [TENSOR.rawData, Buffer.alloc(8)]),
      'the tensor "w" has 8 bytes of values, where its shape needs 12',
    ],
  ])('%s', async (_, initializer, problem) => {
    expect(await problemsOf(withTensor(initializer))).toEqual([problem]);
  });

  it('a cycle, which is drawn without the edges that close it', async () => {
    const nodes = [
      node('A', ['x', 'c'], ['a']),
      node('B', ['a'], ['b']),
      node('C', ['b'], ['c']),
      node('D', ['c'], []),
    ];
    const { problems, graph: drawn } = await inspectOnnx(model(graph({ nodes })));
    expect(problems).toEqual(['the graph is cyclic: 4 nodes lie on a cycle or behind one']);
    expect(drawn.edges.items.map(({ from, to }) => [from, to])).toEqual([
      ['n0', 'n1'],
      ['n1', 'n2'],
      ['n2', 'n3'],
    ]);
  });

  it('two nodes that give the same value', async () => {
    const nodes = [node('A', [], ['a']), node('B', [], ['a'])];
    expect(await problemsOf(model(graph({ nodes })))).toEqual(['several nodes give a value of the name "a"']);
  });

  it('graphs in graphs without an end', async () => {
    let inner = graph({ nodes: [node('A', [], ['a'])] });
    for (let depth = 0; depth < 200; depth++)
      inner = graph({ nodes: [node('If', [], ['a'], { attributes: [attribute('g', [ATTRIBUTE.graph, inner])] })] });
    const told = await inspectOnnx(model(inner));
    expect(told.nestedNodeCount).toBe(32);
    expect(told.problems).toEqual([expect.stringContaining('more than 32 deep')]);
  });
});

describe('external data', () => {
  const bytesOf = (location: string, length = '8') =>
    model(graph({ initializers: [external('w', [2], { location, offset: '4', length })] }));

  async function look(location: string, prepare: (folder: string) => void = () => undefined) {
    const folder = temporaryFolder();
    prepare(folder);
    const path = join(folder, 'model.onnx');
    writeFileSync(path, bytesOf(location));
    const told = await inspect(path);
    return told.format === 'onnx' ? told : null;
  }

  it('is looked for beside the model', async () => {
    const told = await look('weights/w.bin', (folder) => {
      mkdirSync(join(folder, 'weights'));
      writeFileSync(join(folder, 'weights/w.bin'), Buffer.alloc(12));
    });
    expect(told?.externalFiles).toEqual({ items: [{ location: 'weights/w.bin', bytes: 12, problem: null }], total: 1 });
    expect(told).toMatchObject({ parameterCount: 2, parameterBytes: 8, problems: [] });
  });

  it('that is missing or too short is told', async () => {
    expect((await look('w.bin'))?.problems).toEqual(['the external file "w.bin" is not there']);
    const short = await look('w.bin', (folder) => writeFileSync(join(folder, 'w.bin'), Buffer.alloc(11)));
    expect(short?.problems).toEqual(['the external file "w.bin" is too short: it has 11 bytes of 12']);
  });

  it.each(['/etc/passwd', '../w.bin', 'a/../../w.bin', 'C:\\w.bin', '..\\w.bin', '\\\\host\\w.bin'])(
    'is not looked for at %s',
    async (location) => {
      const told = await look(location);
      expect(told?.externalFiles.items).toEqual([
        { location, bytes: null, problem: "leads out of the model's folder: it was not looked at" },
      ]);
      expect(told?.problems).toHaveLength(1);
    },
  );

  it('is not looked for behind a link that leads elsewhere', async () => {
    const elsewhere = temporaryFolder();
    writeFileSync(join(elsewhere, 'w.bin'), Buffer.alloc(12));
    const told = await look('link/w.bin', (folder) => symlinkSync(elsewhere, join(folder, 'link')));
    expect(told?.externalFiles.items[0]).toMatchObject({ bytes: null, problem: expect.stringContaining('leads out') });
  });
});

describe('a file that is no ONNX model', () => {
  const whole = sampleModel();
  it.each([
    ['empty', Buffer.alloc(0), 'it has no graph'],
    ['a text', Buffer.from('{"not": "a model"}'), 'there is no field at byte 0'],
    ['cut off', whole.subarray(0, 60), 'the file is cut off or damaged'],
    [
      'a length past the end',
      Buffer.concat([field(1, 9), varint(58), varint(1000)]),
      'says it has 1000 bytes, where 0',
    ],
    ['a negative length', Buffer.concat([varint(58), varint(-5)]), 'says it has -5 bytes'],
    ['a group', Buffer.from([0x0b, 0x0c]), 'there is no field at byte 0'],
    ['a number without end', Buffer.alloc(20, 0xff), 'has more than ten bytes'],
    ['nothing but a version', field(1, 9), 'it has no graph'],
  ])('%s', async (_, bytes, why) => {
    await expect(inspectOnnx(bytes)).rejects.toMatchObject({
      code: 'bad_request',
      message: expect.stringMatching(/^model\.onnx is no ONNX model: /),
    });
    await expect(inspectOnnx(bytes)).rejects.toThrow(why);
  });
});
