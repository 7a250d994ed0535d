/** How much of one sample must be moved for it to have the shares of the other, and whether chance moves as much. */
import { randomFrom, type Random } from '../random';
import type { TestOptions, TestResult } from '../samples';
import { type PairedCounts, sharesOf } from './counts';
import { hypergeometric } from './hypergeometric';

/**
 * The total variation distance, half of the summed differences of shares, from 0 to 1; with the p-value of a permutation test:
 * how often two samples of these sizes, dealt out of all rows, are as far apart (Phipson & Smyth 2010: one is counted to both,
 * so that it never is 0).
 *
 * Dealing is not done row by row: how many of each value fall to the reference has a multivariate hypergeometric distribution.
 */
export function totalVariation(counts: PairedCounts, { seed, permutations }: TestOptions): TestResult {
  const shares = sharesOf(counts);
  let sum = 0;
  for (let at = 0; at < shares.reference.length; at++)
    sum += Math.abs((shares.reference[at] ?? 0) - (shares.current[at] ?? 0));
  return { statistic: Math.min(1, sum / 2), pValue: permuted(counts, randomFrom(seed), permutations) };
}

function permuted(counts: PairedCounts, random: Random, permutations: number): number {
  const { referenceCount } = counts;
  const lot = lotOf(counts);
  // As far apart, not as near as rounding: where the products are below 2^53 they are whole numbers.
  const least = observed(counts, lot.rows) * (1 - 1e-12);
  let hits = 0;
  for (let round = 0; round < permutations; round++) if (isAsFar(lot, referenceCount, least, random)) hits++;
  return (1 + hits) / (1 + permutations);
}

/** Of each value, how many rows have it; those that have one row each are told together. */
interface Lot {
  readonly rows: number;
  readonly repeated: Float64Array;
  readonly single: number;
}

function lotOf({ reference, current, referenceCount, currentCount }: PairedCounts): Lot {
  const both = reference.map((count, at) => count + (current[at] ?? 0));
  const repeated = both.filter((count) => count > 1).sort();
  // The most frequent first: what is far off is seen at once.
  return {
    rows: referenceCount + currentCount,
    repeated: repeated.reverse(),
    single: both.filter((count) => count === 1).length,
  };
}

/** The summed differences of shares, times both sizes: |r n - t m| for r of t rows that fall to the m of n. */
function observed({ reference, current, referenceCount }: PairedCounts, rows: number): number {
  let sum = 0;
  for (let at = 0; at < reference.length; at++) {
    const own = reference[at] ?? 0;
    sum += Math.abs(own * rows - (own + (current[at] ?? 0)) * referenceCount);
  }
  return sum;
}

function isAsFar({ rows, repeated, single }: Lot, drawn: number, least: number, random: Random): boolean {
  let [lot, left, sum] = [rows, drawn, 0];
  for (const count of repeated) {
    const own = hypergeometric(count, lot - count, left, random);
    lot -= count;
    left -= own;
    sum += Math.abs(own * rows - count * drawn);
    if (sum >= least) return true;
  }
  // Of the single ones as many fall to the reference as it lacks.
  return sum + left * (rows - drawn) + (single - left) * drawn >= least;
}
