/** How much of one sample must be moved for it to have the shares of the other, and whether chance moves as much. */
import { randomFrom, type Random } from '../random';
import type { TestOptions, TestResult } from '../samples';
import { type PairedCounts, sharesOf } from './counts';
import { deal, type Deck, deckOf } from './dealing';

/**
 * The total variation distance, half of the summed differences of shares, from 0 to 1; with the p-value of a permutation test:
 * how often two samples of these sizes, dealt out of all rows, are as far apart (Phipson & Smyth 2010: one is counted to both,
 * so that it never is 0).
 */
export function totalVariation(counts: PairedCounts, { seed, permutations }: TestOptions): TestResult {
  const shares = sharesOf(counts);
  let sum = 0;
  for (let at = 0; at < shares.reference.length; at++)
    sum += Math.abs((shares.reference[at] ?? 0) - (shares.current[at] ?? 0));
  return { statistic: Math.min(1, sum / 2), pValue: permuted(counts, randomFrom(seed), permutations) };
}

function permuted(counts: PairedCounts, random: Random, permutations: number): number {
  const deck = deckOf(counts);
  // As far apart, not as near as rounding: where the products are below 2^53 they are whole numbers.
  const least = observed(counts, deck.rows) * (1 - 1e-12);
  let hits = 0;
  for (let round = 0; round < permutations; round++) if (dealtApart(deck, random) >= least) hits++;
  return (1 + hits) / (1 + permutations);
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

function dealtApart(deck: Deck, random: Random): number {
  const { rows, drawn, single } = deck;
  let sum = 0;
  const ofSingle = deal(deck, random, (dealt, count) => {
    sum += Math.abs(dealt * rows - count * drawn);
  });
  return sum + ofSingle * (rows - drawn) + (single - ofSingle) * drawn;
}
