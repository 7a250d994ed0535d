/** What has to be known of a model to write the code that runs it. Pure. */
import { type Datatype, DATATYPES } from '../../../inference/datatype';
import type { OnnxInspection, OnnxValue } from '../../../protocol/inspection';
import { LoopwrightError } from '../../../protocol/errors';
import { exampleCells, type Table } from '../call';

export interface EmbeddedInput {
  readonly name: string;
  readonly datatype: Datatype;
  /** Of what it is given: open sizes are 1. */
  readonly shape: readonly number[];
  /** As the model tells it: `float32 [N, 4]`. */
  readonly words: string;
  /** Of the input example, as they can stand in code; null where it is given zeros. */
  readonly cells: readonly string[] | null;
}

export interface EmbeddedOutput {
  readonly name: string;
  /** Null for one that is no tensor, or of a type that few runtimes read. */
  readonly datatype: Datatype | null;
  /** As ONNX writes it. */
  readonly type: string;
}

export interface EmbeddedModel {
  /** `fraud version 3`, or the name of a file. */
  readonly label: string;
  readonly digest: string | null;
  /** Absolute. */
  readonly file: string;
  readonly inputs: readonly EmbeddedInput[];
  readonly outputs: readonly EmbeddedOutput[];
}

/** ONNX's words for the types that are ONNX Runtime's under other names. */
const OTHER_WORDS: Readonly<Record<string, Datatype>> = { float: 'FP32', double: 'FP64', float16: 'FP16' };
const BY_WORD = new Map<string, Datatype>([
  ...Object.entries(DATATYPES).map(([name, { runtime }]) => [runtime, name as Datatype] as const),
  ...Object.entries(OTHER_WORDS),
]);

const datatypeIn = (type: string): Datatype | null =>
  BY_WORD.get(/^tensor\(([a-z0-9]+)\)$/.exec(type)?.[1] ?? '') ?? null;

/** @throws LoopwrightError `bad_request` for a model whose inputs can't be written down */
export function embeddedModel(
  of: Pick<EmbeddedModel, 'label' | 'digest' | 'file'>,
  { inputs, outputs }: Pick<OnnxInspection, 'inputs' | 'outputs'>,
  example: Table,
): EmbeddedModel {
  const refuse = (why: string) => new LoopwrightError('bad_request', `No code is written for ${of.label}: ${why}.`);
  if (inputs.total > inputs.items.length || outputs.total > outputs.items.length)
    throw refuse(`it has ${String(inputs.total)} inputs and ${String(outputs.total)} outputs`);
  const isCut = [...inputs.items, ...outputs.items].find(({ name }) => name.endsWith('…'));
  if (isCut) throw refuse(`the name of one of its inputs or outputs is too long: ${isCut.name}`);
  const ports = inputs.items.map((input) => {
    const datatype = datatypeIn(input.type);
    if (datatype === null) throw refuse(`its input ${input.name} is ${input.type}`);
    return { name: input.name, datatype, shape: openSizes(input) };
  });
  const cells = cellsOf(ports, example);
  return {
    ...of,
    inputs: ports.map((port, at) => ({
      ...port,
      shape: cells?.[at]?.shape ?? port.shape.map((size) => Math.max(size, 1)),
      words: wordsOf(port.datatype, inputs.items[at]?.shape ?? null),
      cells: cells?.[at]?.cells ?? null,
    })),
    outputs: outputs.items.map(({ name, type }) => ({ name, type, datatype: datatypeIn(type) })),
  };
}

/** -1 for what is open. Nothing is known of one without a shape: a value is tried. */
const openSizes = ({ shape }: OnnxValue): number[] =>
  shape?.map((size) => (typeof size === 'number' && size > 0 ? size : -1)) ?? [-1];

const wordsOf = (datatype: Datatype, shape: OnnxValue['shape']): string =>
  shape === null
    ? `${DATATYPES[datatype].runtime}, of a shape that the model does not tell`
    : `${DATATYPES[datatype].runtime} [${shape.map((size) => size ?? '?').join(', ')}]`;

/** All of a row, or none of it: half an example is none. */
function cellsOf(
  ports: readonly { name: string; datatype: Datatype; shape: number[] }[],
  example: Table,
): { shape: readonly number[]; cells: string[] }[] | null {
  const found = example && exampleCells(ports, example);
  if (!found) return null;
  const written = found.map(({ shape, cells }, at) => ({
    shape,
    cells: cells.flatMap((cell) => literalCell(cell ?? '', ports[at]?.datatype ?? 'FP32') ?? []),
    count: cells.length,
  }));
  return written.every(({ cells, count }) => cells.length === count) ? written : null;
}

const WHOLE: Readonly<Partial<Record<Datatype, readonly [least: bigint, most: bigint]>>> = {
  INT8: [-128n, 127n],
  INT16: [-32_768n, 32_767n],
  INT32: [-(2n ** 31n), 2n ** 31n - 1n],
  INT64: [-(2n ** 63n), 2n ** 63n - 1n],
  UINT8: [0n, 255n],
  UINT16: [0n, 65_535n],
  UINT32: [0n, 2n ** 32n - 1n],
  UINT64: [0n, 2n ** 64n - 1n],
};

/** Null for a cell that is no value of that type. Whole numbers keep all their digits. */
function literalCell(cell: string, datatype: Datatype): string | null {
  if (datatype === 'BYTES') return cell;
  if (datatype === 'BOOL') return /^(true|false)$/i.test(cell) ? cell.toLowerCase() : null;
  const limits = WHOLE[datatype];
  if (limits) {
    const digits = /^\s*(-?\d+)(?:\.0*)?\s*$/.exec(cell)?.[1];
    if (digits === undefined) return null;
    const value = BigInt(digits);
    return value >= limits[0] && value <= limits[1] ? value.toString() : null;
  }
  const number = Number(cell);
  return cell.trim() === '' || !Number.isFinite(number) ? null : String(number);
}
