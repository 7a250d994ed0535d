/** What differs between two graphs of which it is known which nodes correspond. */
import type { ComparedNode, ComparedWeights, GraphDiff, NodeDifference } from '../../../protocol/graphDiff';
import { MAX_MESSAGE_BYTES } from '../../../protocol/requests';
import { DRAWN_NAME } from '../drawing/draw';
import { cut, listed, Problems } from '../told';
import { align, type Aligned } from './align';
import { type DigestedGraph, type DigestedNode, readDigested } from './read';

const MAX_DIFFERENCES = 500;
/** The rest of a message is what is around it. */
const MOST_BYTES = MAX_MESSAGE_BYTES * 0.8;
const MAX_NAMED = 6;

/** @throws LoopwrightError `bad_request` for a file that is no ONNX model */
export function compareGraphs(left: string, right: string): GraphDiff {
  const problems = new Problems();
  const [ours, theirs] = [readDigested(left, problems), readDigested(right, problems)];
  const diff = diffOf(ours, theirs);
  const all = diff.differences.items;
  // However long the names are, it fits into a message.
  for (let most = MAX_DIFFERENCES; sizeOf(diff) > MOST_BYTES; most = Math.floor(most / 2))
    diff.differences.items = all.slice(0, most);
  return { ...diff, problems: problems.told };
}

const sizeOf = (diff: Omit<GraphDiff, 'problems'>): number => Buffer.byteLength(JSON.stringify(diff));

export function diffOf(left: DigestedGraph, right: DigestedGraph): Omit<GraphDiff, 'problems'> {
  const nodes = { left: left.nodes.length, right: right.nodes.length };
  const counts = { same: 0, weights: 0, changed: 0, left: 0, right: 0 };
  const aligned = align(left, right);
  if (aligned === null)
    return { nodes, counts, differences: { items: [], total: 0 }, outputsDiffer: false, isTooDifferent: true };
  const sources = new Sources(left, right, aligned);
  const differences: NodeDifference[] = [];
  for (const [ours, theirs] of inTurn(aligned, right.nodes.length)) {
    const difference = differenceOf({ graph: left, node: ours }, { graph: right, node: theirs }, sources);
    if (difference === null) counts.same++;
    else {
      counts[kindOf(difference)]++;
      differences.push(difference);
    }
  }
  return {
    nodes,
    counts,
    differences: listed(differences, MAX_DIFFERENCES, (difference) => difference),
    outputsDiffer:
      left.outputs.length !== right.outputs.length ||
      left.outputs.some((name, at) => !sources.correspond(name, right.outputs[at] ?? '')),
    isTooDifferent: false,
  };
}

function kindOf({ left, right, attributes, takesOthers, givesOthers }: NodeDifference) {
  if (left === null) return 'right';
  if (right === null) return 'left';
  return attributes.total > 0 || takesOthers || givesOthers ? 'changed' : 'weights';
}

/** Those of both, as one reads them: what only one has stands where it is between the others. */
function* inTurn(aligned: Aligned, count: number): Generator<readonly [number | null, number | null]> {
  const matched = new Set(aligned);
  let next = 0;
  for (const [ours, theirs] of aligned.entries()) {
    for (; theirs !== null && next < theirs; next++) if (!matched.has(next)) yield [null, next];
    yield [ours, theirs];
  }
  for (; next < count; next++) if (!matched.has(next)) yield [null, next];
}

interface Side {
  readonly graph: DigestedGraph;
  readonly node: number | null;
}

function differenceOf(left: Side, right: Side, sources: Sources): NodeDifference | null {
  const nodeOf = ({ graph, node }: Side) => (node === null ? undefined : graph.nodes[node]);
  const [ours, theirs] = [nodeOf(left), nodeOf(right)];
  const both = { left: told(ours, left.node), right: told(theirs, right.node) };
  if (!ours || !theirs) {
    const none = { items: [], total: 0 };
    return { ...both, attributes: none, weights: none, takesOthers: false, givesOthers: false };
  }
  const attributes = [...new Set([...ours.attributes.keys(), ...theirs.attributes.keys()])].filter(
    (name) => ours.attributes.get(name) !== theirs.attributes.get(name),
  );
  const weights: ComparedWeights[] = [];
  let takesOthers = ours.inputs.length !== theirs.inputs.length;
  for (let at = 0; at < Math.max(ours.inputs.length, theirs.inputs.length); at++) {
    const [mine, other] = [ours.inputs[at] ?? '', theirs.inputs[at] ?? ''];
    const [before, after] = [left.graph.weights.get(mine), right.graph.weights.get(other)];
    if (before && after) {
      // What can't be read is not known to differ; that it was not compared stands among the problems.
      if (before.shape === after.shape && (before.digest === after.digest || !before.digest || !after.digest)) continue;
      weights.push({ name: cut(after.name, DRAWN_NAME), left: before.shape, right: after.shape });
    } else if (!sources.correspond(mine, other)) {
      takesOthers = true;
      if (before) weights.push({ name: cut(before.name, DRAWN_NAME), left: before.shape, right: null });
      if (after) weights.push({ name: cut(after.name, DRAWN_NAME), left: null, right: after.shape });
    }
  }
  const givesOthers = ours.outputs.length !== theirs.outputs.length;
  if (attributes.length + weights.length === 0 && !takesOthers && !givesOthers) return null;
  return {
    ...both,
    attributes: listed(attributes, MAX_NAMED, (name) => cut(name, DRAWN_NAME)),
    weights: listed(weights, MAX_NAMED, (one) => one),
    takesOthers,
    givesOthers,
  };
}

const told = (node: DigestedNode | undefined, place: number | null): ComparedNode | null =>
  node && place !== null
    ? {
        operator: cut(node.operator, DRAWN_NAME),
        name: cut(node.name, DRAWN_NAME),
        place,
        output: cut(node.outputs.find((output) => output !== '') ?? '', DRAWN_NAME),
      }
    : null;

/** Where a value comes from. */
class Sources {
  private readonly left;
  private readonly right;

  constructor(
    private readonly ours: DigestedGraph,
    private readonly theirs: DigestedGraph,
    private readonly aligned: Aligned,
  ) {
    this.left = giversOf(ours);
    this.right = giversOf(theirs);
  }

  correspond(left: string, right: string): boolean {
    const [before, after] = [this.left.get(left), this.right.get(right)];
    if (before?.node === null && after?.node === null) return this.areSameInput(left, right, before, after);
    if (before && after)
      return before.node !== null && before.output === after.output && this.aligned[before.node] === after.node;
    if (before || after) return false;
    const [ours, theirs] = [this.ours.weights.get(left), this.theirs.weights.get(right)];
    return ours || theirs ? ours !== undefined && theirs !== undefined : (left === '') === (right === '');
  }

  /** By name; by place where neither graph has an input of the other's name. */
  private areSameInput(left: string, right: string, before: Giver, after: Giver): boolean {
    if (left === right) return true;
    const isNamed = this.right.get(left)?.node === null || this.left.get(right)?.node === null;
    return !isNamed && before.output === after.output;
  }
}

interface Giver {
  /** Null is an input of the graph. */
  readonly node: number | null;
  readonly output: number;
}

function giversOf({ nodes, inputs }: DigestedGraph): Map<string, Giver> {
  const givers = new Map<string, Giver>(inputs.map((name, output) => [name, { node: null, output }]));
  nodes.forEach(({ outputs }, node) => {
    outputs.forEach((name, output) => {
      if (name !== '') givers.set(name, { node, output });
    });
  });
  return givers;
}
