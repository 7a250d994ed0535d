/** What is asked in a soak of serving, and what is right: all of it follows from the connection and the number of the request. */
import type { ConnectionReport } from './report';

export const MODEL = 'model';
/** Of this many requests one gets a label. */
const LABEL_EVERY = 50;
const LABEL_AT = 7;
const WIDTH = 3;
const MAX_ROWS = 4;

export const PROTOCOLS = ['oip', 'oip-binary', 'mlflow', 'kserve-v1', 'grpc'] as const;
export type Protocol = (typeof PROTOCOLS)[number];

/** Of the first process, the first connection: `0.0`. Its requests are numbered: `0.0.17`. */
export const idOf = (connection: string, number: number): string => `${connection}.${number.toString(36)}`;

export function partsOf(id: string): { readonly connection: string; readonly number: number } | null {
  const found = /^(\d+\.\d+)\.([0-9a-z]+)$/.exec(id);
  return found?.[1] === undefined || found[2] === undefined
    ? null
    : { connection: found[1], number: Number.parseInt(found[2], 36) };
}

export const hasLabel = (number: number): boolean => number % LABEL_EVERY === LABEL_AT;

/** Of a connection that has answered so many. */
export const labelsOf = ({ answered }: ConnectionReport): number =>
  answered > LABEL_AT ? Math.floor((answered - 1 - LABEL_AT) / LABEL_EVERY) + 1 : 0;

/** Quarters, which all numbers keep exactly. */
export function rowsOf(connection: string, number: number): number[][] {
  const [process = 0, at = 0] = connection.split('.').map(Number);
  const seed = number + 7919 * at + 104_729 * process;
  return Array.from({ length: 1 + (seed % MAX_ROWS) }, (_, row) =>
    Array.from({ length: WIDTH }, (_, column) => (((seed + 31 * row) * (2 * column + 3) + 17 * column) % 47) / 4 - 6),
  );
}

/** What the model says of a row: the first of its largest numbers, and their softmax. */
export function rightOf(row: readonly number[]): { readonly label: number; readonly probability: readonly number[] } {
  const most = Math.max(...row);
  const powers = row.map((one) => Math.exp(one - most));
  const sum = powers.reduce((total, one) => total + one, 0);
  return { label: row.indexOf(most), probability: powers.map((one) => one / sum) };
}

/** Why what was told is wrong; null for what is right. */
export function wrongOf(
  rows: readonly (readonly number[])[],
  labels: readonly number[],
  probabilities: readonly (readonly number[])[],
): string | null {
  for (const [at, row] of rows.entries()) {
    const right = rightOf(row);
    const told = probabilities[at] ?? [];
    const isNear = right.probability.every((one, column) => Math.abs(one - (told[column] ?? NaN)) <= 1e-5);
    if (labels[at] !== right.label || !isNear)
      return `of ${JSON.stringify(row)} it said ${String(labels[at])} and ${JSON.stringify(told)}, not ${JSON.stringify(right)}`;
  }
  return labels.length === rows.length ? null : `${String(labels.length)} answers to ${String(rows.length)} rows`;
}
