/** A regression tree of gradients, grown leaf by leaf where it gains most (Friedman 2001; Chen and Guestrin 2016; Ke et al. 2017). */
import { type Binned, MISSING } from './bins';
import {
  bestSplit,
  type Histogram,
  histogramOf,
  lastLeft,
  layoutOf,
  type Layout,
  remainder,
  type Split,
  totalsOf,
} from './split';

export interface TreeOptions {
  readonly leaves: number;
  /** Rows that a leaf has at least. */
  readonly leastRows: number;
  /** Added to the sum of a leaf's hessians: the L2 penalty of its value. */
  readonly l2: number;
}

/** Of each node; a leaf's feature is -1. The first one is the root. */
export interface Tree {
  readonly feature: Int32Array;
  /** Rows whose bin is at most that go left. */
  readonly bin: Uint8Array;
  readonly isMissingLeft: Uint8Array;
  readonly left: Int32Array;
  readonly right: Int32Array;
  /** What a node says of its rows: of a leaf it counts, of others it tells what their splits have changed. */
  readonly value: Float64Array;
}

interface Leaf {
  readonly node: number;
  readonly from: number;
  readonly to: number;
  readonly histogram: Histogram;
  readonly split: Split | null;
}

/** What trees of the same rows share: buffers are used again by each of them. */
export class Ground {
  readonly layout: Layout;
  readonly order: Int32Array;
  readonly spare: Int32Array;
  readonly free: Histogram[] = [];

  constructor(
    readonly binned: Binned,
    readonly rows: Int32Array,
  ) {
    this.layout = layoutOf(binned);
    this.order = new Int32Array(rows.length);
    this.spare = new Int32Array(rows.length);
  }

  /** With whatever it had. */
  takeHistogram(): Histogram {
    return this.free.pop() ?? new Float64Array(this.layout.size);
  }
}

/** @param gradients, hessians by row of all. `leafOf` is told which rows each leaf has. */
export function grownTree(
  ground: Ground,
  gradients: Float64Array,
  hessians: Float64Array,
  options: TreeOptions,
  leafOf: (rows: Int32Array, value: number) => void,
): Tree {
  const { binned, order, layout } = ground;
  order.set(ground.rows);
  const most = 2 * options.leaves - 1;
  const tree: Tree = {
    feature: new Int32Array(most).fill(-1),
    bin: new Uint8Array(most),
    isMissingLeft: new Uint8Array(most),
    left: new Int32Array(most),
    right: new Int32Array(most),
    value: new Float64Array(most),
  };
  const leaf = (node: number, from: number, to: number, histogram: Histogram): Leaf => {
    const totals = totalsOf(histogram, binned);
    // A node whose rows are all as good as certain has no hessian left to divide by.
    tree.value[node] = -totals.gradient / Math.max(totals.hessian + options.l2, 1e-10);
    const canSplit = to - from >= 2 * options.leastRows;
    const split = canSplit ? bestSplit(histogram, totals, binned, layout, options) : null;
    return { node, from, to, histogram, split };
  };
  const summed = (from: number, to: number): Histogram =>
    histogramOf(binned, layout, order.subarray(from, to), gradients, hessians, ground.takeHistogram());
  const leaves = [leaf(0, 0, order.length, summed(0, order.length))];
  let nodes = 1;
  while (leaves.length < options.leaves) {
    const at = mostGain(leaves);
    const [best] = at === -1 ? [] : leaves.splice(at, 1);
    if (!best?.split) break;
    const { split, node, from, to } = best;
    const middle = from + parted(ground, split, from, to);
    const [left, right] = [nodes++, nodes++];
    tree.feature[node] = split.feature;
    tree.bin[node] = lastLeft(split, best.histogram, binned, layout);
    tree.isMissingLeft[node] = split.isMissingLeft ? 1 : 0;
    tree.left[node] = left;
    tree.right[node] = right;
    // Only the smaller side is summed: the other is what it leaves of both.
    const isLeftSmaller = middle - from <= to - middle;
    const smaller = isLeftSmaller ? summed(from, middle) : summed(middle, to);
    const larger = remainder(best.histogram, smaller);
    leaves.push(
      leaf(left, from, middle, isLeftSmaller ? smaller : larger),
      leaf(right, middle, to, isLeftSmaller ? larger : smaller),
    );
  }
  for (const { node, from, to, histogram } of leaves) {
    leafOf(order.subarray(from, to), tree.value[node] ?? 0);
    ground.free.push(histogram);
  }
  return tree;
}

function mostGain(leaves: readonly Leaf[]): number {
  let [found, most] = [-1, 0];
  for (const [at, { split }] of leaves.entries()) if (split && split.gain > most) [found, most] = [at, split.gain];
  return found;
}

/** Puts those that go left first, and says how many they are. */
function parted({ binned, order, spare }: Ground, split: Split, from: number, to: number): number {
  const codes = binned.codes.subarray(split.feature * binned.rows, (split.feature + 1) * binned.rows);
  let [left, right] = [from, 0];
  for (let at = from; at < to; at++) {
    const row = order[at] ?? 0;
    const code = codes[row] ?? 0;
    if (code === MISSING ? split.isMissingLeft : code <= split.bin) order[left++] = row;
    else spare[right++] = row;
  }
  order.set(spare.subarray(0, right), left);
  return left - from;
}

/** The value of the leaf that a row falls into. @param changed is told by which feature each split on its way changes it, and how far */
export function treeValue(
  tree: Tree,
  { codes, rows }: Binned,
  row: number,
  changed: (feature: number, by: number) => void,
): number {
  let node = 0;
  for (let feature = tree.feature[0] ?? -1; feature !== -1; feature = tree.feature[node] ?? -1) {
    const code = codes[feature * rows + row] ?? 0;
    const goesLeft = code === MISSING ? tree.isMissingLeft[node] === 1 : code <= (tree.bin[node] ?? 0);
    const next = (goesLeft ? tree.left[node] : tree.right[node]) ?? 0;
    changed(feature, (tree.value[next] ?? 0) - (tree.value[node] ?? 0));
    node = next;
  }
  return tree.value[node] ?? 0;
}
