/** Reading a graph and what is nested in it: its nodes with what they take and give, and what its tensors take. */
import type { PlainNode } from '../drawing/draw';
import type { OnnxValue, TreeEnsemble } from '../../../protocol/inspection';
import { cut, type Problems, Tally } from '../told';
import { readAttribute } from './attributes';
import type { ExternalFiles } from './external';
import { FUNCTION, GRAPH, NODE } from '../../../onnx/fields';
import { readSparseTensor, readTensor, type Tensor } from './tensor';
import { isTreeEnsemble, TreeReader } from './trees';
import { readValue } from './values';
import { BYTES, type Message } from '../../../onnx/wire';

/** Of the nodes of a graph no more are kept; all are counted. */
const MAX_NODES = 100_000;
/** What names of values may take in all, each with what keeping it costs beside its letters. */
const MAX_NAME_BYTES = 100_000_000;
const NAME_COST = 50;
/** A node's own name tells it from no other. */
const MAX_NODE_NAME = 300;
const MAX_DEPTH = 32;
const MAX_SUMMARY = 120;
const MAX_VALUES = 100_000;
const MAX_ENSEMBLES = 100;

export interface ReadGraph {
  name: string;
  nodes: PlainNode[];
  nodeCount: number;
  inputs: { readonly name: string; readonly told: OnnxValue }[];
  outputs: { readonly name: string; readonly told: OnnxValue }[];
  readonly initializers: Set<string>;
}

export class GraphReader {
  readonly operators = new Tally();
  readonly parameterTypes = new Tally();
  readonly ensembles: TreeEnsemble[] = [];
  ensembleCount = 0;
  parameterCount = 0;
  parameterBytes = 0;
  initializerCount = 0;
  constantCount = 0;
  nestedNodeCount = 0;
  functionNodeCount = 0;
  private nameBytesLeft = MAX_NAME_BYTES;

  constructor(
    private readonly external: ExternalFiles,
    private readonly problems: Problems,
  ) {}

  /** @param into a message may be given in several pieces, which are one */
  readGraph(message: Message, into: ReadGraph, depth = 0): void {
    while (message.next()) {
      if (message.kind !== BYTES) continue;
      switch (message.field) {
        case GRAPH.node:
          this.addNode(message.inner, into, depth);
          break;
        case GRAPH.name:
          into.name = message.text;
          break;
        case GRAPH.initializer:
          this.addInitializer(readTensor(message.inner), into);
          break;
        case GRAPH.sparseInitializer:
          this.addInitializer(readSparseTensor(message.inner), into);
          break;
        case GRAPH.input:
          this.addValue(message.inner, into.inputs);
          break;
        case GRAPH.output:
          this.addValue(message.inner, into.outputs);
      }
    }
  }

  readFunction(message: Message): void {
    const body = emptyGraph();
    while (message.next()) if (message.is(FUNCTION.node, BYTES)) this.addNode(message.inner, body, 1);
    this.functionNodeCount += body.nodeCount;
  }

  private addNode(message: Message, into: ReadGraph, depth: number): void {
    into.nodeCount++;
    const node = this.readNode(message, depth);
    if (into.nodes.length < MAX_NODES) into.nodes.push(node);
    else this.problems.add(`only the first ${String(MAX_NODES)} nodes of a graph are drawn`);
  }

  private readNode(message: Message, depth: number): PlainNode {
    const inputs: string[] = [];
    const outputs: string[] = [];
    const attributes: Message[] = [];
    let type = '';
    let domain = '';
    let name = '';
    while (message.next()) {
      if (message.kind !== BYTES) continue;
      switch (message.field) {
        case NODE.input:
          this.keepName(message, inputs);
          break;
        case NODE.output:
          this.keepName(message, outputs);
          break;
        case NODE.name:
          name = cut(message.text, MAX_NODE_NAME);
          break;
        case NODE.opType:
          type = message.text;
          break;
        case NODE.domain:
          domain = message.text;
          break;
        case NODE.attribute:
          // Which of them matter is known when the operator is, which may stand behind them.
          if (attributes.length < MAX_VALUES) attributes.push(message.inner);
      }
    }
    domain = domain === 'ai.onnx' ? '' : cut(domain);
    type = cut(type);
    this.operators.add(`${domain}\n${type}`);
    const captured = new Set<string>();
    const summary = this.readAttributes(attributes, { type, domain, name }, captured, depth);
    return { type, domain, name, inputs, outputs, captured: [...captured], summary };
  }

  private readAttributes(
    attributes: readonly Message[],
    { type, domain, name }: Pick<PlainNode, 'type' | 'domain' | 'name'>,
    captured: Set<string>,
    depth: number,
  ): string {
    const trees = isTreeEnsemble(domain, type) ? new TreeReader() : null;
    const nested = {
      tensor: (tensor: Tensor) => {
        this.constantCount += tensor.count;
        this.look(tensor);
      },
      graph: (message: Message) => this.readNested(message, captured, depth + 1),
    };
    let summary = '';
    for (const attribute of attributes) {
      const { text } = readAttribute(attribute, nested, (list) => trees?.sinkFor(list) ?? null);
      if (summary.length < MAX_SUMMARY) summary += `${summary === '' ? '' : ' '}${text}`;
    }
    if (trees === null) return cut(summary, MAX_SUMMARY);
    this.ensembleCount++;
    const told = trees.summary(name, type, this.problems);
    if (this.ensembles.length < MAX_ENSEMBLES) this.ensembles.push(told);
    const { depth: deepest, features } = told;
    return `${String(told.trees)} trees, depth ${String(deepest ?? '?')}, ${String(features ?? '?')} features`;
  }

  private readNested(message: Message, captured: Set<string>, depth: number): void {
    if (depth > MAX_DEPTH) {
      this.problems.add(`graphs lie in graphs more than ${String(MAX_DEPTH)} deep: the innermost were not read`);
      return;
    }
    const graph = emptyGraph();
    this.readGraph(message, graph, depth);
    this.nestedNodeCount += graph.nodeCount;
    const own = new Set([...graph.inputs.map(({ name }) => name), ...graph.initializers]);
    for (const { outputs } of graph.nodes) for (const name of outputs) own.add(name);
    for (const { inputs, captured: deeper } of graph.nodes)
      for (const name of [...inputs, ...deeper]) if (!own.has(name)) captured.add(name);
    for (const { name } of graph.outputs) if (!own.has(name)) captured.add(name);
  }

  private addValue(message: Message, into: ReadGraph['inputs']): void {
    const value = readValue(message);
    if (into.length < MAX_VALUES && this.hasRoomFor(value.name)) into.push(value);
  }

  private addInitializer(tensor: Tensor, into: ReadGraph): void {
    this.initializerCount++;
    this.parameterCount += tensor.count;
    this.parameterBytes += tensor.bytes;
    this.parameterTypes.add(tensor.type, tensor.count);
    if (this.hasRoomFor(tensor.name)) into.initializers.add(tensor.name);
    this.look(tensor);
  }

  private look({ problem, external, bytes }: Tensor): void {
    if (problem !== null) this.problems.add(problem);
    if (external !== null) this.external.add(external, bytes);
  }

  private keepName(message: Message, names: string[]): void {
    const { text } = message;
    if (this.hasRoomFor(text)) names.push(text);
  }

  private hasRoomFor(name: string): boolean {
    this.nameBytesLeft -= name.length + NAME_COST;
    if (this.nameBytesLeft >= 0) return true;
    this.problems.add('the nodes have more inputs and outputs than are followed: edges are missing');
    return false;
  }
}

export const emptyGraph = (): ReadGraph => ({
  name: '',
  nodes: [],
  nodeCount: 0,
  inputs: [],
  outputs: [],
  initializers: new Set(),
});
