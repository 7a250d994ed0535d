/** An order of a graph's nodes in which each stands behind those that it follows on. */

/** For each node, by its index, those that it follows on. */
export type Followed = readonly (readonly number[])[];

export interface Ordered {
  readonly order: number[];
  /** How many nodes lie on a cycle or behind one; they stand at the end, in the order in which they came. */
  readonly cyclic: number;
}

/**
 * Kahn's algorithm. Of several that may be next it takes the one that comes first in the file: exporters write what
 * belongs together in one piece.
 */
export function inOrder(followed: Followed): Ordered {
  const size = followed.length;
  if (followed.every((before, node) => before.every((other) => other < node)))
    return { order: Array.from({ length: size }, (_, node) => node), cyclic: 0 };
  const next: number[][] = Array.from({ length: size }, () => []);
  const open = new Int32Array(size);
  followed.forEach((before, node) => {
    for (const other of before) next[other]?.push(node);
    open[node] = before.length;
  });
  const ready = new Smallest();
  open.forEach((count, node) => {
    if (count === 0) ready.add(node);
  });
  const order: number[] = [];
  const isDone = new Uint8Array(size);
  for (let node = ready.take(); node !== undefined; node = ready.take()) {
    order.push(node);
    isDone[node] = 1;
    for (const other of next[node] ?? []) {
      const left = (open[other] ?? 0) - 1;
      open[other] = left;
      if (left === 0) ready.add(other);
    }
  }
  const cyclic = size - order.length;
  if (cyclic > 0) isDone.forEach((done, node) => done === 1 || order.push(node));
  return { order, cyclic };
}

/** @param inOrder nodes, each behind those that it follows on. @returns the longest way to each from where nothing is before it */
export function layersOf(order: readonly number[], followed: Followed): number[] {
  const layers = Array.from({ length: followed.length }, () => 0);
  for (const node of order)
    layers[node] = (followed[node] ?? []).reduce((layer, other) => Math.max(layer, (layers[other] ?? 0) + 1), 0);
  return layers;
}

/** Numbers of which the smallest is taken first: a binary heap. */
class Smallest {
  private readonly heap: number[] = [];

  add(value: number): void {
    const { heap } = this;
    let at = heap.push(value) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if ((heap[parent] ?? 0) <= value) break;
      heap[at] = heap[parent] ?? 0;
      at = parent;
    }
    heap[at] = value;
  }

  take(): number | undefined {
    const { heap } = this;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      if (left >= heap.length) break;
      const child = left + 1 < heap.length && (heap[left + 1] ?? 0) < (heap[left] ?? 0) ? left + 1 : left;
      if ((heap[child] ?? 0) >= last) break;
      heap[at] = heap[child] ?? 0;
      at = child;
    }
    heap[at] = last;
    return first;
  }
}
