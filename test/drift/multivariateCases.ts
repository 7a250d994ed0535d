/** Pairs of samples of several features, and whether a component of them has drifted. */
import type { PairedNumbers } from '../../src/drift/samples';
import { normal, normals, rowsOf } from './samplesOfChance';

export type Rows = readonly (readonly number[])[];
export interface Pair {
  readonly reference: Rows;
  readonly current: Rows;
}

/** Columns that go together as much as `together` says, from -1 to 1, each of them standard normal by itself. */
export const correlated = (count: number, seed: number, together: number): Rows =>
  rowsOf(count, seed, (random) => {
    const [one, other] = [normal(random), normal(random)];
    return [one, together * one + Math.sqrt(1 - together ** 2) * other, normal(random)];
  });

/** Four columns that two hidden numbers make, with some noise. */
export const hidden = (count: number, seed: number, turn: 1 | -1): Rows =>
  rowsOf(count, seed, (random) => {
    const [one, other] = [normal(random), normal(random)];
    const noise = () => 0.3 * normal(random);
    return [one + noise(), 5 * one + noise(), other + noise(), 100 + turn * other + noise()];
  });

/** Whole numbers of few values, one of many, and one that is missing at that rate. */
export const mixed = (count: number, seed: number, chance: number, missing: number): Rows =>
  rowsOf(count, seed, (random) => [
    Math.floor(random() * 4),
    random() < chance ? 1 : 0,
    normal(random) * 1000,
    random() < missing ? NaN : normal(random),
  ]);

export const RECONSTRUCTIONS: Record<string, Pair & { share: number; chunks: number }> = {
  'the same': { reference: hidden(1000, 1, 1), current: hidden(500, 2, 1), share: 0.65, chunks: 10 },
  'turned around': { reference: hidden(1000, 1, 1), current: hidden(500, 2, -1), share: 0.65, chunks: 10 },
  'more components': { reference: normals(300, 12, 3), current: normals(200, 12, 4, 0.5), share: 0.9, chunks: 6 },
  'some missing': { reference: mixed(600, 1, 0.5, 0.2), current: mixed(400, 2, 0.5, 0.2), share: 0.65, chunks: 10 },
  'huge and tiny': {
    reference: normals(200, 4, 5).map(([a = 0, b = 0, c = 0, d = 0]) => [a * 1e150, b * 1e-150, c + d, d + 1e6]),
    current: normals(100, 4, 6).map(([a = 0, b = 0, c = 0, d = 0]) => [a * 1e150, b * 1e-150, c - d, d + 1e6]),
    share: 0.65,
    chunks: 5,
  },
};

export const CLASSIFIED: Record<string, Pair> = {
  'no shift': { reference: normals(2000, 5, 1), current: normals(2000, 5, 2) },
  'one shifted mean': {
    reference: normals(2000, 5, 3),
    current: normals(1500, 5, 4).map(([first = 0, ...rest]) => [first + 0.7, ...rest]),
  },
  'a changed correlation': { reference: correlated(2000, 5, 0.7), current: correlated(2000, 6, -0.7) },
  'whole numbers': { reference: mixed(2000, 7, 0.4, 0), current: mixed(2000, 8, 0.6, 0) },
  'missing values': { reference: mixed(2000, 9, 0.5, 0.05), current: mixed(2000, 10, 0.5, 0.4) },
  'unequal sizes': { reference: normals(4000, 4, 11), current: normals(200, 4, 12, 0.5) },
};

export const LOGISTIC: Record<string, Pair> = {
  'no shift': { reference: normals(500, 10, 1), current: normals(500, 10, 2) },
  shifted: { reference: normals(500, 10, 3), current: normals(300, 10, 4, 0.2) },
  'told apart by one': {
    reference: normals(200, 3, 5),
    current: normals(200, 3, 6).map(([first = 0, ...rest]) => [first + 50, ...rest]),
  },
};

export const DISCREPANCIES: Record<string, Pair & { permutations: number }> = {
  'equal distributions': { reference: normals(120, 3, 1), current: normals(80, 3, 2), permutations: 999 },
  'a shift that is hardly seen': { reference: normals(60, 2, 3), current: normals(60, 2, 4, 0.3), permutations: 999 },
  'a shift': { reference: normals(100, 3, 5), current: normals(100, 3, 6, 1), permutations: 999 },
  'a changed correlation': { reference: correlated(150, 7, 0.8), current: correlated(150, 8, -0.8), permutations: 999 },
  ties: {
    reference: mixed(90, 1, 0.5, 0).map((row) => row.slice(0, 2)),
    current: mixed(70, 2, 0.6, 0).map((row) => row.slice(0, 2)),
    permutations: 999,
  },
  'two rows and three': { reference: [[0], [1]], current: [[0.5], [3], [4]], permutations: 999 },
  'very unequal sizes': { reference: normals(400, 2, 9), current: normals(5, 2, 10, 1), permutations: 999 },
};

export const RANKS: Record<string, { positive: readonly number[]; negative: readonly number[] }> = {
  'without ties': { positive: [3, 1, 4.5, 7], negative: [2, 0, -1, 3.5, 4] },
  'with ties': { positive: [1, 1, 2, 3, 3, 3], negative: [1, 2, 2, 3, 0] },
  'one and one': { positive: [1], negative: [2] },
  'huge and tiny': { positive: [1e308, 1e-308, -1e308], negative: [5e-324, 0, 1e300] },
  many: {
    positive: normals(60_000, 1, 1, 0.01)
      .flat()
      .map((value) => Math.round(value * 100)),
    negative: normals(50_000, 1, 2)
      .flat()
      .map((value) => Math.round(value * 100)),
  },
};

export const EMBEDDINGS: Record<string, Pair> = {
  'of the same': { reference: normals(300, 16, 1, 0.5), current: normals(300, 16, 2, 0.5) },
  'some components moved': {
    reference: normals(300, 16, 3, 0.5),
    current: normals(250, 16, 4, 0.5).map((row) => row.map((value, at) => (at < 5 ? value + 0.6 : value))),
  },
};

/** As Evidently has it: the normed Wasserstein distance is 0.1 or more. Written out here, so that nothing else is tested. */
export function hasDrifted({ values, reference, current, referenceCount, currentCount }: PairedNumbers): boolean {
  let [distance, own, other, sum, squares] = [0, 0, 0, 0, 0];
  for (const [at, value] of values.entries()) {
    own += (reference[at] ?? 0) / referenceCount;
    other += (current[at] ?? 0) / currentCount;
    distance += Math.abs(own - other) * ((values[at + 1] ?? value) - value);
    sum += value * (reference[at] ?? 0);
    squares += value ** 2 * (reference[at] ?? 0);
  }
  return distance / Math.max(Math.sqrt(squares / referenceCount - (sum / referenceCount) ** 2), 0.001) >= 0.1;
}
