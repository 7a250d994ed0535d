/** Which outputs of two models are the same thing, and how far two values of one are from each other. Pure. */
import type { NamedTensor, Port, Signature } from '../../inference/datatype';
import { ofHalf } from '../../inference/half';

export interface OutputPair {
  readonly names: readonly [string, string];
  /** Where each stands among the outputs of its model. */
  readonly at: readonly [number, number];
  readonly kind: 'class' | 'number';
  /** Where a value of the left one stands in the right one: classes may be in another order. Null where it is the same. */
  readonly order: readonly number[] | null;
}

export interface Pairing {
  readonly pairs: readonly OutputPair[];
  /** What has no partner, in words. */
  readonly leftOut: readonly string[];
}

const FLOATS: ReadonlySet<string> = new Set(['FP16', 'FP32', 'FP64']);
const kindOf = ({ datatype }: Pick<Port, 'datatype'>): OutputPair['kind'] =>
  FLOATS.has(datatype) ? 'number' : 'class';

/** By their names first; what is left by its kind, in its order. */
export function pairOutputs(left: Signature, right: Signature, labels: readonly [string, string]): Pairing {
  const pairs: OutputPair[] = [];
  const rest = right.outputs.map((port, at) => ({ port, at }));
  const pair = (port: Port, at: number, isPartner: (other: Port) => boolean): boolean => {
    const index = rest.findIndex(({ port: other }) => isPartner(other) && kindOf(other) === kindOf(port));
    const [found] = index === -1 ? [] : rest.splice(index, 1);
    if (!found) return false;
    const order = orderOf(left.labels[port.name], right.labels[found.port.name]);
    pairs.push({ names: [port.name, found.port.name], at: [at, found.at], kind: kindOf(port), order });
    return true;
  };
  const unnamed = left.outputs
    .map((port, at) => ({ port, at }))
    .filter(({ port, at }) => !pair(port, at, ({ name }) => name === port.name));
  const alone = unnamed.filter(({ port, at }) => !pair(port, at, () => true));
  const only = (label: string, name: string): string => `${name} (only ${label} has it)`;
  return {
    pairs: pairs.sort((one, other) => one.at[0] - other.at[0]),
    leftOut: [
      ...alone.map(({ port }) => only(labels[0], port.name)),
      ...rest.map(({ port }) => only(labels[1], port.name)),
      ...[left, right].flatMap(({ unreadable }, at) =>
        unreadable.map(({ name, what }) => `${name} of ${labels[at] ?? ''} (it is ${what})`),
      ),
    ],
  };
}

/** Of probabilities of the same classes in another order. */
function orderOf(left: readonly string[] | undefined, right: readonly string[] | undefined): number[] | null {
  if (!left || left.length !== right?.length || left.join('\n') === right.join('\n')) return null;
  const order = left.map((label) => right.indexOf(label));
  return order.includes(-1) ? null : order;
}

export interface Difference {
  readonly differs: boolean;
  /** Of numbers the largest; infinite where one is no number or they are not of the same form. Null of classes. */
  readonly largest: number | null;
  /** Of finite differences. */
  readonly sum: number;
  readonly count: number;
}

export function differenceOf(pair: OutputPair, left: NamedTensor, right: NamedTensor, tolerance: number): Difference {
  if (pair.kind === 'class') {
    const differs =
      left.data.length !== right.data.length ||
      !everyIndex(left.data.length, (at) => String(left.data[at]) === String(right.data[pair.order?.[at] ?? at]));
    return { differs, largest: null, sum: 0, count: 0 };
  }
  if (left.data.length !== right.data.length) return { differs: true, largest: Infinity, sum: 0, count: 0 };
  let [largest, sum, count, differs] = [0, 0, 0, false];
  for (let at = 0; at < left.data.length; at++) {
    const [one, other] = [numberAt(left, at), numberAt(right, pair.order?.[at] ?? at)];
    const apart = distance(one, other);
    if (!(apart <= tolerance * Math.max(1, Math.min(Math.abs(one), Math.abs(other)))) && apart !== 0) differs = true;
    largest = Math.max(largest, apart);
    if (!Number.isFinite(apart)) continue;
    sum += apart;
    count++;
  }
  return { differs, largest, sum, count };
}

/** Two that are no number, or infinite in the same way, are the same. */
function distance(one: number, other: number): number {
  if (one === other || (Number.isNaN(one) && Number.isNaN(other))) return 0;
  const apart = Math.abs(one - other);
  return Number.isNaN(apart) ? Infinity : apart;
}

function everyIndex(length: number, holds: (at: number) => boolean): boolean {
  for (let at = 0; at < length; at++) if (!holds(at)) return false;
  return true;
}

const numberAt = ({ datatype, data }: NamedTensor, at: number): number =>
  datatype === 'FP16' ? ofHalf(Number(data[at])) : Number(data[at]);

const SHOWN_VALUES = 8;
const MAX_TEXT = 80;
const DIGITS = 4;

/** What an output says of a row, with its first values. */
export function outputText(tensor: NamedTensor, order: readonly number[] | null): string {
  const { data, datatype } = tensor;
  const texts = Array.from({ length: Math.min(data.length, SHOWN_VALUES) }, (_, index) => {
    const at = order?.[index] ?? index;
    if (datatype === 'BOOL') return data[at] === 0 ? 'false' : 'true';
    return FLOATS.has(datatype) ? shortNumber(numberAt(tensor, at)) : String(data[at]);
  });
  const more = data.length > SHOWN_VALUES ? `, … ${String(data.length)} values` : '';
  const text = data.length === 1 ? (texts[0] ?? '') : `[${texts.join(', ')}${more}]`;
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text;
}

const shortNumber = (value: number): string => String(Number(value.toPrecision(DIGITS)));
