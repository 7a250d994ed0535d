/**
 * What stands for a share of 0 where its logarithm is taken. The choice moves a divergence as much as the data do where bins are
 * empty, so each has a name.
 */

export interface ZeroFill {
  /** @param shares of one sample. @param count how large the sample is. @returns what a share of 0 is taken for */
  readonly share: (shares: Float64Array, count: number) => number;
  /** Whether it also holds for bins that both samples leave empty; else these do not count. */
  readonly isForBothEmpty: boolean;
}

/** Half of a row: an empty bin never counts for more than one that has a row (Haldane 1956; Anscombe 1956). */
export const halfRow: ZeroFill = { share: (_, count) => 0.5 / count, isForBothEmpty: false };

/** 0.0001, as scorecards have it, however large the sample is. */
export const tenThousandth: ZeroFill = { share: () => 1e-4, isForBothEmpty: false };

/** Evidently's: 0.0001, and a millionth of the smallest share where that is 0.0001 or less. */
export const evidentlyFill: ZeroFill = {
  share: (shares) => {
    let smallest = Infinity;
    for (const share of shares) if (share > 0 && share < smallest) smallest = share;
    return smallest <= 1e-4 ? smallest / 1e6 : 1e-4;
  },
  isForBothEmpty: true,
};

/** The shares without any 0; they sum to more than 1 then. */
export function filled(shares: Float64Array, count: number, { share: fill }: ZeroFill): Float64Array {
  const least = fill(shares, count);
  return shares.map((share) => (share === 0 ? least : share));
}
