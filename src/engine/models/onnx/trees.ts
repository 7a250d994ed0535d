/**
 * Tree ensembles in short. Their nodes are attributes of one ONNX node, in lists of equal length
 * (https://onnx.ai/onnx/operators/: TreeEnsembleClassifier, TreeEnsembleRegressor, and since version 5 TreeEnsemble).
 */
import type { TreeEnsemble } from '../../../protocol/inspection';
import { cut, type Problems } from '../told';
import type { ListSink } from './attributes';
import { Integers } from './integers';

/** At four bytes for each list, this is what the job's memory allows. */
const MAX_TREE_NODES = 4_000_000;
/** Nodes in an order of their own need a table. */
const MAX_UNORDERED = 1_000_000;
const MAX_FEATURES = 1_000_000;
const LEAF = 'LEAF';

const LISTS = [
  'nodes_treeids',
  'nodes_nodeids',
  'nodes_featureids',
  'nodes_truenodeids',
  'nodes_falsenodeids',
  'nodes_trueleafs',
  'nodes_falseleafs',
  'tree_roots',
  'leaf_targetids',
] as const;
type List = (typeof LISTS)[number];
const isList = (name: string): name is List => LISTS.some((list) => list === name);

const KINDS: Readonly<Record<string, TreeEnsemble['kind']>> = {
  TreeEnsembleClassifier: 'classifier',
  TreeEnsembleRegressor: 'regressor',
  TreeEnsemble: 'ensemble',
};

export const isTreeEnsemble = (domain: string, type: string): boolean => domain === 'ai.onnx.ml' && type in KINDS;

/** What is known of a node of a tree; -1 as a child is none. */
interface Forest {
  readonly size: number;
  readonly roots: readonly number[];
  readonly isLeaf: (node: number) => boolean;
  readonly children: (node: number) => readonly [number, number];
}

export class TreeReader {
  private readonly lists = new Map<List, Integers>();
  /** 1 for each leaf, by node. */
  private readonly modes = new Integers();
  private isWhole = true;

  sinkFor(name: string): ListSink | null {
    const nothing = () => undefined;
    if (name === 'nodes_modes')
      return {
        integer: nothing,
        string: (message) => this.take(this.modes, message.length === LEAF.length && message.text === LEAF ? 1 : 0),
      };
    if (!isList(name)) return null;
    const list = new Integers();
    this.lists.set(name, list);
    return { integer: (value) => this.take(list, value), string: nothing };
  }

  summary(node: string, type: string, problems: Problems): TreeEnsemble {
    const kind = KINDS[type] ?? 'ensemble';
    const told = { node: cut(node === '' ? type : node), kind };
    const say = (what: string): void => problems.add(`the trees of "${told.node}" ${what}`);
    if (!this.isWhole) {
      say('are too many to be followed');
      return { ...told, trees: 0, leaves: 0, depth: null, features: null };
    }
    const forest = kind === 'ensemble' ? this.ofRoots() : this.ofTreeIds();
    if (forest === null) {
      say('have lists of different lengths, or an order that is not followed');
      return { ...told, trees: 0, leaves: 0, depth: null, features: null };
    }
    const featureIds = this.list('nodes_featureids');
    const features = new Set<number>();
    let leaves = kind === 'ensemble' ? this.list('leaf_targetids').length : 0;
    for (let at = 0; at < forest.size; at++) {
      if (forest.isLeaf(at)) leaves++;
      else if (features.size < MAX_FEATURES) features.add(featureIds.at(at));
    }
    const depth = depthOf(forest, () => say('do not end: a node is reached twice, or none is the first'));
    return { ...told, trees: forest.roots.length, leaves, depth, features: features.size };
  }

  private take(list: Integers, value: number): void {
    if (!list.add(value, MAX_TREE_NODES)) this.isWhole = false;
  }

  private list(name: List): Integers {
    return this.lists.get(name) ?? new Integers();
  }

  /** Up to version 4: a node is known by its tree's number and its own, and whoever no node leads to is a root. */
  private ofTreeIds(): Forest | null {
    const [trees, ids] = [this.list('nodes_treeids'), this.list('nodes_nodeids')];
    const [yes, no] = [this.list('nodes_truenodeids'), this.list('nodes_falsenodeids')];
    const size = trees.length;
    if ([ids, yes, no, this.modes, this.list('nodes_featureids')].some((list) => list.length !== size)) return null;
    const placeOf = placesOf(trees, ids);
    if (placeOf === null) return null;
    const isLeaf = (node: number) => this.modes.at(node) === 1;
    const children = (node: number): readonly [number, number] => {
      const tree = trees.at(node);
      return [placeOf(node, tree, yes.at(node)), placeOf(node, tree, no.at(node))];
    };
    const isChild = new Uint8Array(size);
    for (let node = 0; node < size; node++)
      if (!isLeaf(node)) for (const child of children(node)) if (child >= 0) isChild[child] = 1;
    const roots: number[] = [];
    for (let node = 0; node < size; node++) if (isChild[node] === 0) roots.push(node);
    return { size, roots, isLeaf, children };
  }

  /** Since version 5: roots are listed, leaves have lists of their own, and a flag says which of both a child is in. */
  private ofRoots(): Forest | null {
    const [yes, no] = [this.list('nodes_truenodeids'), this.list('nodes_falsenodeids')];
    const [yesLeaf, noLeaf] = [this.list('nodes_trueleafs'), this.list('nodes_falseleafs')];
    const size = yes.length;
    if ([no, yesLeaf, noLeaf, this.list('nodes_featureids')].some((list) => list.length !== size)) return null;
    const list = this.list('tree_roots');
    const roots = Array.from({ length: list.length }, (_, at) => list.at(at));
    if (roots.some((root) => root < 0 || root >= size)) return null;
    const child = (leaf: Integers, ids: Integers, node: number) =>
      leaf.at(node) !== 0 || ids.at(node) >= size ? -1 : ids.at(node);
    return {
      size,
      roots,
      isLeaf: () => false,
      children: (node) => [child(yesLeaf, yes, node), child(noLeaf, no, node)],
    };
  }
}

/** Where the node of a number is. Most models write each tree in one piece with its nodes in order, which needs no table. */
function placesOf(trees: Integers, ids: Integers): ((from: number, tree: number, id: number) => number) | null {
  const size = trees.length;
  let isOrdered = true;
  for (let at = 0; at < size && isOrdered; at++) {
    const continues = at > 0 && trees.at(at) === trees.at(at - 1);
    isOrdered = ids.at(at) === (continues ? ids.at(at - 1) + 1 : 0);
  }
  if (isOrdered)
    return (from, tree, id) => {
      const place = from - ids.at(from) + id;
      return id >= 0 && place < size && trees.at(place) === tree && ids.at(place) === id ? place : -1;
    };
  if (size > MAX_UNORDERED) return null;
  const key = (tree: number, id: number) => tree * 4_294_967_296 + id;
  const places = new Map<number, number>();
  for (let at = 0; at < size; at++) places.set(key(trees.at(at), ids.at(at)), at);
  return (_, tree, id) => places.get(key(tree, id)) ?? -1;
}

/** In splits from a root to the leaf that is farthest from it. */
function depthOf({ size, roots, isLeaf, children }: Forest, onLoop: () => void): number | null {
  const seen = new Uint8Array(size);
  const waiting: number[] = [];
  const depths: number[] = [];
  let deepest = 0;
  if (size > 0 && roots.length === 0) {
    onLoop();
    return null;
  }
  for (const root of roots) {
    waiting.push(root);
    depths.push(0);
    for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
      const depth = depths.pop() ?? 0;
      if (seen[node] === 1) {
        onLoop();
        return null;
      }
      seen[node] = 1;
      deepest = Math.max(deepest, depth);
      if (isLeaf(node)) continue;
      for (const child of children(node)) {
        if (child >= 0) {
          waiting.push(child);
          depths.push(depth + 1);
        } else deepest = Math.max(deepest, depth + 1);
      }
    }
  }
  return deepest;
}
