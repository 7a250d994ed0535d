/** Writes ONNX models by hand: messages of protobuf from field numbers and contents. */
import {
  ATTRIBUTE,
  ENTRY,
  GRAPH,
  MODEL,
  NODE,
  OPSET,
  TENSOR,
  TENSOR_TYPE,
  TYPE,
  VALUE,
} from '../../../src/onnx/fields';

type Content = number | bigint | string | Buffer;

/** A negative number takes ten bytes, as protobuf writes an int64. */
export function varint(value: number | bigint): Buffer {
  const bytes: number[] = [];
  for (let left = BigInt.asUintN(64, BigInt(value)); ; left >>= 7n) {
    bytes.push(Number(left & 0x7fn) | (left > 0x7fn ? 0x80 : 0));
    if (left <= 0x7fn) return Buffer.from(bytes);
  }
}

export function field(number: number, content: Content): Buffer {
  if (typeof content === 'number' || typeof content === 'bigint')
    return Buffer.concat([varint(number * 8), varint(content)]);
  const bytes = Buffer.from(content);
  return Buffer.concat([varint(number * 8 + 2), varint(bytes.length), bytes]);
}

export const message = (...fields: readonly (readonly [number, Content])[]): Buffer =>
  Buffer.concat(fields.map(([number, content]) => field(number, content)));

const named = (texts: readonly string[], number: number) => texts.map((text): [number, Content] => [number, text]);

export interface NodeParts {
  readonly name?: string;
  readonly domain?: string;
  readonly attributes?: readonly Buffer[];
}

export const node = (
  type: string,
  inputs: readonly string[],
  outputs: readonly string[],
  { name = '', domain = '', attributes = [] }: NodeParts = {},
): Buffer =>
  message(
    ...named(inputs, NODE.input),
    ...named(outputs, NODE.output),
    [NODE.name, name],
    [NODE.opType, type],
    ...attributes.map((attribute): [number, Content] => [NODE.attribute, attribute]),
    [NODE.domain, domain],
  );

export const attribute = (name: string, ...fields: readonly (readonly [number, Content])[]): Buffer =>
  message([ATTRIBUTE.name, name], ...fields);
export const integers = (name: string, values: readonly number[]): Buffer =>
  attribute(name, ...values.map((value): [number, Content] => [ATTRIBUTE.integers, value]));
export const strings = (name: string, values: readonly string[]): Buffer =>
  attribute(name, ...named(values, ATTRIBUTE.strings));

/** @param rest its values, in whatever field */
export const tensor = (
  name: string,
  type: number,
  dims: readonly (number | bigint)[],
  ...rest: readonly (readonly [number, Content])[]
): Buffer =>
  message(
    ...dims.map((dim): [number, Content] => [TENSOR.dims, dim]),
    [TENSOR.dataType, type],
    [TENSOR.name, name],
    ...rest,
  );

export const floats = (name: string, dims: readonly number[]): Buffer =>
  tensor(name, 1, dims, [TENSOR.rawData, Buffer.alloc(4 * dims.reduce((product, dim) => product * dim, 1))]);

export const entry = (key: string, value: string): Buffer => message([ENTRY.key, key], [ENTRY.value, value]);

export const external = (name: string, dims: readonly number[], entries: Readonly<Record<string, string>>): Buffer =>
  tensor(
    name,
    1,
    dims,
    ...Object.entries(entries).map(([key, value]): [number, Content] => [TENSOR.externalData, entry(key, value)]),
    [TENSOR.dataLocation, 1],
  );

/** A float tensor of this shape; a text is the name of a size, null one without. */
export const value = (name: string, shape: readonly (number | string | null)[]): Buffer => {
  const dims = shape.map((size) =>
    size === null ? Buffer.alloc(0) : message([typeof size === 'number' ? 1 : 2, size]),
  );
  const shapeMessage = message(...dims.map((dim): [number, Content] => [1, dim]));
  const type = message([TENSOR_TYPE.element, 1], [TENSOR_TYPE.shape, shapeMessage]);
  return message([VALUE.name, name], [VALUE.type, message([TYPE.tensor, type])]);
};

export interface GraphParts {
  readonly nodes?: readonly Buffer[];
  readonly inputs?: readonly Buffer[];
  readonly outputs?: readonly Buffer[];
  readonly initializers?: readonly Buffer[];
}

export const graph = ({ nodes = [], inputs = [], outputs = [], initializers = [] }: GraphParts): Buffer =>
  message(
    ...nodes.map((bytes): [number, Content] => [GRAPH.node, bytes]),
    [GRAPH.name, 'graph'],
    ...initializers.map((bytes): [number, Content] => [GRAPH.initializer, bytes]),
    ...inputs.map((bytes): [number, Content] => [GRAPH.input, bytes]),
    ...outputs.map((bytes): [number, Content] => [GRAPH.output, bytes]),
  );

export const model = (graphBytes: Buffer, ...rest: readonly (readonly [number, Content])[]): Buffer =>
  message(
    [MODEL.irVersion, 9],
    [MODEL.producerName, 'by hand'],
    [MODEL.producerVersion, '1.0'],
    [MODEL.graph, graphBytes],
    [MODEL.opsetImport, message([OPSET.domain, ''], [OPSET.version, 17])],
    ...rest,
  );

/** A small net of everything: sizes that are open, initializers, metadata, a graph in a graph. */
export function sampleModel(): Buffer {
  const then = graph({
    nodes: [node('Add', ['h', 'w2'], ['t'])],
    initializers: [floats('w2', [3])],
    outputs: [value('t', [3])],
  });
  const constant = attribute('value', [ATTRIBUTE.tensor, tensor('', 7, [2], [TENSOR.int64Data, Buffer.from([1, 2])])]);
  const otherwise = graph({
    nodes: [node('Constant', [], ['k'], { attributes: [constant] }), node('Identity', ['h'], ['e'])],
    outputs: [value('e', [3])],
  });
  const branches = [
    attribute('then_branch', [ATTRIBUTE.graph, then]),
    attribute('else_branch', [ATTRIBUTE.graph, otherwise]),
  ];
  return model(
    graph({
      nodes: [
        node('MatMul', ['x', 'w'], ['h'], { name: '/layer1/MatMul' }),
        node('If', ['c'], ['y'], { name: 'choice', attributes: branches }),
      ],
      inputs: [value('x', ['N', 4, null]), value('c', []), value('w', [4, 3])],
      outputs: [value('y', ['N', 3])],
      initializers: [floats('w', [4, 3])],
    }),
    [MODEL.metadata, entry('author', 'somebody')],
    [MODEL.docString, 'A net.'],
  );
}

/** A chain of as many nodes, each with a weight; all weights together have about so many bytes. */
export function chainOf(nodes: number, bytes: number): Buffer {
  const each = Math.max(1, Math.floor(bytes / nodes / 4));
  const places = Array.from({ length: nodes }, (_, at) => at);
  return model(
    graph({
      nodes: places.map((at) => {
        const part = `/layer${String(Math.floor(at / 10))}/part${String(at % 10)}`;
        const ends = [`v${String(at)}`, `v${String(at + 1)}`] as const;
        return node(['MatMul', 'Add', 'Relu'][at % 3] ?? '', [ends[0], `w${String(at)}`], [ends[1]], { name: part });
      }),
      initializers: places.map((at) => floats(`w${String(at)}`, [each])),
      inputs: [value('v0', ['batch', each])],
      outputs: [value(`v${String(nodes)}`, ['batch', each])],
    }),
  );
}
