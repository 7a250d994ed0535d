/** What was remembered as blocks of the log: requests of one form together, so that their values lie side by side. */
import { bytesOfTensor } from '../../inference/bytes';
import { DATATYPES, type NamedTensor } from '../../inference/datatype';
import { blockOf, type LoggedColumn } from '../../protocol/node/requestLog/form';
import type { Remembered } from './bounded';

/** More forms at a time make more blocks, and nothing worse. */
const FORMS_LOOKED_AT = 16;

export type Mask = ReadonlyMap<string, true | readonly number[]>;

/** `name` is all of an input or output, `name[2]` the third value of each of its rows. */
export function maskOf(names: readonly string[]): Mask {
  const mask = new Map<string, true | number[]>();
  for (const one of names) {
    const [, name = one, at] = /^(.*)\[(\d+)\]$/.exec(one) ?? [];
    const known = mask.get(name);
    if (at === undefined) mask.set(name, true);
    else if (known !== true) mask.set(name, [...(known ?? []), Number(at)]);
  }
  return mask;
}

export function encode(requests: readonly Remembered[], mask: Mask): Uint8Array[] {
  return groups(requests).flatMap((group) => {
    const [first] = group;
    if (!first?.call.model) return [];
    const { model, version, digest } = first.call.model;
    const inputs = first.inputs.map((_, at) =>
      columnOf(
        group.flatMap((one) => one.inputs[at] ?? []),
        mask,
      ),
    );
    const outputs = first.outputs.map((_, at) =>
      columnOf(
        group.flatMap((one) => one.outputs[at] ?? []),
        mask,
      ),
    );
    const failures = group.flatMap(({ failure }, at) => (failure === null ? [] : [{ at, message: failure }]));
    const head = {
      kind: 'requests' as const,
      ...{ model, version, digest },
      dialect: first.call.dialect,
      ids: group.map(({ call }) => call.id),
      timesMs: group.map(({ call }) => call.timeMs),
      tookUs: group.map(({ tookUs }) => tookUs),
      ...(group.some(({ status }) => status !== 200) ? { statuses: group.map(({ status }) => status) } : {}),
      ...(failures.length > 0 ? { failures } : {}),
      inputs: inputs.map(({ column }) => column),
      outputs: outputs.map(({ column }) => column),
    };
    return blockOf(
      head,
      [...inputs, ...outputs].map(({ bytes }) => bytes),
    );
  });
}

function groups(requests: readonly Remembered[]): Remembered[][] {
  const found: Remembered[][] = [];
  for (const one of requests) {
    const alike = alikeAmong(found, one);
    if (alike) alike.push(one);
    else found.push([one]);
  }
  return found;
}

/** The newest first: most are as the one before. */
function alikeAmong(found: readonly Remembered[][], one: Remembered): Remembered[] | undefined {
  for (let at = found.length - 1; at >= Math.max(0, found.length - FORMS_LOOKED_AT); at--) {
    const group = found[at];
    if (group?.[0] && areAlike(group[0], one)) return group;
  }
  return undefined;
}

const areAlike = (left: Remembered, right: Remembered): boolean =>
  left.call.model === right.call.model &&
  left.call.dialect === right.call.dialect &&
  haveOneForm(left.inputs, right.inputs) &&
  haveOneForm(left.outputs, right.outputs);

const haveOneForm = (left: readonly NamedTensor[], right: readonly NamedTensor[]): boolean =>
  left.length === right.length &&
  left.every(({ name, datatype }, at) => right[at]?.name === name && right[at].datatype === datatype);

/** The same input or output of several requests. */
function columnOf(tensors: readonly NamedTensor[], mask: Mask): { column: LoggedColumn; bytes: Uint8Array } {
  const [first] = tensors;
  const { name = '', datatype = 'BYTES', shape = [] } = first ?? {};
  const hidden = mask.get(name);
  const areOfOneShape = tensors.every((one) => isSame(one.shape, shape));
  const head = {
    ...{ name, datatype },
    ...(areOfOneShape ? { shape: [...shape] } : { shapes: tensors.map((one) => [...one.shape]) }),
    ...(hidden === undefined ? {} : { masked: hidden === true ? hidden : [...hidden] }),
  };
  const none = Buffer.alloc(0);
  if (hidden === true) return { column: { ...head, bytes: 0 }, bytes: none };
  const isCut = tensors.some((one) => one.data.length < valuesOf(one));
  const kept = isCut ? { kept: tensors.map(({ data }) => data.length) } : {};
  const size = DATATYPES[datatype].bytes;
  if (size === null) {
    const texts = tensors.map((one) =>
      (one.data as string[]).map((text, at) => (isHidden(hidden, one, at) ? '' : text)),
    );
    return { column: { ...head, ...kept, texts, bytes: 0 }, bytes: none };
  }
  const values = DATATYPES[datatype].make(tensors.reduce((sum, { data }) => sum + data.length, 0));
  let at = 0;
  for (const { data } of tensors) {
    // All are of the same type.
    (values as Float32Array).set(data as Float32Array, at);
    at += data.length;
  }
  const bytes = bytesOfTensor({ datatype, shape: [at], data: values });
  if (hidden) hide(bytes, tensors, (one, value) => isHidden(hidden, one, value), size);
  return { column: { ...head, ...kept, bytes: bytes.length }, bytes };
}

function hide(
  bytes: Buffer,
  tensors: readonly NamedTensor[],
  isMeant: (tensor: NamedTensor, at: number) => boolean,
  size: number,
): void {
  let from = 0;
  for (const one of tensors)
    for (let at = 0; at < one.data.length; at++, from += size) if (isMeant(one, at)) bytes.fill(0, from, from + size);
}

const isSame = (left: readonly number[], right: readonly number[]): boolean =>
  left.length === right.length && left.every((size, at) => size === right[at]);

const valuesOf = ({ shape }: NamedTensor): number => shape.reduce((product, size) => product * size, 1);

function isHidden(hidden: readonly number[] | undefined, tensor: NamedTensor, at: number): boolean {
  return hidden?.includes(at % (valuesOf(tensor) / (tensor.shape[0] ?? 1))) === true;
}
