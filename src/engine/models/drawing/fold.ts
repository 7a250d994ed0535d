/**
 * Folding a graph that is too large to be drawn. Groups are pieces of an order in which every node stands behind those that
 * it follows on: an edge leads from a piece to a later one or stays within it, so that whatever is folded, no cycle comes of
 * it. The whole is one piece at first; the largest is opened as long as there is room: into the scopes of its nodes' names
 * (`/layer1/conv/…`), then into blocks that repeat, then into straight chains, then into its nodes.
 */
import type { Followed } from './order';
import { repeatedBlocks } from './repeats';

export interface Foldable {
  readonly type: string;
  /** The parts of its name without the last: `layer1`, `conv`. */
  readonly scope: readonly string[];
}

/** Nodes of the order from `start` to before `end`. */
export interface Piece {
  readonly start: number;
  readonly end: number;
  /** How much of its nodes' scopes has been taken into account. */
  readonly depth: number;
  readonly name: string;
}

/** What can't be opened otherwise is cut into this many. */
const EVEN_PIECES = 20;

interface Ordered {
  readonly nodes: readonly Foldable[];
  /** Indices of `nodes`. */
  readonly order: readonly number[];
  readonly followed: Followed;
}

/** Whether the node at a place of the order follows on the one before it alone, and nothing else does. */
type GoesOn = (place: number) => boolean;

export function fold({ nodes, order, followed }: Ordered, most: number): Piece[] {
  const at = (place: number): Foldable => nodes[order[place] ?? -1] ?? { type: '', scope: [] };
  const goesOn = straight(order, followed);
  const whole: Piece = { start: 0, end: order.length, depth: 0, name: '' };
  const pieces = new Map<number, Piece>([[0, whole]]);
  const closed = new Set<Piece>();
  for (;;) {
    const waiting = [...pieces.values()].filter((piece) => !closed.has(piece));
    const size = waiting.reduce((largest, piece) => Math.max(largest, sizeOf(piece)), 0);
    if (size < 2) break;
    // Layers of one kind are of one size: all of them are opened, or none.
    const alike = waiting.filter((piece) => sizeOf(piece) === size);
    const room = Math.floor((most - pieces.size) / alike.length) + 1;
    for (const piece of alike) {
      const opened = room < 2 ? null : open(piece, at, goesOn, room, order.length);
      if (opened === null) closed.add(piece);
      else for (const part of opened) pieces.set(part.start, part);
    }
  }
  return [...pieces.values()].toSorted((left, right) => left.start - right.start);
}

const sizeOf = ({ start, end }: Piece): number => end - start;

/** @returns more than one piece and at most `room`, or null */
function open(
  piece: Piece,
  at: (place: number) => Foldable,
  goesOn: GoesOn,
  room: number,
  total: number,
): Piece[] | null {
  const fits = (pieces: readonly Piece[]) => pieces.length > 1 && pieces.length <= room;
  for (let { depth } = piece; ; depth++) {
    const scopes = byScope({ ...piece, depth }, at);
    if (scopes === null) break;
    if (fits(scopes)) return scopes;
    // Scopes that are too many stand for something: to go on below them would be more still.
    if (scopes.length > room) break;
  }
  const types = Array.from({ length: sizeOf(piece) }, (_, place) => at(piece.start + place).type);
  const blocks = repeatedBlocks(types, room).map(({ start, end, name }) => partOf(piece, start, end, name));
  if (fits(blocks)) return blocks;
  const singles = Array.from({ length: sizeOf(piece) }, (_, place) => partOf(piece, place, place + 1, ''));
  if (fits(singles)) return singles;
  const chained = chains(piece, goesOn);
  if (fits(chained)) return chained;
  // Whatever it is, it would hide too much of the graph.
  const count = Math.min(EVEN_PIECES, room, sizeOf(piece));
  if (count < 2 || sizeOf(piece) * EVEN_PIECES < total) return null;
  const even = Math.ceil(sizeOf(piece) / count);
  return Array.from({ length: Math.ceil(sizeOf(piece) / even) }, (_, place) =>
    partOf(piece, place * even, Math.min((place + 1) * even, sizeOf(piece)), ''),
  );
}

function partOf(piece: Piece, start: number, end: number, name: string): Piece {
  const path = [piece.name, name].filter((part) => part !== '').join(' ');
  return { start: piece.start + start, end: piece.start + end, depth: piece.depth, name: path };
}

/** Runs of nodes of one scope at the depth of the piece; null where none of its nodes has a scope so deep. */
function byScope(piece: Piece, at: (place: number) => Foldable): Piece[] | null {
  const found: Piece[] = [];
  let isDeep = false;
  let start = piece.start;
  for (let place = piece.start; place < piece.end; place++) {
    const { scope } = at(place);
    if (scope.length > piece.depth) isDeep = true;
    const next = place + 1 < piece.end ? at(place + 1).scope : null;
    if (next !== null && isSame(scope, next, piece.depth + 1)) continue;
    const name = scope.slice(0, piece.depth + 1).join('/');
    found.push({ start, end: place + 1, depth: piece.depth + 1, name: name === '' ? piece.name : `/${name}` });
    start = place + 1;
  }
  return isDeep ? found : null;
}

/** Whether two scopes are the same as far as a depth. */
function isSame(left: readonly string[], right: readonly string[], depth: number): boolean {
  for (let part = 0; part < depth; part++) if (left[part] !== right[part]) return false;
  return true;
}

/** Runs in which each node follows on the one before it alone. */
function chains(piece: Piece, goesOn: GoesOn): Piece[] {
  const found: Piece[] = [];
  let start = piece.start;
  for (let place = piece.start + 1; place <= piece.end; place++) {
    if (place < piece.end && goesOn(place)) continue;
    found.push({ ...piece, start, end: place });
    start = place;
  }
  return found;
}

function straight(order: readonly number[], followed: Followed): GoesOn {
  const uses = new Int32Array(followed.length);
  for (const before of followed) for (const node of before) uses[node] = (uses[node] ?? 0) + 1;
  return (place) => {
    const previous = order[place - 1] ?? -1;
    const before = followed[order[place] ?? -1] ?? [];
    return before.length === 1 && before[0] === previous && uses[previous] === 1;
  };
}
