/** Rows dealt out to two samples by chance, counted by their values: a draw of the multivariate hypergeometric distribution. */
import { below, type Random } from '../random';
import { aliasTable, type AliasTable, drawnFrom } from './alias';
import type { PairedCounts } from './counts';
import { hypergeometric } from './hypergeometric';
import { lnFactorial } from './lnFactorial';

/** More rows of one value than that are dealt by themselves: there are few such values. */
const FEW = 1024;

export interface Deck {
  readonly rows: number;
  /** How many fall to the reference. */
  readonly drawn: number;
  /** How many rows have each value, the most frequent first. */
  readonly frequent: Float64Array;
  /** The same of values that have some rows, and what they are dealt by. */
  readonly rare: RareValues | null;
  /** How many values have a single row. */
  readonly single: number;
}

interface RareValues {
  readonly counts: Float64Array;
  readonly rows: number;
  /** Of one of its rows, which value it has. */
  readonly valueOfRow: AliasTable;
  /** By the number of rows, how many of them fall to the reference if each is dealt by itself. Null: all are dealt one by one. */
  readonly binomials: ReadonlyMap<number, AliasTable> | null;
  /** Written anew by each deal. */
  readonly dealt: Float64Array;
}

export function deckOf({ reference, current, referenceCount, currentCount }: PairedCounts): Deck {
  const both = reference.map((count, at) => count + (current[at] ?? 0));
  const [rows, drawn] = [referenceCount + currentCount, referenceCount];
  const some = both.filter((count) => count > 1 && count <= FEW).sort();
  return {
    ...{ rows, drawn, rare: some.length === 0 ? null : rareOf(some, drawn / rows) },
    frequent: both
      .filter((count) => count > FEW)
      .sort()
      .reverse(),
    single: both.filter((count) => count === 1).length,
  };
}

function rareOf(counts: Float64Array, share: number): RareValues {
  const rows = counts.reduce((sum, count) => sum + count, 0);
  // Where less rows are dealt than there are values, that is done row by row.
  const isByRow = rows * share < counts.length;
  const binomials = new Map<number, AliasTable>();
  if (!isByRow) for (const count of new Set(counts)) binomials.set(count, aliasTable(binomialShares(count, share)));
  return {
    ...{ counts, rows, valueOfRow: aliasTable(counts), binomials: isByRow ? null : binomials },
    dealt: new Float64Array(counts.length),
  };
}

function binomialShares(count: number, share: number): Float64Array {
  return Float64Array.from({ length: count + 1 }, (_, some) => {
    const ways = lnFactorial(count) - lnFactorial(some) - lnFactorial(count - some);
    return Math.exp(ways + some * Math.log(share) + (count - some) * Math.log1p(-share));
  });
}

/**
 * Deals once.
 *
 * @param take is given how many of so many rows of a value fell to the reference. @returns how many of the single ones did
 */
export function deal(deck: Deck, random: Random, take: (dealt: number, count: number) => void): number {
  let [left, lot] = [deck.drawn, deck.rows];
  for (const count of deck.frequent) {
    const dealt = hypergeometric(count, lot - count, left, random);
    lot -= count;
    left -= dealt;
    take(dealt, count);
  }
  const { rare, single } = deck;
  if (rare === null) return left;
  const ofRare = hypergeometric(rare.rows, single, left, random);
  dealRare(rare, ofRare, random);
  for (let at = 0; at < rare.counts.length; at++) take(rare.dealt[at] ?? 0, rare.counts[at] ?? 0);
  return left - ofRare;
}

/**
 * Each row by itself first, as if by a coin: then as many are dealt as chance wills. Any so many rows are as likely as any others
 * then, and still are when rows are taken away or added at random until there are as many as there must be.
 */
function dealRare({ counts, valueOfRow, binomials, dealt }: RareValues, must: number, random: Random): void {
  let have = 0;
  if (binomials === null) dealt.fill(0);
  else {
    let [of, table]: [number, AliasTable | undefined] = [0, undefined];
    for (let at = 0; at < counts.length; at++) {
      const count = counts[at] ?? 0;
      if (count !== of) [of, table] = [count, binomials.get(count)];
      const some = table ? drawnFrom(table, random) : 0;
      dealt[at] = some;
      have += some;
    }
  }
  while (have !== must) {
    const at = drawnFrom(valueOfRow, random);
    const [own, count] = [dealt[at] ?? 0, counts[at] ?? 0];
    const isDealt = below(random, count) < own;
    if (have > must && isDealt) {
      dealt[at] = own - 1;
      have--;
    } else if (have < must && !isDealt) {
      dealt[at] = own + 1;
      have++;
    }
  }
}
