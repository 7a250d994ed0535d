/**
 * What differs between the graphs of two ONNX models, node by node (`docs/registry.md`, *Graphs compared*). All of it is
 * bounded, as in `inspection.ts`; whoever shows it checks it by this.
 */
import * as z from 'zod';

const Count = z.number().int().min(0);
const listOf = <Item extends z.ZodType>(item: Item) => z.object({ items: z.array(item), total: Count });

export const ComparedNode = z.object({
  /** With its domain, unless it is one of ONNX's own. */
  operator: z.string(),
  name: z.string(),
  /** From 0, in the order of the file. */
  place: Count,
  /** The first value that it gives: empty if it gives none. */
  output: z.string(),
});
export type ComparedNode = z.infer<typeof ComparedNode>;

export const ComparedWeights = z.object({
  name: z.string(),
  /** `float[8,4]`; null where that side has none at this place. */
  left: z.string().nullable(),
  right: z.string().nullable(),
});
export type ComparedWeights = z.infer<typeof ComparedWeights>;

export const NodeDifference = z.object({
  /** Null where the other graph has no node that corresponds. */
  left: ComparedNode.nullable(),
  right: ComparedNode.nullable(),
  /** Names of those that have another value, or that one has alone. */
  attributes: listOf(z.string()),
  /** Initializers that are of another shape or have other values. */
  weights: listOf(ComparedWeights),
  /** Whether it takes a value from a node, or an input, that does not correspond. */
  takesOthers: z.boolean(),
  givesOthers: z.boolean(),
});
export type NodeDifference = z.infer<typeof NodeDifference>;

export const GraphDiff = z.object({
  /** How many nodes each has, without those of nested graphs, which are attributes here. */
  nodes: z.object({ left: Count, right: Count }),
  counts: z.object({
    same: Count,
    /** Of the nodes that correspond: nothing but weights differs. */
    weights: Count,
    /** Of the nodes that correspond: something else differs. */
    changed: Count,
    left: Count,
    right: Count,
  }),
  differences: listOf(NodeDifference),
  /** Whether an output of the whole graph comes from a node that does not correspond. */
  outputsDiffer: z.boolean(),
  /** The graphs have so little in common that nodes were not matched: there are no counts and no differences then. */
  isTooDifferent: z.boolean(),
  problems: z.array(z.string()),
});
export type GraphDiff = z.infer<typeof GraphDiff>;
