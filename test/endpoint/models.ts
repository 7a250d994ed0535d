/** ONNX models for endpoints, written by hand. */
import { ATTRIBUTE, MAP_TYPE, MODEL, OPSET, TENSOR, TENSOR_TYPE, TYPE, VALUE } from '../../src/onnx/fields';
import { graph, message, model, node, tensor, value } from '../engine/models/onnxWriter';

const FLOAT = 1;
const INT64 = 7;
const STRING = 8;
/** `AttributeProto.type` and its values. */
const ATTRIBUTE_TYPE = 20;
const [AS_INTEGER, AS_INTEGERS] = [2, 7];

const integer = (name: string, number: number): Buffer =>
  message([ATTRIBUTE.name, name], [ATTRIBUTE.integer, number], [ATTRIBUTE_TYPE, AS_INTEGER]);

export const typed = (name: string, element: number, shape: readonly (number | string)[]): Buffer => {
  const dims = shape.map((size) => message([typeof size === 'number' ? 1 : 2, size]));
  const inner = message(
    [TENSOR_TYPE.element, element],
    [TENSOR_TYPE.shape, message(...dims.map((dim): [number, Buffer] => [1, dim]))],
  );
  return message([VALUE.name, name], [VALUE.type, message([TYPE.tensor, inner])]);
};

/** As scikit-learn's classifiers are converted: a class for each row, and its probabilities as a list of maps. */
export const classifier = (): Buffer => leaningClassifier(null);

/** One that adds something to what is said for each of its three classes. */
export function leaningClassifier(bias: readonly number[] | null): Buffer {
  const scores = bias ? 'leaning' : 'x';
  const labels = message(
    [ATTRIBUTE.name, 'classlabels_int64s'],
    ...[10, 20, 30].map((label): [number, number] => [ATTRIBUTE.integers, label]),
    [ATTRIBUTE_TYPE, AS_INTEGERS],
  );
  const map = message([MAP_TYPE.key, INT64], [MAP_TYPE.value, message([TYPE.tensor, message([1, FLOAT])])]);
  const maps = message(
    [VALUE.name, 'probability'],
    [VALUE.type, message([TYPE.sequence, message([1, message([TYPE.map, map])])])],
  );
  return model(
    graph({
      nodes: [
        ...(bias ? [node('Add', ['x', 'bias'], [scores], { name: 'lean' })] : []),
        node('ArgMax', [scores], ['label'], { attributes: [integer('axis', 1), integer('keepdims', 0)] }),
        node('Softmax', [scores], ['p'], { attributes: [integer('axis', 1)] }),
        node('ZipMap', ['p'], ['probability'], { domain: 'ai.onnx.ml', attributes: [labels] }),
      ],
      inputs: [value('x', ['N', 3])],
      outputs: [typed('label', INT64, ['N']), maps],
      initializers: bias
        ? [tensor('bias', FLOAT, [3], [TENSOR.rawData, Buffer.from(Float32Array.from(bias).buffer)])]
        : [],
    }),
    [MODEL.opsetImport, message([OPSET.domain, 'ai.onnx.ml'], [OPSET.version, 1])],
  );
}

/** A column for each input. Its answer to a row depends on the others: it can't be asked in batches. */
export const columns = (): Buffer =>
  model(
    graph({
      nodes: [
        node('ReduceMax', ['amount'], ['most'], { attributes: [integer('keepdims', 0)] }),
        node('Sub', ['amount', 'most'], ['below']),
        node('Identity', ['country'], ['where']),
        node('Identity', ['id'], ['same']),
      ],
      inputs: [value('amount', ['N', 1]), typed('country', STRING, ['N', 1]), typed('id', INT64, ['N', 1])],
      outputs: [value('below', ['N', 1]), typed('where', STRING, ['N', 1]), typed('same', INT64, ['N', 1])],
    }),
  );

/** Takes numbers of a type that is not served (`element`), or, where it is null, a sequence. */
export const unserved = (element: number | null): Buffer => {
  const sequence = message([
    TYPE.sequence,
    message([1, message([TYPE.tensor, message([TENSOR_TYPE.element, FLOAT])])]),
  ]);
  return element === null
    ? model(
        graph({
          nodes: [node('SequenceLength', ['given'], ['y'])],
          inputs: [message([VALUE.name, 'given'], [VALUE.type, sequence])],
          outputs: [typed('y', INT64, [])],
        }),
      )
    : model(
        graph({
          nodes: [node('Cast', ['given'], ['y'], { attributes: [integer('to', FLOAT)] })],
          inputs: [typed('given', element, ['N'])],
          outputs: [value('y', ['N'])],
        }),
      );
};
