/** What is told of an ONNX model, read from its file without a tensor being loaded. */
import { basename } from 'node:path';
import type { OnnxInspection } from '../../../protocol/inspection';
import { drawGraph } from '../drawing/draw';
import { cut, type Listed, listed, MAX_TEXT, Problems } from '../told';
import { ExternalFiles } from './external';
import { ENTRY, MODEL, OPSET } from '../../../onnx/fields';
import { FileBytes } from '../../../onnx/fileBytes';
import { emptyGraph, GraphReader } from './graph';
import { BYTES, type Message, VARINT, Wire } from '../../../onnx/wire';

const MAX_LISTED = 200;
const MAX_ENTRIES = 100;
const MAX_OPSETS = 50;

interface Header {
  irVersion: number;
  readonly producer: { name: string; version: string };
  domain: string;
  modelVersion: number;
  docString: string;
  readonly opsets: { domain: string; version: number }[];
  readonly metadata: { key: string; value: string }[];
  metadataCount: number;
  hasGraph: boolean;
  functionCount: number;
}

/** @throws LoopwrightError `bad_request` for a file that is no ONNX model, or that is cut off */
export function inspectOnnx(path: string): OnnxInspection {
  const bytes = new FileBytes(path);
  try {
    return readModel(path, new Wire(bytes, basename(path)), bytes.size);
  } finally {
    bytes.close();
  }
}

function readModel(path: string, wire: Wire, fileBytes: number): OnnxInspection {
  const problems = new Problems();
  const external = new ExternalFiles(path, problems);
  const reader = new GraphReader(external, problems);
  const graph = emptyGraph();
  const header = emptyHeader();
  const message = wire.message(0, fileBytes);
  while (message.next()) {
    if (message.is(MODEL.graph, BYTES)) {
      header.hasGraph = true;
      reader.readGraph(message.inner, graph);
    } else if (message.is(MODEL.functions, BYTES)) {
      header.functionCount++;
      reader.readFunction(message.inner);
    } else readHeader(message, header);
  }
  if (!header.hasGraph) throw wire.damaged('it has no graph');
  if (header.irVersion < 1) problems.add('the model does not say which version of the format it has');
  const inputs = graph.inputs.filter(({ name }) => !graph.initializers.has(name));
  const externalFiles = external.look();
  const { parameterCount, parameterBytes, initializerCount, constantCount } = reader;
  const { nestedNodeCount, functionNodeCount } = reader;
  return {
    format: 'onnx',
    fileBytes,
    ...{ irVersion: header.irVersion, producer: header.producer, domain: header.domain },
    ...{ modelVersion: header.modelVersion, docString: header.docString, graphName: cut(graph.name) },
    opsets: listed(header.opsets, MAX_OPSETS, (opset) => opset),
    inputs: listed(inputs, MAX_LISTED, ({ told }) => told),
    outputs: listed(graph.outputs, MAX_LISTED, ({ told }) => told),
    ...{ parameterCount, parameterBytes, initializerCount, constantCount },
    parameterTypes: reader.parameterTypes.entries.slice(0, MAX_OPSETS).map(([type, count]) => ({ type, count })),
    externalFiles: listed(externalFiles, MAX_ENTRIES, (file) => file),
    metadata: { items: header.metadata, total: header.metadataCount },
    operators: operatorsOf(reader),
    ...{ nodeCount: graph.nodeCount, nestedNodeCount, functionNodeCount, functionCount: header.functionCount },
    graph: drawGraph({ nodes: graph.nodes, inputs, outputs: graph.outputs }, (problem) => problems.add(problem)),
    treeEnsembles: { items: reader.ensembles, total: reader.ensembleCount },
    problems: problems.told,
  };
}

function operatorsOf({ operators }: GraphReader): Listed<OnnxInspection['operators']['items'][number]> {
  return listed(operators.entries, MAX_LISTED, ([name, count]) => {
    const [domain = '', type = ''] = name.split('\n');
    return { domain, type, count };
  });
}

function readHeader(message: Message, header: Header): void {
  if (message.kind === VARINT) {
    if (message.field === MODEL.irVersion) header.irVersion = message.value;
    if (message.field === MODEL.modelVersion) header.modelVersion = message.value;
    return;
  }
  if (message.kind !== BYTES) return;
  switch (message.field) {
    case MODEL.producerName:
      header.producer.name = cut(message.text);
      break;
    case MODEL.producerVersion:
      header.producer.version = cut(message.text);
      break;
    case MODEL.domain:
      header.domain = cut(message.text);
      break;
    case MODEL.docString:
      header.docString = cut(message.text, MAX_TEXT);
      break;
    case MODEL.opsetImport:
      if (header.opsets.length < MAX_LISTED) header.opsets.push(readOpset(message.inner));
      break;
    case MODEL.metadata:
      header.metadataCount++;
      if (header.metadata.length < MAX_ENTRIES) header.metadata.push(readEntry(message.inner));
  }
}

function readOpset(message: Message): { domain: string; version: number } {
  const opset = { domain: '', version: 0 };
  while (message.next()) {
    if (message.is(OPSET.domain, BYTES)) opset.domain = cut(message.text);
    else if (message.is(OPSET.version, VARINT)) opset.version = message.value;
  }
  return opset;
}

function readEntry(message: Message): { key: string; value: string } {
  const entry = { key: '', value: '' };
  while (message.next()) {
    if (message.is(ENTRY.key, BYTES)) entry.key = cut(message.text);
    else if (message.is(ENTRY.value, BYTES)) entry.value = cut(message.text, MAX_TEXT);
  }
  return entry;
}

const emptyHeader = (): Header => ({
  irVersion: 0,
  producer: { name: '', version: '' },
  domain: '',
  modelVersion: 0,
  docString: '',
  opsets: [],
  metadata: [],
  metadataCount: 0,
  hasGraph: false,
  functionCount: 0,
});
