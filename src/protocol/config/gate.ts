/** A gate as it is judged, and what came of it. */
import * as z from 'zod';
import { formatNumber } from '../format';
import { goalOf } from '../goal';
import { ANY_MODEL } from './file';
import type { ConfigForm, FileGate } from './form';

export interface Bounds {
  readonly metric: string;
  readonly min: number | null;
  readonly max: number | null;
}

export interface Comparison {
  readonly metric: string;
  /** Null for better, however little. A share of the other's value is 0.01 for 1 %. */
  readonly by: { readonly amount: number; readonly isShare: boolean } | null;
  readonly direction: 'maximize' | 'minimize';
}

export interface Gate {
  readonly bounds: readonly Bounds[];
  /** The alias or stage whose version the candidate is compared with. */
  readonly against: string;
  readonly betterThan: readonly Comparison[];
  /** Null where any value will do. */
  readonly tags: readonly { readonly key: string; readonly value: string | null }[];
  readonly signature: 'unchanged' | 'any';
  /** Null where none is asked for; `by` is null where anybody may. */
  readonly approval: { readonly by: readonly string[] | null } | null;
}

/** A gate and where it stands. */
export interface PlacedGate {
  /** `*` for every model that says nothing itself. */
  readonly model: string;
  /** An alias, or a stage. */
  readonly alias: string;
  readonly gate: Gate;
}

/** Whether the version may have the alias, and why: made to be recorded with the version. */
export const GateVerdict = z.object({
  passed: z.boolean(),
  checks: z.array(
    z.object({
      /** As in the file: `metrics.auc`, `better_than.auc`, `tags.owner`, `signature`, `approval`. */
      name: z.string(),
      passed: z.boolean(),
      /** A sentence's worth for people. */
      text: z.string(),
    }),
  ),
});
export type GateVerdict = z.infer<typeof GateVerdict>;
export type GateCheck = GateVerdict['checks'][number];

export function gatesOf({ gates = {} }: ConfigForm): PlacedGate[] {
  return Object.entries(gates).flatMap(([model, byAlias]) =>
    Object.entries(byAlias).map(([alias, gate]) => ({ model, alias, gate: gateOf(gate, alias) })),
  );
}

/** The gate that an alias of a model goes through: the model's own, else that of every model. Null for none. */
export function gateFor(gates: readonly PlacedGate[], model: string, alias: string): Gate | null {
  const placed = [model, ANY_MODEL].map((name) => gates.find((one) => one.model === name && one.alias === alias));
  return placed.find((one) => one !== undefined)?.gate ?? null;
}

/** What a gate asks, a line for each check. */
export function asksOf({ bounds, against, betterThan, tags, signature, approval }: Gate): string[] {
  return [
    ...bounds.map(({ metric, min, max }) => {
      const least = min === null ? [] : [`at least ${String(min)}`];
      const most = max === null ? [] : [`at most ${String(max)}`];
      return `${metric} ${[...least, ...most].join(' and ')}`;
    }),
    ...betterThan.map(
      ({ metric, by }) => `${metric} better than ${against}${by === null ? '' : ` by ${marginText(by)}`}`,
    ),
    ...tags.map(({ key, value }) => (value === null ? `tag ${key}` : `tag ${key} is ${value}`)),
    ...(signature === 'unchanged' ? [`signature as ${against}`] : []),
    ...(approval ? [`approved by ${approval.by === null ? 'a person' : approval.by.join(' or ')}`] : []),
  ];
}

export type Margin = NonNullable<Comparison['by']>;

export const marginText = ({ amount, isShare }: Margin): string =>
  isShare ? `${formatNumber(amount * 100)} %` : formatNumber(amount);

function gateOf(file: FileGate, alias: string): Gate {
  const compared = file.better_than ?? [];
  const tags: Gate['tags'][number][][] = (file.tags ?? []).map((tag) =>
    typeof tag === 'string' ? [{ key: tag, value: null }] : Object.entries(tag).map(([key, value]) => ({ key, value })),
  );
  const comparisons = Array.isArray(compared) ? compared : [compared];
  return {
    bounds: Object.entries(file.metrics ?? {}).map(([metric, { min = null, max = null }]) => ({ metric, min, max })),
    against: comparisons[0]?.alias ?? alias,
    betterThan: comparisons.map(({ metric, by, direction }) => ({
      metric,
      by: by === undefined ? null : marginOf(by),
      direction: direction ?? (goalOf(metric) === 'min' ? 'minimize' : 'maximize'),
    })),
    tags: tags.flat(),
    signature: file.signature ?? 'any',
    approval: file.approval === 'required' ? { by: file.approvers ?? null } : null,
  };
}

function marginOf(by: number | string): Margin {
  return typeof by === 'number'
    ? { amount: by, isShare: false }
    : { amount: Number.parseFloat(by) / 100, isShare: true };
}
