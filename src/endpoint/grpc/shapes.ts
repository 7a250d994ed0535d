/** Shapes as messages have them. */

/** What is no exact number is no size either, and is refused with those. */
export const sizesOf = (sizes: Iterable<bigint>): number[] => Array.from(sizes, Number);

export const numbersOf = (sizes: readonly number[]): BigInt64Array => BigInt64Array.from(sizes, BigInt);
