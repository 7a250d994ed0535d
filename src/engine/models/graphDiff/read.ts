/** The nodes of an ONNX model's graph, with digests of what they have, for comparing. Nested graphs are attributes. */
import { basename } from 'node:path';
import { GRAPH, MODEL, NODE, SPARSE_TENSOR, VALUE } from '../../../onnx/fields';
import { FileBytes } from '../../../onnx/fileBytes';
import { BYTES, type Message, Wire } from '../../../onnx/wire';
import { cut, type Problems } from '../told';
import { Digests, type Weights } from './digests';

const MAX_NODES = 100_000;
const MAX_NAME_BYTES = 100_000_000;
const NAME_COST = 50;
const MAX_ATTRIBUTES = 1000;

export interface DigestedNode {
  /** With its domain, unless it is one of ONNX's own. */
  readonly operator: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** By name. */
  readonly attributes: ReadonlyMap<string, string>;
}

export interface DigestedGraph {
  readonly nodes: readonly DigestedNode[];
  /** Without those that are initializers, too. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** By name. */
  readonly weights: ReadonlyMap<string, Weights>;
}

/** @throws LoopwrightError `bad_request` for a file that is no ONNX model, that is cut off, or that has too many nodes */
export function readDigested(path: string, problems: Problems): DigestedGraph {
  const bytes = new FileBytes(path);
  const digests = new Digests(path, problems);
  try {
    return new Reader(new Wire(bytes, basename(path)), digests).read(bytes.size);
  } finally {
    digests.close();
    bytes.close();
  }
}

class Reader {
  private readonly nodes: DigestedNode[] = [];
  private readonly inputs: string[] = [];
  private readonly outputs: string[] = [];
  private readonly weights = new Map<string, Weights>();
  private nameBytesLeft = MAX_NAME_BYTES;

  constructor(
    private readonly wire: Wire,
    private readonly digests: Digests,
  ) {}

  read(size: number): DigestedGraph {
    const model = this.wire.message(0, size);
    let hasGraph = false;
    while (model.next()) {
      if (!model.is(MODEL.graph, BYTES)) continue;
      hasGraph = true;
      this.readGraph(model.inner);
    }
    if (!hasGraph) throw this.wire.damaged('it has no graph');
    const { nodes, outputs, weights } = this;
    return { nodes, inputs: this.inputs.filter((name) => !weights.has(name)), outputs, weights };
  }

  private readGraph(message: Message): void {
    while (message.next()) {
      if (message.kind !== BYTES) continue;
      switch (message.field) {
        case GRAPH.node:
          if (this.nodes.length >= MAX_NODES) throw this.wire.damaged(`it has more than ${String(MAX_NODES)} nodes`);
          this.nodes.push(this.readNode(message.inner));
          break;
        case GRAPH.initializer:
          this.keep(this.digests.weights(message.inner));
          break;
        case GRAPH.sparseInitializer:
          this.keep(this.readSparse(message.inner));
          break;
        case GRAPH.input:
          this.inputs.push(this.nameOf(message.inner));
          break;
        case GRAPH.output:
          this.outputs.push(this.nameOf(message.inner));
      }
    }
  }

  private readNode(message: Message): DigestedNode {
    const inputs: string[] = [];
    const outputs: string[] = [];
    const attributes = new Map<string, string>();
    let [name, type, domain] = ['', '', ''];
    while (message.next()) {
      if (message.kind !== BYTES) continue;
      switch (message.field) {
        case NODE.input:
          inputs.push(this.text(message));
          break;
        case NODE.output:
          outputs.push(this.text(message));
          break;
        case NODE.name:
          name = this.text(message);
          break;
        case NODE.opType:
          type = cut(message.text);
          break;
        case NODE.domain:
          domain = cut(message.text);
          break;
        case NODE.attribute:
          if (attributes.size < MAX_ATTRIBUTES) this.digests.addAttribute(message.inner, attributes);
      }
    }
    // An input at the end that is left out may be written or not.
    while (inputs.at(-1) === '') inputs.pop();
    const operator = domain === '' || domain === 'ai.onnx' ? type : `${domain}.${type}`;
    return { operator, name, inputs, outputs, attributes };
  }

  private readSparse(message: Message): Weights {
    const parts: Weights[] = [];
    while (message.next())
      if (message.is(SPARSE_TENSOR.values, BYTES) || message.is(SPARSE_TENSOR.indices, BYTES))
        parts.push(this.digests.weights(message.inner));
    const digest = parts.some((part) => part.digest === null) ? null : parts.map((part) => part.digest).join(' ');
    return { name: parts[0]?.name ?? '', shape: parts.map(({ shape }) => shape).join(' at '), digest };
  }

  private keep(weights: Weights): void {
    this.take(weights.name);
    this.weights.set(weights.name, weights);
  }

  private nameOf(message: Message): string {
    let name = '';
    while (message.next()) if (message.is(VALUE.name, BYTES)) name = this.text(message);
    return name;
  }

  private text(message: Message): string {
    const { text } = message;
    this.take(text);
    return text;
  }

  private take(name: string): void {
    this.nameBytesLeft -= name.length + NAME_COST;
    if (this.nameBytesLeft < 0) throw this.wire.damaged('its names take more than 100 MB');
  }
}
