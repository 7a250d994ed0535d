/** Attributes of a node: what they are in a few words, and what is nested in them. */
import { cut } from '../told';
import { ATTRIBUTE } from '../../../onnx/fields';
import { readSparseTensor, readTensor, type Tensor } from './tensor';
import { BYTES, FIXED32, type Message, VARINT } from '../../../onnx/wire';

const SHOWN_VALUES = 4;
const SHOWN_TEXT = 40;

/** What is nested in attributes, as it is met. */
export interface Nested {
  tensor(tensor: Tensor): void;
  graph(message: Message): void;
}

/** Takes the values of an attribute that is a list, as they come. */
export interface ListSink {
  integer(value: number): void;
  string(message: Message): void;
}

/** @param sinkFor who takes the values of the attribute of this name; null where nobody does */
export function readAttribute(
  attribute: Message,
  nested: Nested,
  sinkFor: (name: string) => ListSink | null,
): { readonly name: string; readonly text: string } {
  const { wire, start, end } = attribute;
  const name = nameOf(attribute);
  const sink = sinkFor(name);
  const message = wire.message(start, end);
  const values: string[] = [];
  let count = 0;
  const show = (text: string): void => {
    count++;
    if (values.length < SHOWN_VALUES) values.push(text);
  };
  let isList = false;
  while (message.next()) {
    switch (message.field) {
      case ATTRIBUTE.integer:
        if (message.kind === VARINT) show(String(message.value));
        break;
      case ATTRIBUTE.float:
        if (message.kind === FIXED32) show(short(message.float));
        break;
      case ATTRIBUTE.string:
        if (message.kind === BYTES) show(JSON.stringify(cut(message.text, SHOWN_TEXT)));
        break;
      case ATTRIBUTE.refName:
        if (message.kind === BYTES && message.length > 0) show(`@${cut(message.text, SHOWN_TEXT)}`);
        break;
      case ATTRIBUTE.integers:
        isList = true;
        message.eachInteger((value) => {
          count++;
          if (values.length < SHOWN_VALUES) values.push(String(value));
          sink?.integer(value);
        });
        break;
      case ATTRIBUTE.floats:
        isList = true;
        if (message.kind === FIXED32) {
          count++;
          if (values.length < SHOWN_VALUES) values.push(short(message.float));
        } else if (message.kind === BYTES) count += Math.floor(message.length / 4);
        break;
      case ATTRIBUTE.strings:
        isList = true;
        if (message.kind !== BYTES) break;
        count++;
        if (values.length < SHOWN_VALUES) values.push(JSON.stringify(cut(message.text, SHOWN_TEXT)));
        sink?.string(message);
        break;
      case ATTRIBUTE.tensor:
      case ATTRIBUTE.tensors:
        if (message.kind === BYTES) show(tensorText(nested, readTensor(message.inner)));
        break;
      case ATTRIBUTE.sparseTensor:
      case ATTRIBUTE.sparseTensors:
        if (message.kind === BYTES) show(tensorText(nested, readSparseTensor(message.inner)));
        break;
      case ATTRIBUTE.graph:
      case ATTRIBUTE.graphs:
        if (message.kind !== BYTES) break;
        show('graph');
        nested.graph(message.inner);
    }
  }
  return { name, text: `${cut(name, SHOWN_TEXT)}=${valueText(values, count, isList)}` };
}

function nameOf(message: Message): string {
  while (message.next()) if (message.is(ATTRIBUTE.name, BYTES)) return message.text;
  return '';
}

function tensorText(nested: Nested, tensor: Tensor): string {
  nested.tensor(tensor);
  return `${tensor.type}[${tensor.dims.slice(0, 8).join(',')}]`;
}

function valueText(values: readonly string[], count: number, isList: boolean): string {
  if (!isList && count <= 1) return values[0] ?? '';
  if (count > SHOWN_VALUES) return `[${values.join(',')}… ${String(count)} values]`;
  return `[${values.join(',')}]`;
}

const short = (value: number): string => String(Number(value.toPrecision(6)));
