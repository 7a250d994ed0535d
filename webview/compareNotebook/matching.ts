/**
 * Which execution of one run belongs to which of the other: by the cell's id, else by the longest common subsequence of
 * the sources, and what is left between two matches by how much of it is the same. Pure.
 */
import { type CellOutput, type Execution } from '../../src/protocol/notebooks';
import { isErrorAgain } from '../cells/words';
import { commonSubsequence } from './common';
import { similarity } from './lineDiff';

export interface Pair {
  readonly before: Execution | null;
  readonly after: Execution | null;
}

/** Less than this in common, and it is another cell. */
const LEAST_SIMILARITY = 0.3;
/** Comparisons of sources in one gap; in a larger one cells are taken in order. */
const MAX_COMPARISONS = 2500;

/** In the order of the later run, with what it lacks where it stood. */
export function matchExecutions(before: readonly Execution[], after: readonly Execution[]): Pair[] {
  const partner = byId(before, after);
  const takenBefore = new Set(partner.values());
  const restBefore = before.filter((one) => !takenBefore.has(one));
  const restAfter = after.filter((one) => !partner.has(one));
  const common = commonSubsequence(
    restBefore.map(({ source }) => source),
    restAfter.map(({ source }) => source),
  );
  let i = 0;
  let j = 0;
  for (const [left, right] of [...common, [restBefore.length, restAfter.length] as const]) {
    for (const [one, other] of bySimilarity(restBefore.slice(i, left), restAfter.slice(j, right)))
      partner.set(other, one);
    const one = restBefore[left];
    const other = restAfter[right];
    if (one && other) partner.set(other, one);
    i = left + 1;
    j = right + 1;
  }
  return inOrder(before, after, partner);
}

/** A cell that was executed several times is counted from its last time on: that is what stands in the notebook. */
function byId(before: readonly Execution[], after: readonly Execution[]): Map<Execution, Execution> {
  const timesBefore = timesById(before);
  const partner = new Map<Execution, Execution>();
  for (const [id, times] of timesById(after)) {
    const others = timesBefore.get(id) ?? [];
    for (let back = 1; back <= Math.min(times.length, others.length); back++) {
      const [one, other] = [others.at(-back), times.at(-back)];
      if (one && other) partner.set(other, one);
    }
  }
  return partner;
}

function timesById(executions: readonly Execution[]): Map<string, Execution[]> {
  const times = new Map<string, Execution[]>();
  for (const execution of executions) {
    const { cellId } = execution;
    if (cellId !== null) times.set(cellId, [...(times.get(cellId) ?? []), execution]);
  }
  return times;
}

/** Pairs in order, so that what they have in common is as much as can be. */
function bySimilarity(before: readonly Execution[], after: readonly Execution[]): [Execution, Execution][] {
  const pairs: [Execution, Execution][] = [];
  const [onlyBefore] = before;
  const [onlyAfter] = after;
  if (!onlyBefore || !onlyAfter) return pairs;
  // Between the same neighbours: the one cell was written anew. With ids it would have kept its own.
  const isWithoutId = onlyBefore.cellId === null || onlyAfter.cellId === null;
  if (before.length === 1 && after.length === 1 && isWithoutId) return [[onlyBefore, onlyAfter]];
  if (before.length * after.length > MAX_COMPARISONS) return pairs;
  const likeness = before.map((one) => after.map((other) => similarity(one.source, other.source)));
  const like = (i: number, j: number) => likeness[i]?.[j] ?? 0;
  const width = after.length + 1;
  const best = new Float64Array((before.length + 1) * width);
  const rest = (i: number, j: number) => best[i * width + j] ?? 0;
  const taken = (i: number, j: number) => (like(i, j) < LEAST_SIMILARITY ? 0 : like(i, j) + rest(i + 1, j + 1));
  for (let i = before.length - 1; i >= 0; i--)
    for (let j = after.length - 1; j >= 0; j--)
      best[i * width + j] = Math.max(taken(i, j), rest(i + 1, j), rest(i, j + 1));
  for (let i = 0, j = 0; i < before.length && j < after.length;) {
    const [one, other] = [before[i], after[j]];
    if (one && other && taken(i, j) > 0 && taken(i, j) === rest(i, j)) {
      pairs.push([one, other]);
      i++;
      j++;
    } else if (rest(i + 1, j) >= rest(i, j + 1)) i++;
    else j++;
  }
  return pairs;
}

function inOrder(
  before: readonly Execution[],
  after: readonly Execution[],
  partner: ReadonlyMap<Execution, Execution>,
): Pair[] {
  const matched = new Set(partner.values());
  const pairs: Pair[] = [];
  let next = 0;
  // What is gone stands before the first that comes after it and is still there.
  const goneUpTo = (end: number) => {
    for (; next < end; next++) {
      const one = before[next];
      if (one && !matched.has(one)) pairs.push({ before: one, after: null });
    }
  };
  for (const other of after) {
    const one = partner.get(other) ?? null;
    if (one) goneUpTo(before.indexOf(one));
    pairs.push({ before: one, after: other });
  }
  goneUpTo(before.length);
  return pairs;
}

/** Files that must have the same bytes if two executions are to be the same. */
export interface FilePair {
  readonly before: string;
  readonly after: string;
}

export type Verdict =
  | { readonly is: 'added' | 'removed' }
  | { readonly is: 'changed'; readonly source: boolean; readonly outputs: boolean; readonly state: boolean }
  | { readonly is: 'same'; readonly files: readonly FilePair[] };

/** What is to be seen of two executions without a look into their files. */
export function verdictOf({ before, after }: Pair): Verdict {
  if (!before) return { is: 'added' };
  if (!after) return { is: 'removed' };
  const source = before.source !== after.source;
  const state = before.state !== after.state || errorText(before) !== errorText(after);
  const files = sameOutputs(shownOutputs(before), shownOutputs(after));
  const outputs = files === null || before.moreOutputs !== after.moreOutputs;
  if (source || state || outputs) return { is: 'changed', source, outputs, state };
  return { is: 'same', files };
}

const shownOutputs = ({ outputs, error }: Execution) => outputs.filter((one) => !isErrorAgain(one, error !== null));

const errorText = ({ error }: Execution) => (error === null ? '' : bare(`${error.name}: ${error.message}`));

/** @returns the files that still have to be looked into; null if they differ anyway */
function sameOutputs(before: readonly CellOutput[], after: readonly CellOutput[]): FilePair[] | null {
  if (before.length !== after.length) return null;
  const files: FilePair[] = [];
  for (const [at, one] of before.entries()) {
    const other = after[at];
    if (one.mime !== other?.mime || one.name !== other.name || bare(one.data) !== bare(other.data)) return null;
    if ((one.path === null) !== (other.path === null)) return null;
    if (one.path === null || other.path === null) continue;
    if (one.sizeBytes !== other.sizeBytes) return null;
    files.push({ before: one.path, after: other.path });
  }
  return files;
}

/** Where an object lies in memory is another place in every run. */
function bare(text: string | null): string | null {
  return text?.replaceAll(/\bat 0x[0-9a-fA-F]+/g, 'at 0x…') ?? null;
}

/** Pairs and, in their place, how many that are the same follow each other. */
export type Row = Pair & { readonly verdict: Verdict };
export type Folded =
  { readonly kind: 'row'; readonly row: Row } | { readonly kind: 'same'; readonly rows: readonly Row[] };

export function foldSame(rows: readonly Row[]): Folded[] {
  const folded: Folded[] = [];
  for (const row of rows) {
    const last = folded.at(-1);
    if (row.verdict.is !== 'same') folded.push({ kind: 'row', row });
    else if (last?.kind === 'same') folded[folded.length - 1] = { kind: 'same', rows: [...last.rows, row] };
    else folded.push({ kind: 'same', rows: [row] });
  }
  return folded;
}
