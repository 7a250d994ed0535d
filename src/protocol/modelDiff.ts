/** What two models say of themselves, beside each other: signatures, and what was told of their files. Pure. */
import { type InspectedRow, onnxRows, pickleRows } from './inspectedRows';
import type { ModelInspection, OnnxInspection, OnnxValue } from './inspection';
import type { ModelSignature, SignatureField } from './modelCard';
import { grouped, shapeText } from './modelWords';

/** `null` where one has no such thing. */
export interface PairRow {
  readonly key: string;
  readonly values: readonly [string | null, string | null];
  readonly differs: boolean;
}

export interface PairList {
  readonly heading: string;
  readonly rows: readonly PairRow[];
  /** Whether there is more of one than was compared. */
  readonly isCut: boolean;
}

interface Listed<Item> {
  readonly items: readonly Item[];
  readonly total: number;
}

export function pairsOf(
  left: readonly (readonly [key: string, value: string])[],
  right: readonly (readonly [key: string, value: string])[],
): PairRow[] {
  const [ours, theirs] = [new Map(left), new Map(right)];
  return [...new Set([...ours.keys(), ...theirs.keys()])].map((key) => {
    const values = [ours.get(key) ?? null, theirs.get(key) ?? null] as const;
    return { key, values, differs: values[0] !== values[1] };
  });
}

const NONE: Listed<never> = { items: [], total: 0 };

function listOf<Item>(
  heading: string,
  left: Listed<Item> | undefined,
  right: Listed<Item> | undefined,
  textOf: (item: Item, at: number) => readonly [string, string],
): PairList {
  const [ours, theirs] = [left ?? NONE, right ?? NONE];
  return {
    heading,
    rows: pairsOf(ours.items.map(textOf), theirs.items.map(textOf)),
    isCut: [ours, theirs].some(({ items, total }) => total > items.length),
  };
}

/** Inputs, outputs and parameters; none where neither has a signature. */
export function signaturePairs(left: ModelSignature | null, right: ModelSignature | null): PairList[] {
  return [
    listOf('Inputs', left?.inputs, right?.inputs, fieldText),
    listOf('Outputs', left?.outputs, right?.outputs, fieldText),
    listOf('Parameters', left?.params, right?.params, fieldText),
  ].filter(({ rows }) => rows.length > 0);
}

function fieldText({ name, type, isRequired, default: initial }: SignatureField, at: number): [string, string] {
  const text = [type, isRequired ? '' : 'optional', initial === null ? '' : `default ${initial}`];
  return [name === '' ? `number ${String(at + 1)}` : name, text.filter(Boolean).join(', ')];
}

/** The facts of each file; of ONNX models also what they take and give and of which operators they are made. */
export function modelPairs(left: ModelInspection | null, right: ModelInspection | null): PairList[] {
  const facts = { heading: 'Model', rows: pairsOf(factsOf(left), factsOf(right)), isCut: false };
  const [ours, theirs] = [onnxOf(left), onnxOf(right)];
  return [
    facts,
    listOf('Inputs', ours?.inputs, theirs?.inputs, valueText),
    listOf('Outputs', ours?.outputs, theirs?.outputs, valueText),
    listOf('Operators', ours?.operators, theirs?.operators, ({ domain, type, count }) => [
      domain === '' ? type : `${domain}.${type}`,
      grouped(count),
    ]),
    listOf('Settings', settingsOf(left), settingsOf(right), ({ key, value }) => [key, value]),
  ].filter(({ rows }) => rows.length > 0);
}

const onnxOf = (told: ModelInspection | null): OnnxInspection | undefined =>
  told?.format === 'onnx' ? told : undefined;
const settingsOf = (told: ModelInspection | null) => (told?.format === 'pickle' ? told.settings : undefined);

const valueText = ({ name, type, shape }: OnnxValue): [string, string] => [name, `${type} ${shapeText(shape)}`];

function factsOf(told: ModelInspection | null): (readonly [string, string])[] {
  switch (told?.format) {
    case undefined:
      return [];
    case 'onnx':
      return numbered(onnxRows(told));
    case 'pickle':
      return numbered(pickleRows(told));
    case 'unknown':
      return [['Format', told.reason]];
  }
}

/** Several rows may be of one name: each tree ensemble has one. */
function numbered(rows: readonly InspectedRow[]): (readonly [string, string])[] {
  const seen = new Map<string, number>();
  return rows.map(({ key, value, hint = '' }) => {
    const count = (seen.get(key) ?? 0) + 1;
    seen.set(key, count);
    return [count === 1 ? key : `${key} ${String(count)}`, hint === '' ? value : `${value} (${hint})`];
  });
}
