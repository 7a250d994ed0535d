/** How one source became another, line by line. Pure. */
import { commonSubsequence } from './common';

export interface DiffLine {
  readonly kind: 'same' | 'removed' | 'added';
  readonly text: string;
}

/** `count` lines that are the same on both sides, left out. */
export interface Fold {
  readonly kind: 'fold';
  readonly count: number;
}

/** Around each change. */
const CONTEXT_LINES = 3;

export function diffLines(before: string, after: string): DiffLine[] {
  const left = before.split('\n');
  const right = after.split('\n');
  const lines: DiffLine[] = [];
  let i = 0;
  let j = 0;
  const upTo = (leftEnd: number, rightEnd: number) => {
    while (i < leftEnd) lines.push({ kind: 'removed', text: left[i++] ?? '' });
    while (j < rightEnd) lines.push({ kind: 'added', text: right[j++] ?? '' });
  };
  for (const [leftAt, rightAt] of commonSubsequence(left, right)) {
    upTo(leftAt, rightAt);
    lines.push({ kind: 'same', text: left[leftAt] ?? '' });
    i = leftAt + 1;
    j = rightAt + 1;
  }
  upTo(left.length, right.length);
  return lines;
}

/** The changes with a few lines around them. */
export function foldedLines(lines: readonly DiffLine[]): (DiffLine | Fold)[] {
  const near = lines.map((_, at) =>
    lines.slice(Math.max(0, at - CONTEXT_LINES), at + CONTEXT_LINES + 1).some(({ kind }) => kind !== 'same'),
  );
  const folded: (DiffLine | Fold)[] = [];
  for (const [at, line] of lines.entries()) {
    if (near[at]) {
      folded.push(line);
      continue;
    }
    const last = folded.at(-1);
    if (last?.kind === 'fold') folded[folded.length - 1] = { kind: 'fold', count: last.count + 1 };
    else folded.push({ kind: 'fold', count: 1 });
  }
  return folded;
}

/** From 0 to 1: the share of lines that two sources have in common. */
export function similarity(before: string, after: string): number {
  const left = before.split('\n').map((line) => line.trim());
  const right = after.split('\n').map((line) => line.trim());
  return (2 * commonSubsequence(left, right).length) / (left.length + right.length);
}
