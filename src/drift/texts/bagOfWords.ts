/** Texts as counts of words, of which most are 0: only the others are held (compressed sparse rows). */
import type { Design } from '../multivariate/logistic';

export interface BagOfWords {
  readonly design: Design;
  /** Words of each column. */
  readonly words: readonly string[];
}

/** @param texts words of each text. @param words those that have a column: others are left out */
export function bagOfWords(texts: readonly (readonly string[])[], words: readonly string[]): BagOfWords {
  const columnOf = new Map(words.map((word, column) => [word, column]));
  const starts = new Int32Array(texts.length + 1);
  const columns: number[] = [];
  const counts: number[] = [];
  for (const [row, text] of texts.entries()) {
    const own = new Map<number, number>();
    for (const word of text) {
      const column = columnOf.get(word);
      if (column !== undefined) own.set(column, (own.get(column) ?? 0) + 1);
    }
    for (const [column, count] of own) {
      columns.push(column);
      counts.push(count);
    }
    starts[row + 1] = columns.length;
  }
  return { words, design: sparseDesign(words.length, starts, Int32Array.from(columns), Float64Array.from(counts)) };
}

/** @param starts where the values of each row begin, and where those of the last one end */
function sparseDesign(size: number, starts: Int32Array, columns: Int32Array, values: Float64Array): Design {
  return {
    columns: size,
    dot(row, weights) {
      const end = starts[row + 1] ?? 0;
      let sum = 0;
      for (let at = starts[row] ?? 0; at < end; at++) sum += (values[at] ?? 0) * (weights[columns[at] ?? 0] ?? 0);
      return sum;
    },
    add(row, times, sums) {
      const end = starts[row + 1] ?? 0;
      for (let at = starts[row] ?? 0; at < end; at++) {
        const column = columns[at] ?? 0;
        sums[column] = (sums[column] ?? 0) + times * (values[at] ?? 0);
      }
    },
  };
}
