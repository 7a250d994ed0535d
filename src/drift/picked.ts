/**
 * One row of every so many: not always the same of them, as rows often come in the order of a clock, and each 24th of hourly ones is of
 * one hour. Where in its block a row lies is a Weyl sequence (Weyl 1916), which has no period. JavaScript and SQL have to say the same.
 */

/** The golden ratio, without its whole part. */
const RATIO = 0.6180339887498949;

/** Of `rows`, which row is that of block `at`. */
export const rowOfBlock = (at: number, size: number): number =>
  at * size + Math.floor((at * RATIO - Math.floor(at * RATIO)) * size);

/** Blocks that are whole: the rest of the rows is passed over. */
export const blocksIn = (rows: number, size: number): number => Math.floor(rows / size);

/** Whether a row is that of its block. @param place SQL of its number, from 0 */
export function isPickedSql(place: string, size: number): string {
  const block = `(${place} // ${String(size)})`;
  const turn = `(${block} * ${String(RATIO)}::DOUBLE)`;
  return `${place} % ${String(size)} = CAST(floor((${turn} - floor(${turn})) * ${String(size)}) AS BIGINT)`;
}
