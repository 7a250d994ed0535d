import type { Datatype } from '../../../inference/datatype';
import type { EmbeddedInput, EmbeddedModel } from './model';
import { head, inputComment, listed, quoted } from './text';

const DTYPES: Readonly<Record<Datatype, string>> = {
  ...{ BOOL: 'np.bool_', BYTES: 'object' },
  ...{ UINT8: 'np.uint8', UINT16: 'np.uint16', UINT32: 'np.uint32', UINT64: 'np.uint64' },
  ...{ INT8: 'np.int8', INT16: 'np.int16', INT32: 'np.int32', INT64: 'np.int64' },
  ...{ FP16: 'np.float16', FP32: 'np.float32', FP64: 'np.float64' },
};

export function asPython(model: EmbeddedModel): string {
  const inputs = model.inputs.flatMap((input) => [
    `    ${inputComment('#', input)}`,
    `    ${quoted(input.name, 'python')}: ${arrayOf(input)},`,
  ]);
  return `${head('#', model, 'Needs: pip install onnxruntime numpy', true)}
import numpy as np
import onnxruntime as ort

MODEL = ${quoted(model.file, 'python')}

session = ort.InferenceSession(MODEL, providers=["CPUExecutionProvider"])
inputs = {
${inputs.join('\n')}
}
names = [output.name for output in session.get_outputs()]
for name, value in zip(names, session.run(None, inputs)):
    print(name, value)
`;
}

function arrayOf({ datatype, shape, cells }: EmbeddedInput): string {
  const dtype = DTYPES[datatype];
  const sizes = `[${shape.join(', ')}]`;
  if (cells === null)
    return datatype === 'BYTES' ? `np.full(${sizes}, "", dtype=object)` : `np.zeros(${sizes}, dtype=${dtype})`;
  const values = cells.map((cell) =>
    datatype === 'BYTES' ? quoted(cell, 'python') : datatype === 'BOOL' ? (cell === 'true' ? 'True' : 'False') : cell,
  );
  return `np.array([${listed(values, '    ')}], dtype=${dtype}).reshape(${sizes})`;
}
