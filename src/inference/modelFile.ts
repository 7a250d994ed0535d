/**
 * What has to be known of an ONNX file before it is loaded: files beside it that it names, and outputs that are made by a
 * `ZipMap`, as scikit-learn's classifiers have them. Such an output is a list of maps, which ONNX Runtime does not give to
 * JavaScript; what went into the `ZipMap` is a tensor with the same numbers.
 */
import { realpathSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { LoopwrightError } from '../protocol/errors';
import { externalPlace } from '../onnx/externalPlace';
import {
  ATTRIBUTE,
  ENTRY,
  FUNCTION,
  GRAPH,
  MODEL,
  NODE,
  SPARSE_TENSOR,
  TENSOR,
  TENSOR_TYPE,
  TYPE,
  typeName,
  VALUE,
} from '../onnx/fields';
import { FileBytes } from '../onnx/fileBytes';
import { BYTES, type Message, VARINT, Wire } from '../onnx/wire';

const MAX_DEPTH = 32;
const MAX_LABELS = 100_000;

/** Where something stands in the file. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

export interface ZipMap {
  readonly node: Range;
  readonly input: string;
  readonly output: string;
  readonly labels: readonly string[];
}

export interface ModelFile {
  readonly graph: Range;
  readonly hasExternalData: boolean;
  /** Those that make an output of the model and nothing else. */
  readonly zipMaps: readonly ZipMap[];
  /** Of inputs and outputs that are no tensors, or of a type that is not served: `a sequence`, `bfloat16`. */
  readonly kinds: ReadonlyMap<string, string>;
  /** Whether ONNX's own operators are among those it may use. */
  readonly hasOwnOperators: boolean;
}

interface Found {
  readonly external: Set<string>;
  readonly zipMaps: ZipMap[];
  readonly used: Set<string>;
  readonly kinds: Map<string, string>;
}

/** @throws LoopwrightError `bad_request` for what is no ONNX model, or names files outside of its folder */
export function readModelFile(path: string): ModelFile {
  const bytes = new FileBytes(path);
  try {
    const name = basename(path);
    const found: Found = { external: new Set(), zipMaps: [], used: new Set(), kinds: new Map() };
    let graph: Range | null = null;
    let hasOwnOperators = false;
    const wire = new Wire(bytes, name);
    const model = wire.message(0, bytes.size);
    while (model.next()) {
      if (model.is(MODEL.graph, BYTES)) {
        graph = { from: model.fieldFrom, to: model.fieldTo };
        readGraph(model.inner, found, 0);
      } else if (model.is(MODEL.functions, BYTES)) readFunction(model.inner, found);
      else if (model.is(MODEL.opsetImport, BYTES)) hasOwnOperators ||= isOwn(model.inner);
    }
    if (graph === null) throw wire.damaged('it has no graph');
    requireBeside(path, found.external);
    const zipMaps = found.zipMaps.filter(({ output }) => found.kinds.has(output) && !found.used.has(output));
    return { graph, hasExternalData: found.external.size > 0, zipMaps, kinds: found.kinds, hasOwnOperators };
  } finally {
    bytes.close();
  }
}

function readGraph(graph: Message, found: Found, depth: number): void {
  if (depth > MAX_DEPTH) throw graph.wire.damaged('its graphs are nested too deep');
  while (graph.next()) {
    if (graph.kind !== BYTES) continue;
    switch (graph.field) {
      case GRAPH.initializer:
        readTensor(graph.inner, found);
        break;
      case GRAPH.sparseInitializer:
        readSparse(graph.inner, found);
        break;
      case GRAPH.input:
      case GRAPH.output:
        if (depth === 0) readPort(graph.inner, found);
        break;
      case GRAPH.node:
        readNode(graph.inner, { from: graph.fieldFrom, to: graph.fieldTo }, found, depth);
    }
  }
}

function readFunction(body: Message, found: Found): void {
  while (body.next())
    if (body.is(FUNCTION.node, BYTES)) readNode(body.inner, { from: body.fieldFrom, to: body.fieldTo }, found, 1);
}

function readNode(node: Message, range: Range, found: Found, depth: number): void {
  const inputs: string[] = [];
  const outputs: string[] = [];
  const labels: string[] = [];
  let type = '';
  while (node.next()) {
    if (node.is(NODE.input, BYTES)) inputs.push(node.text);
    else if (node.is(NODE.output, BYTES)) outputs.push(node.text);
    else if (node.is(NODE.opType, BYTES)) type = node.text;
    else if (node.is(NODE.attribute, BYTES)) readAttribute(node.inner, found, depth, labels);
  }
  const [input] = inputs;
  const [output] = outputs;
  // What a ZipMap makes is asked for by its name; what goes into others may be one of those.
  for (const name of inputs) found.used.add(name);
  if (depth === 0 && type === 'ZipMap' && input !== undefined && output !== undefined)
    found.zipMaps.push({ node: range, input, output, labels });
}

/** @param labels takes what names the classes */
function readAttribute(attribute: Message, found: Found, depth: number, labels: string[]): void {
  let name = '';
  const texts: string[] = [];
  while (attribute.next()) {
    if (attribute.is(ATTRIBUTE.name, BYTES)) name = attribute.text;
    else if (attribute.is(ATTRIBUTE.strings, BYTES) && texts.length < MAX_LABELS) texts.push(attribute.text);
    else if (attribute.field === ATTRIBUTE.integers)
      attribute.eachInteger((value) => {
        if (texts.length < MAX_LABELS) texts.push(String(value));
      });
    if (attribute.kind !== BYTES) continue;
    switch (attribute.field) {
      case ATTRIBUTE.tensor:
      case ATTRIBUTE.tensors:
        readTensor(attribute.inner, found);
        break;
      case ATTRIBUTE.sparseTensor:
      case ATTRIBUTE.sparseTensors:
        readSparse(attribute.inner, found);
        break;
      case ATTRIBUTE.graph:
      case ATTRIBUTE.graphs:
        readGraph(attribute.inner, found, depth + 1);
    }
  }
  if (name.startsWith('classlabels_')) labels.push(...texts);
}

function readTensor(tensor: Message, found: Found): void {
  while (tensor.next()) if (tensor.is(TENSOR.externalData, BYTES)) readEntry(tensor.inner, found);
}

function readSparse(tensor: Message, found: Found): void {
  while (tensor.next())
    if (tensor.is(SPARSE_TENSOR.values, BYTES) || tensor.is(SPARSE_TENSOR.indices, BYTES))
      readTensor(tensor.inner, found);
}

function readEntry(entry: Message, found: Found): void {
  let key = '';
  let value = '';
  while (entry.next()) {
    if (entry.is(ENTRY.key, BYTES)) key = entry.text;
    else if (entry.is(ENTRY.value, BYTES)) value = entry.text;
  }
  if (key === 'location') found.external.add(value);
}

const KINDS: Readonly<Record<number, string>> = {
  [TYPE.sequence]: 'a sequence',
  [TYPE.map]: 'a map',
  [TYPE.optional]: 'an optional value',
  [TYPE.sparseTensor]: 'a sparse tensor',
  [TYPE.opaque]: 'of a type of its own',
};

/** Whether it is a tensor's type, in `kinds`. */
export const isElementType = (kind: string): boolean => !Object.values(KINDS).includes(kind);

/** What comes behind float64 and the whole numbers of 64 bits: complex numbers, bfloat16, numbers of 8 bits and fewer. */
const FIRST_UNSERVED = 14;

function readPort(value: Message, found: Found): void {
  let name = '';
  let kind: string | undefined;
  while (value.next()) {
    if (value.is(VALUE.name, BYTES)) name = value.text;
    else if (value.is(VALUE.type, BYTES)) {
      const type = value.inner;
      while (type.next()) kind ??= type.is(TYPE.tensor, BYTES) ? unservedType(type.inner) : KINDS[type.field];
    }
  }
  if (kind !== undefined) found.kinds.set(name, kind);
}

function unservedType(tensor: Message): string | undefined {
  let element = 0;
  while (tensor.next()) if (tensor.is(TENSOR_TYPE.element, VARINT)) element = tensor.value;
  return element >= FIRST_UNSERVED ? typeName(element) : undefined;
}

/** An operator set without a domain is ONNX's own. */
function isOwn(opset: Message): boolean {
  let domain = '';
  while (opset.next()) if (opset.is(ENTRY.key, BYTES)) domain = opset.text;
  return domain === '' || domain === 'ai.onnx';
}

function requireBeside(path: string, locations: ReadonlySet<string>): void {
  const folder = realpathSync(dirname(path));
  for (const location of locations) {
    const place = externalPlace(folder, location);
    if (typeof place === 'object') continue;
    const what = place === 'leaves' ? "leads out of the model's folder" : 'is not there';
    throw new LoopwrightError(
      'bad_request',
      `${basename(path)} keeps values in ${JSON.stringify(location.slice(0, 200))}, which ${what}: it is not loaded.`,
    );
  }
}
