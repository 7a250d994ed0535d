/**
 * Which nodes of two graphs correspond. Nodes stand in a file so that each follows on those whose values it takes; what is
 * the same in that order is found first (Myers, "An O(ND) Difference Algorithm", 1986), by all that a node has but the
 * values of its weights. Between those, nodes of one operator correspond in their order, and then those that have moved
 * and kept operator and name. Pure.
 */
import { diffArrays } from 'diff';
import type { DigestedGraph, DigestedNode } from './read';

/** Beyond it the graphs have too little in common for their nodes to be matched. */
const MAX_EDITS = 2000;
const LIMIT_MS = 20_000;

/** For each node on the left that on the right, or null. */
export type Aligned = readonly (number | null)[];

/** @returns null where that would take too long */
export function align(left: DigestedGraph, right: DigestedGraph): Aligned | null {
  const pairs = new Map<number, number>();
  const tokens = new Tokens();
  const ours = left.nodes.map((node) => tokens.of(wholeOf(node, left)));
  const theirs = right.nodes.map((node) => tokens.of(wholeOf(node, right)));
  // Where all weights are of another shape, the operators may still be the same.
  const gaps = inOrder(ours, theirs, (from, to) => pairs.set(from, to)) ?? [
    { left: { from: 0, to: ours.length }, right: { from: 0, to: theirs.length } },
  ];
  for (const { left: mine, right: others } of gaps) {
    const operators = ({ nodes }: DigestedGraph, { from, to }: Range) =>
      nodes.slice(from, to).map(({ operator }) => tokens.of(operator));
    const inner = inOrder(operators(left, mine), operators(right, others), (from, to) =>
      pairs.set(mine.from + from, others.from + to),
    );
    if (inner === null) return null;
  }
  addMoved(left.nodes, right.nodes, pairs);
  return left.nodes.map((_, node) => pairs.get(node) ?? null);
}

interface Range {
  readonly from: number;
  readonly to: number;
}

interface Gap {
  readonly left: Range;
  readonly right: Range;
}

/** Numbers are compared faster than long texts. */
class Tokens {
  private readonly known = new Map<string, number>();

  of(text: string): number {
    const token = this.known.get(text) ?? this.known.size;
    this.known.set(text, token);
    return token;
  }
}

function wholeOf({ operator, inputs, outputs, attributes }: DigestedNode, { weights }: DigestedGraph): string {
  const given = [...attributes].map(([name, digest]) => `${name} ${digest}`).sort();
  const taken = inputs.map((name) => weights.get(name)?.shape ?? '');
  return JSON.stringify([operator, given, taken, outputs.length]);
}

/** @returns where both have something between what is the same; null if they have too little in common */
function inOrder(
  left: readonly number[],
  right: readonly number[],
  found: (left: number, right: number) => void,
): Gap[] | null {
  const changes = diffArrays([...left], [...right], { maxEditLength: MAX_EDITS, timeout: LIMIT_MS });
  if (changes === undefined) return null;
  const gaps: Gap[] = [];
  let [ours, theirs] = [0, 0];
  let gap = { left: 0, right: 0 };
  const close = () => {
    if (gap.left < ours && gap.right < theirs)
      gaps.push({ left: { from: gap.left, to: ours }, right: { from: gap.right, to: theirs } });
  };
  for (const { count, added, removed } of changes) {
    if (removed) ours += count;
    else if (added) theirs += count;
    else {
      close();
      for (let at = 0; at < count; at++) found(ours + at, theirs + at);
      [ours, theirs] = [ours + count, theirs + count];
      gap = { left: ours, right: theirs };
    }
  }
  close();
  return gaps;
}

function addMoved(left: readonly DigestedNode[], right: readonly DigestedNode[], pairs: Map<number, number>): void {
  const taken = new Set(pairs.values());
  const nameOf = ({ operator, name }: DigestedNode) => (name === '' ? null : JSON.stringify([operator, name]));
  const free = new Map<string, number | null>();
  right.forEach((node, at) => {
    const name = taken.has(at) ? null : nameOf(node);
    // A name that is there twice tells nothing.
    if (name !== null) free.set(name, free.has(name) ? null : at);
  });
  left.forEach((node, at) => {
    const name = pairs.has(at) ? null : nameOf(node);
    const other = name === null ? null : (free.get(name) ?? null);
    if (name === null || other === null) return;
    pairs.set(at, other);
    free.set(name, null);
  });
}
