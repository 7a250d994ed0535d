/** A model without its `ZipMap`s: the outputs keep their names, and are tensors. */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { DIM, GRAPH, MODEL, NODE, OPSET, SHAPE, TENSOR_TYPE, TYPE, VALUE } from '../onnx/fields';
import { FileBytes } from '../onnx/fileBytes';
import { BYTES, VARINT, Wire } from '../onnx/wire';
import type { ModelFile, ZipMap } from './modelFile';

const FLOAT = 1;
/** That has `Identity` for tensors of every type of ours, and that all runtimes know. */
const OPSET_VERSION = 13;

/** The bytes of the model with `Identity` in the place of each `ZipMap`. */
export function withoutZipMaps(path: string, { graph, zipMaps, hasOwnOperators }: ModelFile): Buffer {
  const all = readFileSync(path);
  const bytes = new FileBytes(path);
  try {
    const model = new Wire(bytes, basename(path)).message(graph.from, graph.to);
    model.next();
    const parts: Buffer[] = [];
    const inner = model.inner;
    while (inner.next()) {
      const isNode = inner.is(GRAPH.node, BYTES);
      const made = isNode ? zipMaps.find(({ node }) => node.from === inner.fieldFrom) : undefined;
      const output = inner.is(GRAPH.output, BYTES) ? nameOf(inner.inner) : null;
      const shown = output === null ? undefined : zipMaps.find((zipMap) => zipMap.output === output);
      if (made) parts.push(bytesField(GRAPH.node, identity(made)));
      else if (shown) parts.push(bytesField(GRAPH.output, tensorValue(shown)));
      else parts.push(all.subarray(inner.fieldFrom, inner.fieldTo));
    }
    return Buffer.concat([
      all.subarray(0, graph.from),
      bytesField(MODEL.graph, Buffer.concat(parts)),
      all.subarray(graph.to),
      hasOwnOperators ? Buffer.alloc(0) : bytesField(MODEL.opsetImport, numberField(OPSET.version, OPSET_VERSION)),
    ]);
  } finally {
    bytes.close();
  }
}

function nameOf(value: ReturnType<Wire['message']>): string {
  let name = '';
  while (value.next()) if (value.is(VALUE.name, BYTES)) name = value.text;
  return name;
}

const identity = ({ input, output }: ZipMap): Buffer =>
  Buffer.concat([textField(NODE.input, input), textField(NODE.output, output), textField(NODE.opType, 'Identity')]);

/** A value for each row and class. */
function tensorValue({ output, labels }: ZipMap): Buffer {
  const classes = labels.length === 0 ? Buffer.alloc(0) : numberField(DIM.value, labels.length);
  const shape = Buffer.concat([bytesField(SHAPE.dim, Buffer.alloc(0)), bytesField(SHAPE.dim, classes)]);
  const type = Buffer.concat([numberField(TENSOR_TYPE.element, FLOAT), bytesField(TENSOR_TYPE.shape, shape)]);
  return Buffer.concat([textField(VALUE.name, output), bytesField(VALUE.type, bytesField(TYPE.tensor, type))]);
}

const textField = (field: number, text: string): Buffer => bytesField(field, Buffer.from(text));
const bytesField = (field: number, content: Buffer): Buffer =>
  Buffer.concat([varint(field * 8 + BYTES), varint(content.length), content]);
const numberField = (field: number, value: number): Buffer =>
  Buffer.concat([varint(field * 8 + VARINT), varint(value)]);

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  bytes.push(rest);
  return Buffer.from(bytes);
}
