/** Inputs and outputs of a graph: their names, types and shapes. */
import type { OnnxValue } from '../../../protocol/inspection';
import { cut } from '../told';
import { DIM, MAP_TYPE, SHAPE, TENSOR_TYPE, TYPE, typeName, VALUE } from '../../../onnx/fields';
import { BYTES, type Message, VARINT } from '../../../onnx/wire';

const MAX_TYPE_DEPTH = 16;
const MAX_DIMS = 32;

interface Type {
  readonly type: string;
  readonly shape: OnnxValue['shape'];
}

const UNKNOWN: Type = { type: 'unknown', shape: null };

/** @returns the name as it is, for telling values from each other, beside what is told */
export function readValue(message: Message): { readonly name: string; readonly told: OnnxValue } {
  let name = '';
  let type = UNKNOWN;
  while (message.next()) {
    if (message.is(VALUE.name, BYTES)) name = message.text;
    else if (message.is(VALUE.type, BYTES)) type = readType(message.inner, 0);
  }
  return { name, told: { name: cut(name), ...type } };
}

function readType(message: Message, depth: number): Type {
  if (depth > MAX_TYPE_DEPTH) return { type: '…', shape: null };
  let found = UNKNOWN;
  while (message.next()) {
    if (message.kind !== BYTES) continue;
    switch (message.field) {
      case TYPE.tensor:
        found = readTensorType(message.inner, 'tensor');
        break;
      case TYPE.sparseTensor:
        found = readTensorType(message.inner, 'sparse_tensor');
        break;
      case TYPE.sequence:
        found = { type: `seq(${readElement(message.inner, depth)})`, shape: null };
        break;
      case TYPE.optional:
        found = { type: `optional(${readElement(message.inner, depth)})`, shape: null };
        break;
      case TYPE.map:
        found = { type: readMap(message.inner, depth), shape: null };
        break;
      case TYPE.opaque:
        found = { type: 'opaque', shape: null };
    }
  }
  return { ...found, type: cut(found.type) };
}

function readTensorType(message: Message, word: string): Type {
  let element = 'unknown';
  let shape: OnnxValue['shape'] = null;
  while (message.next()) {
    if (message.is(TENSOR_TYPE.element, VARINT)) element = typeName(message.value);
    else if (message.is(TENSOR_TYPE.shape, BYTES)) shape = readShape(message.inner);
  }
  return { type: `${word}(${element})`, shape };
}

function readShape(message: Message): OnnxValue['shape'] {
  const shape: (number | string | null)[] = [];
  while (message.next()) {
    if (!message.is(SHAPE.dim, BYTES)) continue;
    const size = readDim(message.inner);
    if (shape.length < MAX_DIMS) shape.push(size);
    else shape[MAX_DIMS - 1] = '…';
  }
  return shape;
}

function readDim(message: Message): number | string | null {
  let size: number | string | null = null;
  while (message.next()) {
    if (message.is(DIM.value, VARINT)) size = message.value;
    else if (message.is(DIM.param, BYTES)) size = message.length === 0 ? null : cut(message.text, 60);
  }
  return size;
}

/** Of sequences and optional values. */
function readElement(message: Message, depth: number): string {
  let element = 'unknown';
  while (message.next()) if (message.is(1, BYTES)) element = readType(message.inner, depth + 1).type;
  return element;
}

function readMap(message: Message, depth: number): string {
  let key = 'unknown';
  let value = 'unknown';
  while (message.next()) {
    if (message.is(MAP_TYPE.key, VARINT)) key = typeName(message.value);
    else if (message.is(MAP_TYPE.value, BYTES)) value = readType(message.inner, depth + 1).type;
  }
  return `map(${key},${value})`;
}
