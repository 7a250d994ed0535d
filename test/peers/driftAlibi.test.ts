/** Drift beside alibi-detect: of the same columns the same statistics, p-values and verdicts, and of all columns together the same kernel's. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureVenv } from '../../scripts/lib/python.mjs';
import { adjusted } from '../../src/protocol/driftAdjusted';
import { chiSquaredYates } from '../../src/drift/categories/chiSquared';
import { pairedCounts } from '../../src/drift/categories/counts';
import { domainClassifier } from '../../src/drift/multivariate/domainClassifier';
import { matrixOf } from '../../src/drift/multivariate/matrix';
import { maximumMeanDiscrepancy } from '../../src/drift/multivariate/maximumMeanDiscrepancy';
import { cramerVonMises } from '../../src/drift/numbers/cramerVonMises';
import { kolmogorovSmirnov } from '../../src/drift/numbers/kolmogorovSmirnov';
import { paired, type PairedNumbers, type TestResult } from '../../src/drift/samples';
import { kolmogorovTail } from '../../src/drift/special/kolmogorov';
import { here, run } from './servingModels';

const folder = mkdtempSync(join(tmpdir(), 'lw-alibi-'));
const options = { seed: 7, permutations: 0 };
const P = 0.05;

interface Said {
  readonly p: readonly number[];
  readonly distance: readonly number[];
  /** Of FDR a list of those of all ranks, where none of the p-values is below its own. */
  readonly threshold: number | readonly number[];
  /** Of the table, or of each feature. */
  readonly drift: readonly boolean[];
}
interface Case {
  readonly name: string;
  /** Columns. */
  readonly reference: readonly (readonly number[])[];
  readonly current: readonly (readonly number[])[];
  /** Which columns are categories. */
  readonly categories: readonly number[];
  readonly columns: Readonly<Record<'bonferroni' | 'fdr' | 'feature' | 'ks' | 'cvm', Said>> & { readonly chi2?: Said };
  /** Rows, in standard deviations of the reference. */
  readonly together?: {
    readonly reference: readonly (readonly number[])[];
    readonly current: readonly (readonly number[])[];
    readonly mmd: { readonly sigma: number; readonly statistic: number; readonly p: number };
    readonly classifier: { readonly auc: number; readonly p: number; readonly drift: boolean };
  };
}

let cases: readonly Case[] = [];

beforeAll(async () => {
  const python = await ensureVenv('venv-alibi', join(here, 'alibi.txt'));
  // More threads than one wait for each other more than they help.
  const env = { ...process.env, OMP_NUM_THREADS: '1' };
  await run(python, ['-W', 'ignore', join(here, 'drift_alibi.py'), folder], { env });
  cases = JSON.parse(readFileSync(join(folder, 'alibi.json'), 'utf8')) as typeof cases;
}, 900_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const numbersOf = (one: Case, column: number): PairedNumbers =>
  paired(Float64Array.from(one.reference[column] ?? []).sort(), Float64Array.from(one.current[column] ?? []).sort());

const numericOf = ({ reference, categories }: Case): number[] =>
  reference.flatMap((_, column) => (categories.includes(column) ? [] : [column]));

function chiSquaredOf(one: Case, column: number): TestResult {
  const [reference, current] = [one.reference[column] ?? [], one.current[column] ?? []];
  const values = [...new Set([...reference, ...current])];
  const counts = (side: readonly number[]): number[] =>
    values.map((value) => side.filter((cell) => cell === value).length);
  return chiSquaredYates(pairedCounts(counts(reference), counts(current)));
}

/** It takes the limit for the p-value of Kolmogorov and Smirnov whatever the number of rows is. */
function limitOf(samples: PairedNumbers): number {
  const { referenceCount: n, currentCount: m } = samples;
  const size = (n * m) / (n + m);
  // As numpy rounds: a half to the even number.
  const rounded = size % 1 === 0.5 ? 2 * Math.round(size / 2) : Math.round(size);
  return kolmogorovTail(rounded, kolmogorovSmirnov(samples, options).statistic);
}

/** It keeps figures in single precision: a double of ours is the same where it is rounded to the same, or to its neighbour. */
const near = (own: number | null | undefined, other: number | undefined, least = 1e-9): boolean =>
  Math.abs((own ?? NaN) - (other ?? NaN)) <= 1.2e-7 * Math.abs(other ?? NaN) + least;

/** How many figures were compared, and those that differ. */
function differing(of: 'ks' | 'cvm' | 'chi2', result: (one: Case, column: number) => TestResult, least = 1e-9) {
  const off: unknown[] = [];
  let compared = 0;
  for (const one of cases) {
    const said = one.columns[of];
    const columns = of === 'chi2' ? one.categories : numericOf(one);
    for (const [at, column] of columns.entries()) {
      const own = result(one, column);
      compared++;
      if (!near(own.statistic, said?.distance[at], 1e-9) || !near(own.pValue, said?.p[at], least))
        off.push({ table: one.name, column, own, p: said?.p[at], distance: said?.distance[at] });
    }
  }
  return { off, compared };
}

describe('columns one by one', () => {
  it('have the statistics of Kolmogorov and Smirnov, and their p-values in the limit', () => {
    const { off, compared } = differing('ks', (one, column) => {
      const samples = numbersOf(one, column);
      return { ...kolmogorovSmirnov(samples, options), pValue: limitOf(samples) };
    });
    expect(off).toEqual([]);
    expect(compared).toBeGreaterThan(200);
  });

  it('have an exact p-value here where it has the limit: of few rows they differ by more than a hundredth', () => {
    const distances = cases.flatMap((one) =>
      numericOf(one).map((column, at) => ({
        rows: (one.reference[column] ?? []).length,
        exact: kolmogorovSmirnov(numbersOf(one, column), options).pValue ?? NaN,
        limit: one.columns.ks.p[at] ?? NaN,
      })),
    );
    const most = (rows: (count: number) => boolean): number =>
      Math.max(...distances.filter((one) => rows(one.rows)).map(({ exact, limit }) => Math.abs(exact - limit)));
    expect(most((rows) => rows < 100)).toBeGreaterThan(0.01);
    expect(most((rows) => rows > 10_000)).toBeLessThan(1e-7);
  });

  it('have the same statistics and p-values of Cramér and von Mises', () => {
    // Its series ends at terms of 1e-7.
    const { off, compared } = differing('cvm', (one, column) => cramerVonMises(numbersOf(one, column), options), 1e-6);
    expect(off).toEqual([]);
    expect(compared).toBeGreaterThan(200);
  });

  it('have the same statistics and p-values of chi-squared tests, corrected for continuity where there are two values', () => {
    const { off, compared } = differing('chi2', chiSquaredOf);
    expect(off).toEqual([]);
    expect(compared).toBeGreaterThan(50);
  });
});

describe('all columns judged together', () => {
  const valuesOf = (one: Case): number[] =>
    one.reference.map((_, column) => {
      const isCategory = one.categories.includes(column);
      return (isCategory ? chiSquaredOf(one, column).pValue : limitOf(numbersOf(one, column))) ?? NaN;
    });

  it('drift by the same p-values, adjusted after Benjamini and Hochberg, of the same features', () => {
    let drifting = 0;
    for (const one of cases) {
      const { fdr, bonferroni } = one.columns;
      const own = valuesOf(one);
      expect(own.filter((p, at) => !near(p, fdr.p[at]))).toEqual([]);
      expect(fdr.p).toEqual(bonferroni.p);
      const ours = adjusted(own).map((p) => (p ?? NaN) < P);
      const limit = typeof fdr.threshold === 'number' ? fdr.threshold : 0;
      expect([one.name, ours]).toEqual([one.name, fdr.p.map((p) => p < limit)]);
      expect([one.name, ours.some(Boolean)]).toEqual([one.name, fdr.drift[0]]);
      if (ours.some(Boolean)) drifting++;
    }
    // So many of each that it means something.
    expect(Math.min(drifting, cases.length - drifting)).toBeGreaterThan(5);
  });

  it('drift by the same p-values after Bonferroni', () => {
    for (const one of cases) {
      const own = valuesOf(one);
      const { threshold, drift } = one.columns.bonferroni;
      expect(threshold).toBeCloseTo(P / own.length, 12);
      expect([one.name, own.some((p) => p < P / own.length)]).toEqual([one.name, drift[0]]);
    }
  });

  it('are judged there one by one without any adjustment, whatever correction is asked for', () => {
    for (const { columns } of cases) {
      expect(columns.feature.threshold).toBe(P);
      expect(columns.feature.drift).toEqual(columns.fdr.p.map((p) => p < P));
    }
    const more = cases.filter(
      ({ columns }) => columns.fdr.drift[0] === false && columns.feature.drift.some((drifts) => drifts),
    );
    expect(more.length).toBeGreaterThan(1);
  });

  it('have the same maximum mean discrepancy with the same kernel, and its p-value within what chance does', () => {
    const permutations = 200;
    const tables = cases.flatMap(({ name, together }) => (together ? [{ name, ...together }] : []));
    for (const { name, reference, current, mmd } of tables) {
      const own = maximumMeanDiscrepancy(matrixOf(reference), matrixOf(current), {
        ...{ seed: 7, sigma: mmd.sigma, permutations },
      });
      expect([name, Math.abs((own?.statistic ?? NaN) - mmd.statistic) < 1e-9]).toEqual([name, true]);
      const p = own?.pValue ?? NaN;
      const error = Math.sqrt((2 * p * (1 - p)) / permutations) + 1 / permutations;
      expect([name, Math.abs(p - mmd.p) < 4 * error]).toEqual([name, true]);
    }
    expect(tables.length).toBeGreaterThan(10);
  });

  it('are told apart by a classifier as well as by its one with the trees of scikit-learn', () => {
    for (const { name, together } of cases) {
      if (!together) continue;
      const { reference, current, classifier } = together;
      const own = domainClassifier(matrixOf(reference), matrixOf(current), { seed: 7 });
      const distance = Math.abs((own?.auc ?? NaN) - classifier.auc);
      // Standard errors of an AUC of equal sides (Mann and Whitney 1947), of each of the two.
      const error = Math.sqrt((reference.length + current.length + 1) / (12 * reference.length * current.length));
      expect([name, own?.auc, classifier.auc, distance < 4 * error]).toEqual([name, own?.auc, classifier.auc, true]);
    }
  });
});
