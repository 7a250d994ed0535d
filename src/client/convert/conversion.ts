/** What comes of a conversion, and what of it is kept with a version. Pure. */
import * as z from 'zod';
import { formatNumber } from '../../protocol/format';

export const Comparison = z.discriminatedUnion('compared', [
  z.object({
    compared: z.literal(true),
    rows: z.number(),
    /** Beyond the tolerance, in a class, or in what has no value. */
    differs: z.boolean(),
    /** The share of rows for which both name the same class; null for models that name none. */
    equalClasses: z.number().nullable(),
    largest: z.number().nullable(),
    largestRelative: z.number().nullable(),
  }),
  z.object({
    compared: z.literal(false),
    why: z.string(),
    /** Whether that is the new model's fault. */
    failed: z.boolean().optional(),
  }),
]);
export type Comparison = z.infer<typeof Comparison>;

const Value = z.object({
  name: z.string(),
  type: z.string(),
  shape: z.array(z.union([z.number(), z.string()]).nullable()),
});

export const Converted = z.object({
  kind: z.string(),
  modelClass: z.string(),
  /** `skl2onnx 1.20.0` */
  converter: z.string(),
  bytes: z.number(),
  opsets: z.array(z.object({ domain: z.string(), version: z.number() })),
  inputs: z.array(Value),
  outputs: z.array(Value),
  notes: z.array(z.string()),
  comparison: Comparison,
  seconds: z.number(),
});
export type Converted = z.infer<typeof Converted>;

/** Whether the result is marked: it is not what the original is, as far as that could be seen. */
export const isDoubtful = ({ comparison }: Converted): boolean =>
  comparison.compared ? comparison.differs : comparison.failed === true;

/** What the comparison says, in a sentence. */
export function comparisonWords(comparison: Comparison): string {
  if (!comparison.compared) return `Its predictions were not compared: ${comparison.why}.`;
  const { rows, differs, equalClasses, largest, largestRelative } = comparison;
  const on = rows === 1 ? '1 row' : `${rows.toLocaleString('en')} rows`;
  const parts = [
    ...(equalClasses === null ? [] : [`classes equal in ${percent(equalClasses)}`]),
    ...(largest === null || largestRelative === null
      ? []
      : [`largest difference ${formatNumber(largest)}, relative ${formatNumber(largestRelative)}`]),
  ];
  const told = parts.length === 0 ? '' : ` (${parts.join('; ')})`;
  return differs
    ? `It does not predict the same as the original on ${on}${told}.`
    : `It predicts the same as the original on ${on}${told}.`;
}

/** Never 100 % of what is not all of it. */
function percent(share: number): string {
  const text = (share * 100).toFixed(1).replace(/\.0$/, '');
  return `${share < 1 && text === '100' ? '99.9' : text} %`;
}

export const opsetWords = ({ opsets }: Pick<Converted, 'opsets'>): string =>
  opsets.map(({ domain, version }) => `${domain} ${String(version)}`).join(', ');

/** The tags of a version that was made so, and what its description says. */
export function factsOf(converted: Converted, from: string): { tags: Record<string, string>; description: string } {
  const { converter, modelClass, comparison } = converted;
  const compared = comparison.compared
    ? {
        'loopwright.onnx.rows': String(comparison.rows),
        ...(comparison.largest === null ? {} : { 'loopwright.onnx.largest_difference': String(comparison.largest) }),
        ...(comparison.largestRelative === null
          ? {}
          : { 'loopwright.onnx.largest_relative_difference': String(comparison.largestRelative) }),
        ...(comparison.equalClasses === null
          ? {}
          : { 'loopwright.onnx.equal_classes': String(comparison.equalClasses) }),
      }
    : {};
  return {
    tags: {
      'loopwright.onnx.from': from,
      'loopwright.onnx.class': modelClass,
      'loopwright.onnx.converter': converter,
      'loopwright.onnx.opset': opsetWords(converted),
      'loopwright.onnx.compared': isDoubtful(converted) ? 'differs' : comparison.compared ? 'same' : 'no',
      'loopwright.onnx.comparison': comparisonWords(comparison),
      ...compared,
    },
    description: `Converted from ${from} by ${converter}. ${comparisonWords(comparison)}`,
  };
}
