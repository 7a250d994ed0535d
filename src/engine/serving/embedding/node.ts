import { type Datatype, DATATYPES } from '../../../inference/datatype';
import { halfOf } from '../../../inference/half';
import type { EmbeddedInput, EmbeddedModel } from './model';
import { countOf, head, inputComment, listed, quoted, unread } from './text';

const ARRAYS: Readonly<Record<Exclude<Datatype, 'BYTES'>, string>> = {
  ...{ BOOL: 'Uint8Array', FP16: 'Uint16Array', FP32: 'Float32Array', FP64: 'Float64Array' },
  ...{ UINT8: 'Uint8Array', UINT16: 'Uint16Array', UINT32: 'Uint32Array', UINT64: 'BigUint64Array' },
  ...{ INT8: 'Int8Array', INT16: 'Int16Array', INT32: 'Int32Array', INT64: 'BigInt64Array' },
};

/** The runtime takes arrays of halves in a Node that has them, and reads none of their bytes (microsoft/onnxruntime#26791). */
const PLAIN_HALVES = `
// Numbers of 16 bits are given as their bits: onnxruntime-node does not read a Float16Array.
delete globalThis.Float16Array;
const ofHalf = (half) => {
  const [exponent, fraction] = [(half >> 10) & 31, half & 1023];
  const size =
    exponent === 31 ? (fraction ? NaN : Infinity)
    : exponent === 0 ? fraction * 2 ** -24
    : (1 + fraction / 1024) * 2 ** (exponent - 15);
  return half & 32768 ? -size : size;
};
`;

/** In a file of either kind of module, and pasted into its prompt. */
export function asNode(model: EmbeddedModel): string {
  const inputs = model.inputs.flatMap((input) => [
    `    ${inputComment('//', input)}`,
    `    ${keyOf(input.name)}: ${tensorOf(input)},`,
  ]);
  const read = model.outputs.filter(({ datatype }) => datatype !== null);
  const others = model.outputs.filter(({ datatype }) => datatype === null);
  const hasHalves = [...model.inputs, ...read].some(({ datatype }) => datatype === 'FP16');
  const left = others.map((output) => `  ${unread('//', output, 'onnxruntime-node can not read: not asked for')}\n`);
  const data = hasHalves ? 'type === "float16" ? Array.from(data, ofHalf) : data' : 'data';
  return `${head('//', model, 'Needs: npm install onnxruntime-node', true)}
const MODEL = ${quoted(model.file, 'node')};
${hasHalves ? PLAIN_HALVES : ''}
async function main() {
  const { default: ort } = await import("onnxruntime-node");
  const session = await ort.InferenceSession.create(MODEL);
  const inputs = {
${inputs.join('\n')}
  };
${left.join('')}  const outputs = await session.run(inputs, [${read.map(({ name }) => quoted(name, 'node')).join(', ')}]);
  for (const [name, { ${hasHalves ? 'type, ' : ''}dims, data }] of Object.entries(outputs))
    console.log(name, dims, ${data});
}
main();
`;
}

/** As a plain key it would be the object's prototype. */
const keyOf = (name: string): string => (name === '__proto__' ? `["${name}"]` : quoted(name, 'node'));

function tensorOf({ datatype, shape, cells }: EmbeddedInput): string {
  const made = (values: string) => `new ort.Tensor("${DATATYPES[datatype].runtime}", ${values}, [${shape.join(', ')}])`;
  const count = String(countOf(shape));
  const write = (cell: string) => valueOf(cell, datatype);
  if (datatype === 'BYTES')
    return made(cells === null ? `new Array(${count}).fill("")` : `[${listed(cells.map(write), '    ')}]`);
  const array = ARRAYS[datatype];
  return made(cells === null ? `new ${array}(${count})` : `${array}.from([${listed(cells.map(write), '    ')}])`);
}

const LITERALS: Readonly<Partial<Record<Datatype, (cell: string) => string>>> = {
  BYTES: (cell) => quoted(cell, 'node'),
  BOOL: (cell) => (cell === 'true' ? '1' : '0'),
  FP16: (cell) => `0x${halfOf(Number(cell)).toString(16).padStart(4, '0')} /* ${cell} */`,
  INT64: (cell) => `${cell}n`,
  UINT64: (cell) => `${cell}n`,
};

const valueOf = (cell: string, datatype: Datatype): string => LITERALS[datatype]?.(cell) ?? cell;
